// SPDX-License-Identifier: Apache-2.0
// What is sampled now, on whose order. Called by the control thread only.
//
// Shared with the workers: the pointer to each channel's order in force (struct workers). One writer, the control thread, which
// changes an order only after a grace period in which every worker has let go of it.

#pragma once

#include "control_protocol.h"
#include "region.h"

#include <stdint.h>

struct workers;

// Immutable while workers may see it.
struct sample_order {
	struct sample_filter filter;
	struct sample_sources preferred;
	uint64_t until_ms;    // CLOCK_BOOTTIME: not sampled from then on
	uint32_t rate;        // samples a second of each worker
	uint32_t snap_length; // bytes of a packet that are kept
};

struct sampling {
	struct workers *workers;
	struct region_live *live;
	struct sample_order orders[SAMPLE_CHANNELS][2]; // one in force or none, one spare
};

// Executes CONTROL_SAMPLE. If the answer is not CONTROL_OK, nothing has changed and `*why` is a sentence without a full stop.
enum control_status sampling_order(struct sampling *sampling, const void *payload, uint32_t length, const char **why);

// Ends what is over. Call it at least once a second.
void sampling_expire(struct sampling *sampling, uint64_t now_ms);

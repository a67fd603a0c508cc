// SPDX-License-Identifier: Apache-2.0
// One worker's sampling for one channel: copies the packets that the order in force asks for into the worker's ring of that
// channel, no more of them than a reader can follow. Called by the worker only, which writes everything here.

#pragma once

#include "sample.h"
#include "sampling.h"

#include <rte_mbuf.h>

#include <stdint.h>

struct sampler {
	const struct sample_order *order; // of this turn; NULL: nothing is sampled
	struct slot_ring *ring;           // in the region
	counter *suppressed;              // in the region: packets that matched and were too many
	uint64_t refilled_ms;
	uint32_t allowance; // samples that may be taken now, in thousandths
	struct sample sample;
};

// The order that holds in this turn.
static inline void
sampler_turn(struct sampler *sampler, const struct sample_order *order, uint64_t now_ms)
{
	sampler->order = order != NULL && now_ms < order->until_ms ? order : NULL;
}

// Samples the packet in `mbuf` if there is an order that asks for it. `pipeline` and `verdict` as for sample_describe. Reads all segments of the mbuf and changes none.
void sampler_take(struct sampler *sampler, struct pipeline *pipeline, const struct rte_mbuf *mbuf,
		  const struct packet *packet, unsigned verdict, uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
// What a worker does with a burst of packets: parses them, gives others' to their owners, judges its own, samples them, puts what may
// pass into the outbox of the other port, and resets what is to be reset. Called by the worker's loop (worker.c).

#pragma once

#include "meter.h"
#include "outbox.h"
#include "sampler.h"
#include "workers.h"

#include <rte_mbuf.h>

#include <stdint.h>

// One worker's own.
struct worker {
	struct workers *shared;
	uint32_t number;
	struct pipeline *pipeline; // NULL: links are bypassed
	struct worker_counters *counters;
	struct meter meter;
	const struct policy *policy; // of this turn
	uint64_t now_ms;             // of this turn
	struct sampler samplers[SAMPLE_CHANNELS];
	struct outbox outboxes[LINKS_MAX][SIDES]; // by the side received on
	struct outbox resets[LINKS_MAX][SIDES];   // by the side that they leave by
};

// A burst that came in by a port. The packets are given away.
void burst_received(struct worker *worker, struct rte_mbuf **mbufs, unsigned count, uint32_t link, enum side side);

// A burst of parsed packets that this worker owns, of its own receiving or handed over by another. They are given away.
void burst_owned(struct worker *worker, struct rte_mbuf **mbufs, unsigned count);

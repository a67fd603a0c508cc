// SPDX-License-Identifier: Apache-2.0
// The workers together: what they share, how they start and end, how they get another policy. The control thread's side.
//
// Shared between threads: the pointers to the policy and to the orders to sample (one writer, the control thread; what they pointed
// to is freed or written again after a grace period that the workers' quiescent states end), places for orders about subscribers
// for each worker (releasing.h, restoring.h, subscribing.h), and one single-producer single-consumer ring for each ordered pair of workers.

#pragma once

#include "engine.h"
#include "policy.h"
#include "ports.h"
#include "region.h"
#include "releasing.h"
#include "restoring.h"
#include "sampling.h"
#include "subscribing.h"

#include <rte_rcu_qsbr.h>
#include <rte_ring.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define HANDOVER_PACKETS 1024 // of a ring: 32 bursts

// What all workers share.
struct workers {
	uint32_t count;
	bool idle_spin;
	uint64_t tsc_hz;
	const struct ports *ports;
	struct engine *engine;                                        // NULL: there is none, links are bypassed
	const struct policy *_Atomic policy;                          // NULL: none yet, links are bypassed
	const struct sample_order *_Atomic sampling[SAMPLE_CHANNELS]; // NULL: nothing is sampled
	release_place releases[WORKERS_MAX];                          // NULL: no order waits for the worker
	restore_place restores[WORKERS_MAX];                          // the same
	subscribing_place subscribing[WORKERS_MAX];                   // the same
	struct worker_counters *counters;                             // one a worker, in the region
	struct slot_ring *(*samples)[WORKERS_MAX];                    // by channel and worker, in the region
	struct rte_rcu_qsbr *quiescence;                              // a worker's number is its thread id here
	struct rte_ring *handover[WORKERS_MAX][WORKERS_MAX];          // [from][to]
	atomic_bool stop;
};

// What a link does under `policy`, the one in force or NULL.
static inline enum link_mode
workers_link_mode(const struct workers *workers, const struct policy *policy, uint32_t link)
{
	enum link_mode mode = policy == NULL ? LINK_BYPASS : policy->link_mode[link];

	return mode == LINK_FORWARDING && workers->engine == NULL ? LINK_BYPASS : mode;
}

// Makes the rings and the quiescence variable. Ends the process with a sentence when there is no memory.
void workers_prepare(struct workers *workers);

// Starts the workers on lcores 1 to `count`; and waits for their end after `stop` was set.
void workers_launch(struct workers *workers);
void workers_join(void);

// Gives the workers another policy and waits until none uses the one before, which is returned for its memory.
const struct policy *workers_swap_policy(struct workers *workers, const struct policy *policy);

// The same with a channel's order to sample; the one before may be written again.
void workers_swap_sampling(struct workers *workers, uint32_t channel, const struct sample_order *order);

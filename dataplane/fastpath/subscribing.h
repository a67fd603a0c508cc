// SPDX-License-Identifier: Apache-2.0
// Orders about names and mappings, from the control thread to all workers: their records keep their one writer.
//
// Synchronisation: as in releasing.h, with a place for each worker; the control thread begins a phase of the order when every place
// is empty again. A worker does a little of it each turn, and does not rest meanwhile.

#pragma once

#include "control_protocol.h"
#include "subscriber_order.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct workers;

typedef struct subscriber_order *_Atomic subscribing_place;

// Executes a little of the order that waits in the worker's place. False: there is none.
static inline bool
subscribing_turn(subscribing_place *place, struct pipeline *pipeline, unsigned worker, uint64_t now_ms)
{
	struct subscriber_order *order = atomic_load_explicit(place, memory_order_acquire);

	if (order == NULL)
		return false;
	if (subscriber_order_step(order, pipeline, worker, now_ms))
		atomic_store_explicit(place, NULL, memory_order_release);
	return true;
}

// Executes CONTROL_SUBSCRIBERS. CONTROL_INVALID: nothing has changed; else `*refused` changes were not made. If the answer is not
// CONTROL_OK, `*why` is a sentence without a full stop.
enum control_status subscribing_order(struct workers *workers, const void *payload, uint32_t length, uint32_t *refused,
				      const char **why);

// Executes CONTROL_SWEEP.
enum control_status subscribing_sweep(struct workers *workers, const void *payload, uint32_t length, const char **why);

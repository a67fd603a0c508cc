// SPDX-License-Identifier: Apache-2.0
// Orders to release a subscriber, from the control thread to the worker that owns him: his records and the ring that his breaches
// are told in keep their one writer.
//
// Synchronisation: a worker's place holds an order, which is the worker's until he has emptied the place; only then does the
// control thread go on. A worker that never does hangs, and the supervisor ends the process.

#pragma once

#include "control_protocol.h"
#include "release.h"

#include <stdatomic.h>
#include <stdint.h>

struct workers;

struct release_order {
	struct subscriber_key key;
	uint32_t detector; // 0: all
	unsigned released; // how many breaches ended: the worker's answer
};

typedef struct release_order *_Atomic release_place;

// Executes the order that waits in the place of the pipeline's worker, if there is one.
static inline void
releasing_turn(release_place *place, struct pipeline *pipeline, uint64_t now_ms)
{
	struct release_order *order = atomic_load_explicit(place, memory_order_acquire);

	if (order == NULL)
		return;
	order->released = release_subscriber(pipeline, &order->key, order->detector, now_ms);
	atomic_store_explicit(place, NULL, memory_order_release);
}

// Why this cannot be a subscriber, without a full stop; NULL: it can.
const char *releasing_check(const struct control_release *asked);

// Executes CONTROL_RELEASE. If the answer is not CONTROL_OK, nothing has changed and `*why` is a sentence without a full stop.
enum control_status releasing_order(struct workers *workers, const void *payload, uint32_t length, const char **why);

// SPDX-License-Identifier: Apache-2.0
// Orders to restore a breach, from the control thread to the worker that owns its subscriber; synchronised as releasing.h says.

#pragma once

#include "control_protocol.h"
#include "restore.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct workers;

struct restore_order {
	struct restored_breach breach;
	bool restored; // the worker's answer
};

typedef struct restore_order *_Atomic restore_place;

// Executes the order that waits in the place of the pipeline's worker, if there is one. `policy` NULL: there is none yet.
static inline void
restoring_turn(restore_place *place, struct pipeline *pipeline, const struct policy *policy, uint64_t now_ms)
{
	struct restore_order *order = atomic_load_explicit(place, memory_order_acquire);

	if (order == NULL)
		return;
	order->restored = policy != NULL && restore_breach(pipeline, policy, &order->breach, now_ms);
	atomic_store_explicit(place, NULL, memory_order_release);
}

// Executes CONTROL_RESTORE. If the answer is not CONTROL_OK, `*why` is a sentence without a full stop.
enum control_status restoring_order(struct workers *workers, const void *payload, uint32_t length, const char **why);

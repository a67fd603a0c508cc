// SPDX-License-Identifier: Apache-2.0
// Telling of breaches: a bit in the watch, which is the truth, a counter and an event.

#pragma once

#include "counters.h"
#include "event_ring.h"
#include "hash.h"
#include "records.h"

#include <stdbool.h>
#include <stdint.h>

// Where breaches are told, and what a worker knows of itself for that and for usage.
struct watch_reports {
	struct event_ring *ring;
	struct engine_counters *counters;
	uint32_t generation;              // of the policy that the worker judges by
	const struct hash_secret *secret; // what destinations are hashed with
};

// True while the breach of window `i` was told and not its end.
static inline bool
watch_told(const struct watch *watch, int i)
{
	return watch->breached >> i & 1;
}

void watch_tell_started(struct watch *watch, int i, const struct subscriber *subscriber, uint64_t now_ms,
			struct watch_reports *reports);

void watch_tell_ended(struct watch *watch, int i, const struct subscriber *subscriber, enum event_reason reason,
		      uint64_t now_ms, struct watch_reports *reports);

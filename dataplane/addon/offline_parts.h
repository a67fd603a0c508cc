// SPDX-License-Identifier: Apache-2.0
// What the engine on plain memory is made of. Of offline_engine.c, which makes it, and offline_packet.c, which runs it.

#pragma once

#include "engine.h"
#include "offline_engine.h"

struct offline_engine {
	struct engine engine;
	struct worker_counters counters;
	struct policy *policy;
	struct event_ring *ring;
	uint64_t place; // in the ring
	uint64_t now_ms;
	void *memory;
	struct subscriber *subscribers;
	void *watches;
};

// Time goes on or stands still.
static inline void
turn_clock(struct offline_engine *engine, uint64_t now_ms)
{
	if (now_ms > engine->now_ms)
		engine->now_ms = now_ms;
}

// SPDX-License-Identifier: Apache-2.0
// One worker's events, in the region: a ring that overwrites its oldest. One writer, the worker; any number of readers,
// each with its own place. A reader that was lapped learns how many events it lost. Events are hints; records are the truth.

#pragma once

#include "address.h"
#include "records.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum event_kind {
	EVENT_BREACH_STARTED = 1,
	EVENT_BREACH_ENDED = 2,
};

struct event {
	_Atomic uint64_t sequence; // from 1; stored last, with release order; 0 while the slot is being written
	uint64_t time_ms;          // CLOCK_BOOTTIME
	uint64_t period_started_ms;
	struct address address; // the subscriber's
	uint32_t period_ms;
	uint32_t detector; // the configuration's id
	uint32_t counted;
	uint32_t refused;
	uint32_t tags; // outer VLAN id << 12 | inner VLAN id
	uint16_t kind; // enum event_kind
	uint8_t prefix_length;
	uint8_t reserved;
};
_Static_assert(sizeof(struct event) == 64, "one cache line");

// Capacity is a power of two. `next` is the sequence the next event will carry.
struct event_ring {
	_Alignas(64) _Atomic uint64_t next;
	uint32_t capacity;
	uint32_t reserved;
	_Alignas(64) struct event events[];
};

static inline size_t
event_ring_size(uint32_t capacity)
{
	return sizeof(struct event_ring) + (size_t)capacity * sizeof(struct event);
}

// An empty ring over event_ring_size(capacity) bytes.
void event_ring_init(struct event_ring *ring, uint32_t capacity);

// Adoption: false when the ring that another process left is not one of this capacity, or stands where none can get.
bool event_ring_whole(const struct event_ring *ring, uint32_t capacity);

// The writer's: gives the event its sequence and stores it. Never fails, never waits.
void event_ring_put(struct event_ring *ring, const struct event *event);

// A reader's: copies the event with sequence `*place` (0: the first ever), or the oldest still there, and moves `*place`
// past it. `*lost` grows by the events that were overwritten before they were read. False when there is none. `capacity` is
// the caller's own, checked copy: the ring's is not trusted.
bool event_ring_get(const struct event_ring *ring, uint32_t capacity, uint64_t *place, uint64_t *lost,
		    struct event *event);

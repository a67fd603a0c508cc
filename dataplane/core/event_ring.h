// SPDX-License-Identifier: Apache-2.0
// One worker's events, in the region: a ring of slots (slot_ring.h) that the worker writes. Events are hints; records are the
// truth.

#pragma once

#include "address.h"
#include "records.h"
#include "slot_ring.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum event_kind {
	EVENT_BREACH_STARTED = 1,
	EVENT_BREACH_ENDED = 2,
};

// Why a breach ended.
enum event_reason {
	EVENT_NO_REASON = 0, // it began
	EVENT_OVER = 1,      // its period and hold are over
	EVENT_RELEASED = 2,  // by an operator
	EVENT_POLICY = 3,    // the threshold was raised, or the detector is gone
};

struct event {
	_Atomic uint64_t sequence; // the slot's
	uint64_t time_ms;          // CLOCK_BOOTTIME
	uint64_t period_started_ms;
	struct address address; // the subscriber's
	uint32_t period_ms;
	uint32_t hold_ms;
	uint32_t detector; // the configuration's id
	uint32_t counted;
	uint32_t refused;
	uint32_t tags;       // outer VLAN id << 12 | inner VLAN id
	uint32_t generation; // of the policy it was judged by
	uint16_t kind;       // enum event_kind
	uint8_t prefix_length;
	uint8_t reason; // enum event_reason
	uint32_t destination_count;
	uint32_t reserved[13];
	struct destination destinations[WATCH_DESTINATIONS]; // of sessions that the detector counted, in no order
};
_Static_assert(sizeof(struct event) == 512, "eight cache lines");

struct event_ring {
	struct slot_ring ring;
	_Alignas(64) struct event events[];
};

static inline size_t
event_ring_size(uint32_t capacity)
{
	return slot_ring_size(capacity, sizeof(struct event));
}

static inline void
event_ring_init(struct event_ring *ring, uint32_t capacity)
{
	slot_ring_init(&ring->ring, capacity, sizeof(struct event));
}

static inline bool
event_ring_whole(const struct event_ring *ring, uint32_t capacity)
{
	return slot_ring_whole(&ring->ring, capacity, sizeof(struct event));
}

static inline void
event_ring_put(struct event_ring *ring, const struct event *event)
{
	slot_ring_put(&ring->ring, event, sizeof(*event));
}

static inline bool
event_ring_get(const struct event_ring *ring, uint32_t capacity, uint64_t *place, uint64_t *lost, struct event *event)
{
	return slot_ring_get(&ring->ring, capacity, sizeof(*event), place, lost, event);
}

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

struct event {
	_Atomic uint64_t sequence; // the slot's
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

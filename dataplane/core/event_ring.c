// SPDX-License-Identifier: Apache-2.0
// The event ring: see event_ring.h. A seqlock per slot: zero, fields, sequence.

#include "event_ring.h"

#include <string.h>

// The fields behind the sequence, copied as relaxed words: a reader may copy while the writer overwrites, and then discards.
#define BODY_WORDS ((sizeof(struct event) - sizeof(uint64_t)) / sizeof(uint64_t))

// A million events a second reach it in 285 years; JavaScript counts so far without rounding.
#define SEQUENCE_MAX (UINT64_C(1) << 53)

void
event_ring_init(struct event_ring *ring, uint32_t capacity)
{
	memset(ring, 0, event_ring_size(capacity));
	ring->capacity = capacity;
	atomic_store_explicit(&ring->next, 1, memory_order_release);
}

bool
event_ring_whole(const struct event_ring *ring, uint32_t capacity)
{
	uint64_t next = atomic_load_explicit(&ring->next, memory_order_relaxed);

	return ring->capacity == capacity && next >= 1 && next <= SEQUENCE_MAX;
}

void
event_ring_put(struct event_ring *ring, const struct event *event)
{
	uint64_t sequence = atomic_load_explicit(&ring->next, memory_order_relaxed);
	struct event *slot = &ring->events[sequence & (ring->capacity - 1)];
	_Atomic uint64_t *to = &slot->sequence + 1;
	const uint64_t *from = (const uint64_t *)event + 1;

	atomic_store_explicit(&slot->sequence, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < BODY_WORDS; i++)
		atomic_store_explicit(&to[i], from[i], memory_order_relaxed);
	atomic_store_explicit(&slot->sequence, sequence, memory_order_release);
	atomic_store_explicit(&ring->next, sequence + 1, memory_order_release);
}

static bool
copy_slot(const struct event *slot, uint64_t sequence, struct event *event)
{
	const _Atomic uint64_t *from = &slot->sequence + 1;
	uint64_t *to = (uint64_t *)event + 1;

	if (atomic_load_explicit(&slot->sequence, memory_order_acquire) != sequence)
		return false;
	for (size_t i = 0; i < BODY_WORDS; i++)
		to[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	event->sequence = sequence;
	return atomic_load_explicit(&slot->sequence, memory_order_relaxed) == sequence;
}

bool
event_ring_get(const struct event_ring *ring, uint32_t capacity, uint64_t *place, uint64_t *lost, struct event *event)
{
	for (;;) {
		uint64_t next = atomic_load_explicit(&ring->next, memory_order_acquire);
		uint64_t oldest = next > capacity ? next - capacity : 1;

		if (*place == 0)
			*place = 1;
		if (*place >= next)
			return false;
		if (*place < oldest) {
			*lost += oldest - *place;
			*place = oldest;
		}
		uint64_t sequence = (*place)++;
		if (copy_slot(&ring->events[sequence & (capacity - 1)], sequence, event))
			return true;
		// Overwritten while we looked, or damaged.
		(*lost)++;
	}
}

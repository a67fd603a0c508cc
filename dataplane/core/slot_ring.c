// SPDX-License-Identifier: Apache-2.0
// Rings of slots: see slot_ring.h. A seqlock per slot: zero, words, sequence.

#include "slot_ring.h"

#include <string.h>

// A million slots a second reach it in 285 years; JavaScript counts so far without rounding.
#define SEQUENCE_MAX (UINT64_C(1) << 53)

void
slot_ring_init(struct slot_ring *ring, uint32_t capacity, uint32_t slot_size)
{
	memset(ring, 0, slot_ring_size(capacity, slot_size));
	ring->capacity = capacity;
	ring->slot_size = slot_size;
	atomic_store_explicit(&ring->next, 1, memory_order_release);
}

bool
slot_ring_whole(const struct slot_ring *ring, uint32_t capacity, uint32_t slot_size)
{
	uint64_t next = atomic_load_explicit(&ring->next, memory_order_relaxed);

	return ring->capacity == capacity && ring->slot_size == slot_size && next >= 1 && next <= SEQUENCE_MAX;
}

// Where a slot is, in bytes from the ring's start.
static size_t
slot_at(uint32_t capacity, uint32_t slot_size, uint64_t sequence)
{
	return sizeof(struct slot_ring) + (sequence & (capacity - 1)) * slot_size;
}

// Words are copied as relaxed atomics: a reader may copy while the writer overwrites, and then discards.

void
slot_ring_put(struct slot_ring *ring, const void *slot, uint32_t size)
{
	uint64_t sequence = atomic_load_explicit(&ring->next, memory_order_relaxed);
	_Atomic uint64_t *to = (void *)((uint8_t *)ring + slot_at(ring->capacity, ring->slot_size, sequence));
	const uint64_t *from = slot;

	atomic_store_explicit(&to[0], 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 1; i < size / sizeof(*from); i++)
		atomic_store_explicit(&to[i], from[i], memory_order_relaxed);
	atomic_store_explicit(&to[0], sequence, memory_order_release);
	atomic_store_explicit(&ring->next, sequence + 1, memory_order_release);
}

static bool
copy_slot(const _Atomic uint64_t *from, uint32_t slot_size, uint64_t sequence, uint64_t *to)
{
	if (atomic_load_explicit(&from[0], memory_order_acquire) != sequence)
		return false;
	for (size_t i = 1; i < slot_size / sizeof(*to); i++)
		to[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	to[0] = sequence;
	return atomic_load_explicit(&from[0], memory_order_relaxed) == sequence;
}

bool
slot_ring_get(const struct slot_ring *ring, uint32_t capacity, uint32_t slot_size, uint64_t *place, uint64_t *lost,
	      void *slot)
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
		const uint8_t *from = (const uint8_t *)ring + slot_at(capacity, slot_size, sequence);
		if (copy_slot((const void *)from, slot_size, sequence, slot))
			return true;
		// Overwritten while we looked, or damaged.
		(*lost)++;
	}
}

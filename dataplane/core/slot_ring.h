// SPDX-License-Identifier: Apache-2.0
// A ring of slots of one size that overwrites its oldest, in memory that other processes read. One writer; any number of readers,
// each with its own place. A reader that was lapped learns how many slots it lost. Event rings and sample rings are made of it.
//
// A slot is whole 8-byte words, and its first is its sequence: from 1; stored last, with release order; 0 while the slot is
// being written.

#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Capacity is a power of two. `next` is the sequence that the next slot will carry. The slots follow.
struct slot_ring {
	_Alignas(64) _Atomic uint64_t next;
	uint32_t capacity;  // slots
	uint32_t slot_size; // bytes
};
_Static_assert(sizeof(struct slot_ring) == 64, "slots begin with a cache line");

static inline size_t
slot_ring_size(uint32_t capacity, uint32_t slot_size)
{
	return sizeof(struct slot_ring) + (size_t)capacity * slot_size;
}

// An empty ring over slot_ring_size(capacity, slot_size) bytes.
void slot_ring_init(struct slot_ring *ring, uint32_t capacity, uint32_t slot_size);

// Adoption: false when the ring that another process left is not one of this shape, or stands where none can get.
bool slot_ring_whole(const struct slot_ring *ring, uint32_t capacity, uint32_t slot_size);

// The writer's: stores the first `size` bytes (whole words) of `slot`, with the next sequence in place of its first word. What is
// behind them stays as it was. Never fails, never waits.
void slot_ring_put(struct slot_ring *ring, const void *slot, uint32_t size);

// A reader's: copies the slot with sequence `*place` (0: the first ever), or the oldest still there, and moves `*place` past it.
// `*lost` grows by the slots that were overwritten before they were read. False when there is none. `capacity` and `slot_size`
// are the caller's own: the ring's are not trusted.
bool slot_ring_get(const struct slot_ring *ring, uint32_t capacity, uint32_t slot_size, uint64_t *place, uint64_t *lost,
		   void *slot);

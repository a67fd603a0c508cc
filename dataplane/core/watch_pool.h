// SPDX-License-Identifier: Apache-2.0
// Where watches are taken from and returned to.
//
// Life cycle: a watch is taken from a fixed pool at the first counted signal; it returns when nothing in its windows counts and its
// last usage is of the minute before the last or older, so that whoever looks once a minute has seen each whole one.
// Synchronisation: `lock` is held by workers only, while a signal is counted and while a sweep looks; readers of the region
// use it as a seqlock. Each worker takes from and returns to its own share of the pool, so the free lists have one writer. A name's
// watch is taken by the first of its workers: the handle in its record is exchanged by comparison, and the others use what is there.
// Exhaustion: of a few watches spread over the share the one in no breach that counted least makes room; with none, the subscriber
// is not counted, and the caller counts that.

#pragma once

#include "records.h"

#include <rte_prefetch.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Watches looked at for one that makes room: enough that one of them is the flood's, few enough for a packet's way.
#define WATCH_ROOM_LOOKS 8

// One worker's share of the pool: the slots `worker`, `worker + workers`, ...
struct watch_pool {
	void *records;      // see watch_at
	uint32_t detectors; // that each has room for
	uint32_t capacity;  // of the whole pool
	uint32_t worker;
	uint32_t workers;
	uint32_t *free; // slots, a stack
	uint32_t free_count;
	uint32_t used;  // of the share
	uint32_t sweep; // next slot to look at
	uint32_t room;  // where to look for room next: a place in the share
};

static inline size_t
watch_pool_size(uint32_t capacity, uint32_t workers)
{
	return ((size_t)capacity / workers + 1) * sizeof(uint32_t);
}

// Rebuilds the free list from the records. The caller has set what the pool is made of: the fields up to `free`, of
// watch_pool_size bytes.
void watch_pool_init(struct watch_pool *pool);

static inline struct watch *
watch_pool_at(const struct watch_pool *pool, uint32_t slot)
{
	return watch_at(pool->records, pool->detectors, slot);
}

// Starts to fetch the watch of this handle, if there is one: its head, and the window of its package's first detector.
static inline void
watch_prefetch(const struct watch_pool *pool, struct record_handle handle)
{
	if (handle.slot >= pool->capacity)
		return;
	const struct watch *watch = watch_pool_at(pool, handle.slot);
	rte_prefetch0(watch);
	rte_prefetch0(&watch->windows[0]);
}

static inline bool
watch_used(const struct watch *watch, memory_order order)
{
	return atomic_load_explicit(&watch->state, order) == RECORD_USED;
}

// Waits for the lock.
void watch_hold(struct watch *watch);

void watch_unlock(struct watch *watch);

// The subscriber's watch, locked; NULL when the handle is stale or none.
struct watch *watch_lock(struct watch_pool *pool, struct record_handle handle);

// A new watch for the subscriber in `slot`, locked, its handle stored in the subscriber in place of `had`. NULL when the share is used
// up, or when the subscriber has another handle by now.
struct watch *watch_take(struct watch_pool *pool, struct subscriber *subscriber, uint32_t slot,
			 struct record_handle had, uint64_t now_ms);

// Returns the locked watch in `slot`.
void watch_give_back(struct watch_pool *pool, struct watch *watch, uint32_t slot);

// What would be forgotten with a locked watch: the signals that its open windows count; UINT64_MAX while a breach of it has not
// been told as ended.
uint64_t watch_worth(const struct watch *watch, uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
// The counting state of a subscriber who has shown a signal.
//
// Life cycle: a watch is taken from a fixed pool at the first counted signal and returns when all its periods have ended.
// Synchronisation: `lock` is held by workers only, while a signal is counted and while a sweep looks; readers of the region
// use it as a seqlock. Each worker takes from and returns to its own share of the pool, so the free lists have one writer.
// Exhaustion: of a few watches spread over the share the one in no breach that counted least makes room; with none, the subscriber
// is not counted, and the caller counts that.

#pragma once

#include "counters.h"
#include "event_ring.h"
#include "policy.h"
#include "records.h"

#include <rte_prefetch.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Watches looked at for one that makes room: enough that one of them is the flood's, few enough for a packet's way.
#define WATCH_ROOM_LOOKS 8

// One worker's share of the pool: the slots `worker`, `worker + workers`, ...
struct watch_pool {
	struct watch *records;
	uint32_t capacity; // of the whole pool
	uint32_t worker;
	uint32_t workers;
	uint32_t used;  // of the share
	uint32_t sweep; // next slot to look at
	uint32_t room;  // where to look for room next: a place in the share
	uint32_t free_count;
	uint32_t *free; // slots, a stack
};

// Where breaches are told.
struct watch_reports {
	struct event_ring *ring;
	struct engine_counters *counters;
};

static inline size_t
watch_pool_size(uint32_t capacity, uint32_t workers)
{
	return ((size_t)capacity / workers + 1) * sizeof(uint32_t);
}

// Binds the share to the records and rebuilds its free list from them. `memory`: watch_pool_size bytes.
void watch_pool_init(struct watch_pool *pool, struct watch *records, uint32_t capacity, uint32_t worker,
		     uint32_t workers, void *memory);

// Starts to fetch the watch of this handle, if there is one.
static inline void
watch_prefetch(const struct watch_pool *pool, struct record_handle handle)
{
	if (handle.slot >= pool->capacity)
		return;
	rte_prefetch0(&pool->records[handle.slot]);
	rte_prefetch0(&pool->records[handle.slot].windows[WATCH_DETECTORS - 1]);
}

// True while the breach of window `i` was told and not its end.
static inline bool
watch_told(const struct watch *watch, int i)
{
	return watch->breached >> i & 1;
}

// Index of the detector's window; WATCH_DETECTORS when it has none.
static inline int
watch_window(const struct watch *watch, uint32_t detector)
{
	int i = 0;

	while (i < WATCH_DETECTORS && watch->windows[i].detector != detector)
		i++;
	return i;
}

// The subscriber's watch, locked; NULL when the handle is stale or none.
struct watch *watch_lock(struct watch_pool *pool, struct record_handle handle);

// A new watch for the subscriber in `slot`, locked, its handle stored in the subscriber; NULL when the share is used up.
struct watch *watch_take(struct watch_pool *pool, struct subscriber *subscriber, uint32_t slot, uint64_t now_ms);

// What would be forgotten with a locked watch: the signals counted in its periods that go on; UINT64_MAX while a breach of it has
// not been told as ended.
uint64_t watch_worth(const struct watch *watch, uint64_t now_ms);

void watch_unlock(struct watch *watch);

// Who is judged, by what, when.
struct watch_context {
	const struct package *package;
	const struct subscriber *subscriber;
	uint64_t now_ms;
	struct watch_reports *reports;
};

// True when a detector of the package refuses a session of these services now; the attempt is counted as refused if `attempt`.
bool watch_refuses(struct watch *watch, const struct watch_context *context, uint64_t services, bool attempt);

// Counts one signal on every detector of the package that counts it in one of these services, and tells the breaches that it
// declares and the ends that it finds.
void watch_count(struct watch *watch, const struct watch_context *context, enum policy_signal signal,
		 uint64_t services);

// Ends the locked watch's breaches by this detector (0: by any) as if their periods had ended, and tells it. Returns how many
// there were.
unsigned watch_release(struct watch *watch, const struct subscriber *subscriber, uint32_t detector, uint64_t now_ms,
		       struct watch_reports *reports);

// Looks at the share's next `count` watches: tells ended breaches, returns idle watches.
void watch_sweep(struct watch_pool *pool, const struct subscriber *subscribers, uint32_t count, uint64_t now_ms,
		 struct watch_reports *reports);

// Adoption: true for a watch whose subscriber has made room for another. Nothing is wrong with it, and nobody needs it.
bool watch_left_behind(const struct watch *watch, const struct subscriber *subscribers, uint32_t subscriber_capacity);

// Adoption: clears a lock that a killed worker left, and drops the record unless it is whole: used, bound to the subscriber in
// its slot, bound back by it, no period from the future. Returns true when it is kept.
bool watch_adopt(struct watch *watch, uint32_t slot, const struct subscriber *subscribers, uint32_t subscriber_capacity,
		 uint64_t now_ms);

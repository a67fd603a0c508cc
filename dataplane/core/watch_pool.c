// SPDX-License-Identifier: Apache-2.0
// The pool of watches: see watch_pool.h.

#include "watch_pool.h"

#include "window.h"

#include <rte_pause.h>

void
watch_hold(struct watch *watch)
{
	uint32_t seen = atomic_load_explicit(&watch->lock, memory_order_relaxed);

	while ((seen & 1) || !atomic_compare_exchange_weak_explicit(&watch->lock, &seen, seen + 1, memory_order_acquire,
								    memory_order_relaxed)) {
		rte_pause();
		seen = atomic_load_explicit(&watch->lock, memory_order_relaxed);
	}
	// Readers that see a field stored below must also see the odd number.
	atomic_thread_fence(memory_order_release);
}

void
watch_unlock(struct watch *watch)
{
	uint32_t held = atomic_load_explicit(&watch->lock, memory_order_relaxed);

	atomic_store_explicit(&watch->lock, held + 1, memory_order_release);
}

void
watch_pool_init(struct watch_pool *pool)
{
	pool->free_count = 0;
	pool->used = 0;
	pool->sweep = pool->worker;
	pool->room = 0;
	for (uint32_t slot = pool->worker; slot < pool->capacity; slot += pool->workers) {
		if (watch_used(watch_pool_at(pool, slot), memory_order_acquire))
			pool->used++;
		else
			pool->free[pool->free_count++] = slot;
	}
}

struct watch *
watch_lock(struct watch_pool *pool, struct record_handle handle)
{
	if (handle.slot >= pool->capacity)
		return NULL;

	struct watch *watch = watch_pool_at(pool, handle.slot);
	watch_hold(watch);
	if (watch->generation == handle.generation && watch_used(watch, memory_order_relaxed))
		return watch;
	watch_unlock(watch);
	return NULL;
}

void
watch_give_back(struct watch_pool *pool, struct watch *watch, uint32_t slot)
{
	// In this order: a free watch whose handles are not stale could be taken for somebody else's.
	watch->generation++;
	atomic_store_explicit(&watch->state, RECORD_FREE, memory_order_release);
	pool->free[pool->free_count++] = slot;
	pool->used--;
}

uint64_t
watch_worth(const struct watch *watch, uint64_t now_ms)
{
	uint64_t counted = 0;

	if (watch->breached != 0)
		return UINT64_MAX;
	for (uint64_t left = watch->windows_used; left != 0; left &= left - 1) {
		const struct window *window = &watch->windows[__builtin_ctzll(left)];
		if (window_open(window, false, now_ms))
			counted += window_counted(window, false, now_ms);
	}
	return counted;
}

// Makes room when the share is used up. Who fills the pool to hide in it fills it with watches that counted little; those of his
// victims, who came before him, may lie side by side, so the looks are spread over the share.
static void
make_room(struct watch_pool *pool, uint64_t now_ms)
{
	uint32_t share = (pool->capacity - pool->worker + pool->workers - 1) / pool->workers;
	uint32_t chosen = RECORD_NONE;
	uint64_t least = UINT64_MAX;

	for (uint64_t look = 0; look < WATCH_ROOM_LOOKS; look++) {
		uint32_t place = (uint32_t)((pool->room + look * share / WATCH_ROOM_LOOKS) % share);
		uint32_t slot = pool->worker + place * pool->workers;
		struct watch *watch = watch_pool_at(pool, slot);
		watch_hold(watch);
		uint64_t this = watch_worth(watch, now_ms);
		watch_unlock(watch);
		if (this < least) {
			least = this;
			chosen = slot;
		}
	}
	pool->room = (pool->room + 1) % share;
	if (chosen == RECORD_NONE)
		return;
	struct watch *watch = watch_pool_at(pool, chosen);
	watch_hold(watch);
	if (watch_worth(watch, now_ms) != UINT64_MAX)
		watch_give_back(pool, watch, chosen);
	watch_unlock(watch);
}

// Binds a watch that is taken from the free list and locked.
static void
put(struct watch *watch, const struct subscriber *subscriber, uint32_t slot)
{
	watch->usage_minute = 0;
	watch->windows_used = 0;
	watch->usages_used = 0;
	watch->breached = 0;
	watch->subscriber = (struct record_handle){.slot = slot, .generation = subscriber->generation};
	watch->last_signal_ms = 0;
	watch->destination_count = 0;
	atomic_store_explicit(&watch->state, RECORD_USED, memory_order_release);
}

struct watch *
watch_take(struct watch_pool *pool, struct subscriber *subscriber, uint32_t slot, struct record_handle had,
	   uint64_t now_ms)
{
	if (pool->free_count == 0 && pool->worker < pool->capacity)
		make_room(pool, now_ms);
	if (pool->free_count == 0)
		return NULL;

	uint32_t taken = pool->free[--pool->free_count];
	struct watch *watch = watch_pool_at(pool, taken);
	watch_hold(watch);
	put(watch, subscriber, slot);
	pool->used++;
	const struct record_handle handle = {.slot = taken, .generation = watch->generation};
	if (atomic_compare_exchange_strong_explicit(&subscriber->handle, &had, handle, memory_order_acq_rel,
						    memory_order_acquire))
		return watch;
	watch_give_back(pool, watch, taken);
	watch_unlock(watch);
	return NULL;
}

// SPDX-License-Identifier: Apache-2.0
// What happens to watches by the clock alone: see watch.h.

#include "watch.h"

#include "window.h"

// True when nothing in its windows counts any more and its last usage has been there for a whole minute.
static bool
idle(const struct watch *watch, uint64_t now_ms)
{
	for (uint64_t left = watch->windows_used; left != 0; left &= left - 1)
		if (window_open(&watch->windows[__builtin_ctzll(left)], false, now_ms))
			return false;
	return watch->usages_used == 0 || now_ms / USAGE_MINUTE_MS >= watch->usage_minute + 2;
}

static void
sweep_one(struct watch_pool *pool, uint32_t slot, const struct subscriber *subscribers, uint64_t now_ms,
	  struct watch_reports *reports)
{
	struct watch *watch = watch_pool_at(pool, slot);

	watch_hold(watch);
	for (uint64_t left = watch->breached; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);
		if (!window_breach_lasts(&watch->windows[i], now_ms))
			watch_tell_ended(watch, i, &subscribers[watch->subscriber.slot], EVENT_OVER, now_ms, reports);
	}
	if (watch->breached == 0 && idle(watch, now_ms))
		watch_give_back(pool, watch, slot);
	watch_unlock(watch);
}

void
watch_sweep(struct watch_pool *pool, const struct subscriber *subscribers, uint32_t count, uint64_t now_ms,
	    struct watch_reports *reports)
{
	if (pool->worker >= pool->capacity)
		return;
	for (; count > 0; count--) {
		if (watch_used(watch_pool_at(pool, pool->sweep), memory_order_relaxed))
			sweep_one(pool, pool->sweep, subscribers, now_ms, reports);
		pool->sweep += pool->workers;
		if (pool->sweep >= pool->capacity)
			pool->sweep = pool->worker;
	}
}

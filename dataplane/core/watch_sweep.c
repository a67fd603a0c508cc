// SPDX-License-Identifier: Apache-2.0
// What happens to watches without a packet: see watch.h.

#include "watch.h"

#include "terms.h"
#include "window.h"

// True when nothing in its windows counts any more and its last usage has been there for a whole minute.
static bool
idle(const struct watch *watch, uint64_t now_ms)
{
	// The usage's minute is in the head; each window is another cache line.
	if (watch->usages_used != 0 && now_ms / USAGE_MINUTE_MS < watch->usage_minute + UINT64_C(2))
		return false;
	for (uint64_t left = watch->windows_used; left != 0; left &= left - 1)
		if (window_open(&watch->windows[__builtin_ctzll(left)], false, now_ms))
			return false;
	return true;
}

// Of a watch in breach. No packet of its subscriber need come for it to end.
static void
settle_breaches(struct watch *watch, const struct subscriber *subscriber, const struct policy *policy, uint64_t now_ms,
		struct watch_reports *reports)
{
	const struct package *package = terms_of_subscriber(policy, subscriber, now_ms).package;

	for (uint64_t left = watch->breached; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);
		const struct detector *detector = package_detector(package, watch->windows[i].detector);
		watch_settle_told(watch, i, detector, subscriber, now_ms, reports);
	}
}

static void
sweep_one(struct watch_pool *pool, uint32_t slot, const struct subscriber *subscribers, const struct policy *policy,
	  uint64_t now_ms, struct watch_reports *reports)
{
	struct watch *watch = watch_pool_at(pool, slot);

	watch_hold(watch);
	if (watch->breached != 0)
		settle_breaches(watch, &subscribers[watch->subscriber.slot], policy, now_ms, reports);
	if (watch->breached == 0 && idle(watch, now_ms))
		watch_give_back(pool, watch, slot);
	watch_unlock(watch);
}

void
watch_sweep(struct watch_pool *pool, const struct subscriber *subscribers, const struct policy *policy, uint32_t count,
	    uint64_t now_ms, struct watch_reports *reports)
{
	if (pool->worker >= pool->capacity)
		return;
	for (; count > 0; count--) {
		if (watch_used(watch_pool_at(pool, pool->sweep), memory_order_relaxed))
			sweep_one(pool, pool->sweep, subscribers, policy, now_ms, reports);
		pool->sweep += pool->workers;
		if (pool->sweep >= pool->capacity)
			pool->sweep = pool->worker;
	}
}

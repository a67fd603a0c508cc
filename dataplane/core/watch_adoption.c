// SPDX-License-Identifier: Apache-2.0
// What a new process believes of the watches that another one left: see watch.h.

#include "watch.h"

// A detector has one window, and only a detector is in breach.
static bool
windows_plausible(const struct watch *watch, uint64_t now_ms)
{
	for (int i = 0; i < WATCH_DETECTORS; i++) {
		const struct window *window = &watch->windows[i];

		if (window->started_ms > now_ms || (window->detector == 0 && watch_told(watch, i)) ||
		    (window->detector != 0 && watch_window(watch, window->detector) != i))
			return false;
	}
	return true;
}

static bool
whole(const struct watch *watch, uint32_t slot, const struct subscriber *subscribers, uint32_t subscriber_capacity,
      uint64_t now_ms)
{
	if (atomic_load_explicit(&watch->state, memory_order_acquire) != RECORD_USED ||
	    watch->subscriber.slot >= subscriber_capacity || watch->breached >> WATCH_DETECTORS != 0 ||
	    !windows_plausible(watch, now_ms))
		return false;

	const struct subscriber *subscriber = &subscribers[watch->subscriber.slot];
	return atomic_load_explicit(&subscriber->state, memory_order_acquire) == RECORD_USED &&
	       subscriber->generation == watch->subscriber.generation && subscriber->watch.slot == slot &&
	       subscriber->watch.generation == watch->generation;
}

bool
watch_left_behind(const struct watch *watch, const struct subscriber *subscribers, uint32_t subscriber_capacity)
{
	return atomic_load_explicit(&watch->state, memory_order_acquire) == RECORD_USED && watch->breached == 0 &&
	       watch->subscriber.slot < subscriber_capacity &&
	       subscribers[watch->subscriber.slot].generation != watch->subscriber.generation;
}

bool
watch_adopt(struct watch *watch, uint32_t slot, const struct subscriber *subscribers, uint32_t subscriber_capacity,
	    uint64_t now_ms)
{
	uint32_t held = atomic_load_explicit(&watch->lock, memory_order_relaxed);
	bool kept = whole(watch, slot, subscribers, subscriber_capacity, now_ms);

	atomic_store_explicit(&watch->lock, (held + 1) & ~1u, memory_order_relaxed);
	if (!kept && atomic_load_explicit(&watch->state, memory_order_relaxed) != RECORD_FREE) {
		watch->generation++;
		atomic_store_explicit(&watch->state, RECORD_FREE, memory_order_release);
	}
	return kept;
}

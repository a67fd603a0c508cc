// SPDX-License-Identifier: Apache-2.0
// What a new process believes of the watches that another one left: see watch.h.

#include "watch.h"

#include "window.h"

static bool
beyond(uint64_t bits, uint32_t detectors)
{
	return detectors < 64 && bits >> detectors != 0;
}

// A detector has one window, and only a detector is in breach.
static bool
windows_plausible(const struct watch *watch, const struct watch_adoption *adoption)
{
	if (beyond(watch->windows_used, adoption->detectors) || (watch->breached & ~watch->windows_used) != 0)
		return false;
	for (uint64_t left = watch->windows_used; left != 0; left &= left - 1) {
		const struct window *window = &watch->windows[__builtin_ctzll(left)];
		if (!window_possible(window, adoption->now_ms))
			return false;
		for (uint64_t other = left & (left - 1); other != 0; other &= other - 1)
			if (watch->windows[__builtin_ctzll(other)].detector == window->detector)
				return false;
	}
	return true;
}

// A service has one usage.
static bool
usages_plausible(struct watch *watch, const struct watch_adoption *adoption)
{
	const struct usage *usages = watch_usages(watch, adoption->detectors);
	uint64_t minute = adoption->now_ms / USAGE_MINUTE_MS;

	if (beyond(watch->usages_used, adoption->detectors) || watch->usage_minute > minute)
		return false;
	for (uint64_t left = watch->usages_used; left != 0; left &= left - 1) {
		const struct usage *usage = &usages[__builtin_ctzll(left)];
		if (usage->minute > minute)
			return false;
		for (uint64_t other = left & (left - 1); other != 0; other &= other - 1)
			if (usages[__builtin_ctzll(other)].service == usage->service)
				return false;
	}
	return true;
}

static bool
whole(struct watch *watch, uint32_t slot, const struct watch_adoption *adoption)
{
	if (!watch_used(watch, memory_order_acquire) || watch->subscriber.slot >= adoption->subscriber_capacity ||
	    watch->destination_count > WATCH_DESTINATIONS || !windows_plausible(watch, adoption) ||
	    !usages_plausible(watch, adoption))
		return false;

	const struct subscriber *subscriber = &adoption->subscribers[watch->subscriber.slot];
	struct record_handle bound = subscriber_handle(subscriber);
	return subscriber_lasts(subscriber, watch->subscriber.generation) && subscriber->kind != SUBSCRIBER_MAPPING &&
	       bound.slot == slot && bound.generation == watch->generation;
}

bool
watch_left_behind(const struct watch *watch, const struct subscriber *subscribers, uint32_t subscriber_capacity)
{
	return watch_used(watch, memory_order_acquire) && watch->breached == 0 &&
	       watch->subscriber.slot < subscriber_capacity &&
	       subscribers[watch->subscriber.slot].generation != watch->subscriber.generation;
}

bool
watch_adopt(struct watch *watch, uint32_t slot, const struct watch_adoption *adoption)
{
	uint32_t held = atomic_load_explicit(&watch->lock, memory_order_relaxed);
	bool kept = whole(watch, slot, adoption);

	atomic_store_explicit(&watch->lock, (held + 1) & ~1u, memory_order_relaxed);
	if (!kept && atomic_load_explicit(&watch->state, memory_order_relaxed) != RECORD_FREE) {
		watch->generation++;
		atomic_store_explicit(&watch->state, RECORD_FREE, memory_order_release);
	}
	return kept;
}

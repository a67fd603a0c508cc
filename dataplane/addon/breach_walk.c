// SPDX-License-Identifier: Apache-2.0
// The breaches that go on, copied out of the file while workers write it. Nothing in a record is believed alone: watch and
// subscriber must name each other, and the period must be one that runs.

#include "destinations.h"
#include "plain_copy.h"
#include "watch_view.h"
#include "window.h"

static void
collect(const struct watch_view *view, uint32_t slot, struct breached_watch *found)
{
	const struct watch *watch = &view->copy.watch;

	*found = (struct breached_watch){.slot = slot, .generation = watch->generation};
	for (uint64_t left = watch->breached; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);
		const struct window *window = &watch->windows[i];
		struct plain_breach *breach = &found->breaches[found->count];
		struct destination destinations[WATCH_DESTINATIONS];
		if (!window_breach_lasts(window, view->now_ms))
			continue;
		*breach = (struct plain_breach){
			.subscriber = plain_subscriber_of(&view->subscriber.address, view->subscriber.prefix_length,
							  view->subscriber.tags),
			.detector = window->detector,
			.period_ms = window->period_ms,
			.hold_ms = window->hold_ms,
			.counted = window->counted,
			.refused = window->refused,
			.period_started_ms = window->started_ms,
		};
		uint32_t count = destinations_of(watch, i, view->now_ms, destinations);
		plain_destinations_of(destinations, count, view->now_ms, breach);
		found->count++;
	}
}

_Static_assert(WATCH_DETECTORS_MAX <= BREACHES_IN_WATCH, "all of a watch's breaches have a place");

bool
region_reader_breached(const struct region_reader *reader, struct breach_walk *walk, struct breached_watch *found)
{
	for (;;) {
		uint32_t slot = record_next_breached(reader, walk->next, &walk->cut);
		if (slot == reader->header.engine.watches || walk->cut)
			return false;
		walk->next = slot + 1;

		struct watch_view view;
		enum sight sight = watch_view_look(reader, slot, &walk->waits, &view);
		if (sight == SIGHT_WHOLE && !record_windows_possible(reader, &view.copy.watch, view.now_ms))
			sight = SIGHT_BAD;
		if (sight == SIGHT_BAD)
			walk->bad++;
		if (sight == SIGHT_CUT)
			walk->cut = true;
		if (sight != SIGHT_WHOLE)
			continue;
		collect(&view, slot, found);
		if (found->count > 0)
			return true;
	}
}

// SPDX-License-Identifier: Apache-2.0
// The breaches that go on, copied out of the file while workers write it. Nothing in a record is believed alone: watch and
// subscriber must name each other, and the period must be one that runs.

#include "destinations.h"
#include "plain_copy.h"
#include "record_copy.h"
#include "subscriber_table.h"
#include "window.h"

// A watch and its subscriber as they were at one moment.
struct view {
	union watch_copy copy;
	struct subscriber subscriber;
	uint64_t now_ms;
};

enum sight { SIGHT_NONE, SIGHT_BREACHED, SIGHT_BAD, SIGHT_LOCKED, SIGHT_CUT };

// What is read while a worker writes may be torn. Two equal copies of the watch, with no lock in them, are whole, and what was read
// of the subscriber between them is of the same moment.
static enum sight
look_once(const struct region_reader *reader, uint32_t slot, struct view *view)
{
	struct subscriber again;
	const struct watch *watch = &view->copy.watch;
	union watch_copy after;

	if (!record_copy_watch(reader, slot, &view->copy))
		return SIGHT_CUT;
	if (watch->state == RECORD_FREE)
		return SIGHT_NONE;
	if (record_locked(watch))
		return SIGHT_LOCKED;
	if (watch->breached == 0)
		return SIGHT_NONE;

	uint32_t subscriber = watch->subscriber.slot;
	bool copied = record_copy_subscribers(reader, subscriber, 1, &view->subscriber) &&
		      record_copy_subscribers(reader, subscriber, 1, &again) &&
		      again.generation == view->subscriber.generation;
	if (!record_copy_watch(reader, slot, &after))
		return SIGHT_CUT;
	// Read last: no honest time in the copies is later.
	view->now_ms = region_reader_now_ms();
	return copied && record_same_watch(reader, &view->copy, &after) && watch->state == RECORD_USED &&
			       record_bound(watch, slot, &view->subscriber) &&
			       subscriber_whole(&view->subscriber, view->now_ms) &&
			       record_windows_possible(reader, watch, view->now_ms)
		       ? SIGHT_BREACHED
		       : SIGHT_BAD;
}

static enum sight
look(const struct region_reader *reader, uint32_t slot, struct breach_walk *walk, struct view *view)
{
	enum sight sight = SIGHT_BAD;

	for (unsigned looks = 0; looks < RECORD_LOOKS_MAX && sight == SIGHT_BAD; looks++) {
		do
			sight = look_once(reader, slot, view);
		while (sight == SIGHT_LOCKED && record_waited(&walk->waits));
		if (sight == SIGHT_LOCKED)
			sight = SIGHT_BAD;
	}
	return sight;
}

static void
collect(const struct view *view, uint32_t slot, struct breached_watch *found)
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

		struct view view;
		enum sight sight = look(reader, slot, walk, &view);
		if (sight == SIGHT_BAD)
			walk->bad++;
		if (sight == SIGHT_CUT)
			walk->cut = true;
		if (sight != SIGHT_BREACHED)
			continue;
		collect(&view, slot, found);
		if (found->count > 0)
			return true;
	}
}

// SPDX-License-Identifier: Apache-2.0
// One subscriber: see subscriber_view.h.

#include "subscriber_view.h"

#include "plain_copy.h"
#include "subscriber_table.h"
#include "window.h"

static bool
same_record(const struct subscriber *one, const struct subscriber *other)
{
	struct record_handle has = subscriber_handle(one), had = subscriber_handle(other);

	return one->generation == other->generation && has.slot == had.slot && has.generation == had.generation &&
	       address_equal(&one->address, &other->address);
}

// What is read while a worker writes may be torn: two equal copies are not.
static enum sight
look_once(const struct region_reader *reader, uint32_t slot, void *seen)
{
	struct subscriber_view *view = seen;
	struct subscriber again;
	const struct watch *watch = &view->copy.watch;
	union watch_copy after;

	if (!record_copy_subscribers(reader, slot, 1, &view->subscriber))
		return SIGHT_CUT;
	if (view->subscriber.state == RECORD_FREE)
		return SIGHT_NONE;
	struct record_handle handle = subscriber_handle(&view->subscriber);
	bool named = view->subscriber.kind != SUBSCRIBER_MAPPING && handle.slot < reader->header.engine.watches;
	if (named && !record_copy_watch(reader, handle.slot, &view->copy))
		return SIGHT_CUT;
	if (named && record_locked(watch))
		return SIGHT_LOCKED;
	if (!record_copy_subscribers(reader, slot, 1, &again) ||
	    (named && !record_copy_watch(reader, handle.slot, &after)))
		return SIGHT_CUT;
	// Read last: no honest time in the copies is later.
	view->now_ms = region_reader_now_ms();
	// A watch that was returned since is of another generation, or free.
	view->watched = named && watch->state == RECORD_USED && watch->generation == handle.generation;
	return same_record(&view->subscriber, &again) && subscriber_whole(&view->subscriber, view->now_ms) &&
			       (!named || record_same_watch(reader, &view->copy, &after)) &&
			       (!view->watched || (watch->subscriber.slot == slot &&
						   record_bound(watch, handle.slot, &view->subscriber) &&
						   record_windows_possible(reader, watch, view->now_ms)))
		       ? SIGHT_WHOLE
		       : SIGHT_BAD;
}

enum sight
subscriber_view_look(const struct region_reader *reader, uint32_t slot, uint32_t *waits, struct subscriber_view *view)
{
	return record_look(reader, slot, waits, look_once, view);
}

_Static_assert(WATCH_DETECTORS_MAX <= WINDOWS_IN_WATCH, "all of a watch's windows have a place");

// Adds the periods that go on. True: one of them is in breach.
static bool
add_windows(const struct subscriber_view *view, struct plain_record *record)
{
	const struct watch *watch = &view->copy.watch;
	bool in_breach = false;

	for (uint64_t left = view->watched ? watch->windows_used : 0; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);
		const struct window *window = &watch->windows[i];
		bool breached = (watch->breached >> i & 1) && window_breach_lasts(window, view->now_ms);
		if (!window_open(window, breached, view->now_ms))
			continue;
		record->windows[record->window_count++] = (struct plain_window){
			.detector = window->detector,
			.period_ms = window->period_ms,
			.hold_ms = window->hold_ms,
			.counted = window_counted(window, breached, view->now_ms),
			.refused = window->refused,
			.period_started_ms = window->started_ms,
			.in_breach = breached,
		};
		in_breach |= breached;
	}
	return in_breach;
}

bool
subscriber_view_tell(const struct subscriber_view *view, struct plain_record *record)
{
	const struct subscriber *subscriber = &view->subscriber;

	*record = (struct plain_record){
		.subscriber = plain_subscriber_of(&subscriber->address, subscriber->prefix_length, subscriber->tags),
		.is_name = subscriber->kind == SUBSCRIBER_NAME,
		.number = subscriber->number,
		.open_sessions = subscriber->open_sessions,
		.created_ms = subscriber->created_ms,
		.last_seen_ms = subscriber->last_seen_ms,
	};
	return add_windows(view, record);
}

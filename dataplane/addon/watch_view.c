// SPDX-License-Identifier: Apache-2.0
// One watch and its subscriber: see watch_view.h.

#include "watch_view.h"

#include "subscriber_table.h"

// What is read while a worker writes may be torn. Two equal copies of the watch, with no lock in them, are whole, and what was read
// of the subscriber between them is of the same moment.
static enum sight
look_once(const struct region_reader *reader, uint32_t slot, void *seen)
{
	struct watch_view *view = seen;
	const struct watch *watch = &view->copy.watch;
	struct subscriber again;
	union watch_copy after;

	if (!record_copy_watch(reader, slot, &view->copy))
		return SIGHT_CUT;
	if (watch->state == RECORD_FREE)
		return SIGHT_NONE;
	if (record_locked(watch))
		return SIGHT_LOCKED;

	uint32_t subscriber = watch->subscriber.slot;
	bool copied = record_copy_subscribers(reader, subscriber, 1, &view->subscriber) &&
		      record_copy_subscribers(reader, subscriber, 1, &again) &&
		      again.generation == view->subscriber.generation;
	if (!record_copy_watch(reader, slot, &after))
		return SIGHT_CUT;
	view->now_ms = region_reader_now_ms();
	return copied && record_same_watch(reader, &view->copy, &after) && watch->state == RECORD_USED &&
			       record_bound(watch, slot, &view->subscriber) &&
			       subscriber_whole(&view->subscriber, view->now_ms)
		       ? SIGHT_WHOLE
		       : SIGHT_BAD;
}

enum sight
watch_view_look(const struct region_reader *reader, uint32_t slot, uint32_t *waits, struct watch_view *view)
{
	return record_look(reader, slot, waits, look_once, view);
}

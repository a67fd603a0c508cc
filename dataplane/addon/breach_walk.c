// SPDX-License-Identifier: Apache-2.0
// The breaches that go on, copied out of the file while workers write it. Nothing in a record is believed alone: watch and
// subscriber must name each other, and the period must be one that runs.

#include "plain_copy.h"
#include "region_mapped.h"
#include "subscriber_table.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

// Two records cannot be read at one moment: what looks bad is looked at again.
#define LOOKS_MAX 3

// A worker that was put off its processor holds a lock for milliseconds, one that was killed until it is adopted: so long, 100 ms,
// does a whole walk wait for all of them.
#define WAITS_MAX 1000
#define WAIT_NS   100000

// Watches that are read in one piece, to see which of them are worth a look: 8 KiB.
#define WATCHES_AT_ONCE 64

// A watch and its subscriber as they were at one moment.
struct view {
	struct watch watch;
	struct subscriber subscriber;
	uint64_t now_ms;
};

// False: the file was cut short.
static bool
copy_watches(const struct region_reader *reader, uint32_t slot, uint32_t count, struct watch *copies)
{
	off_t at = (off_t)(reader->header.watches + slot * sizeof(*copies));

	return pread(reader->fd, copies, count * sizeof(*copies), at) == (ssize_t)(count * sizeof(*copies));
}

static bool
copy_subscriber(const struct region_reader *reader, uint32_t slot, struct subscriber *copy)
{
	off_t at = (off_t)(reader->header.subscribers + slot * sizeof(*copy));

	return slot < reader->header.engine.subscribers && pread(reader->fd, copy, sizeof(*copy), at) == sizeof(*copy);
}

static bool
locked(const struct watch *watch)
{
	return atomic_load_explicit(&watch->lock, memory_order_relaxed) & 1;
}

static bool
bound(const struct view *view, uint32_t slot)
{
	return view->subscriber.generation == view->watch.subscriber.generation &&
	       view->subscriber.watch.slot == slot && view->subscriber.watch.generation == view->watch.generation;
}

static bool
windows_possible(const struct view *view)
{
	if (view->watch.breached >> WATCH_DETECTORS != 0)
		return false;
	for (unsigned i = 0; i < WATCH_DETECTORS; i++) {
		const struct window *window = &view->watch.windows[i];
		if ((view->watch.breached >> i & 1) &&
		    (window->detector == 0 || window->counted == 0 || window->period_ms == 0 ||
		     window->started_ms == 0 || window->started_ms > view->now_ms))
			return false;
	}
	return true;
}

enum sight { SIGHT_NONE, SIGHT_BREACHED, SIGHT_BAD, SIGHT_LOCKED, SIGHT_CUT };

// What is read while a worker writes may be torn. Two equal copies of the watch, with no lock in them, are whole, and what was read
// of the subscriber between them is of the same moment.
static enum sight
look_once(const struct region_reader *reader, uint32_t slot, struct view *view)
{
	struct subscriber again;
	struct watch after;

	if (!copy_watches(reader, slot, 1, &view->watch))
		return SIGHT_CUT;
	if (view->watch.state == RECORD_FREE)
		return SIGHT_NONE;
	if (locked(&view->watch))
		return SIGHT_LOCKED;
	if (view->watch.breached == 0)
		return SIGHT_NONE;

	uint32_t subscriber = view->watch.subscriber.slot;
	bool copied = copy_subscriber(reader, subscriber, &view->subscriber) &&
		      copy_subscriber(reader, subscriber, &again) && again.generation == view->subscriber.generation;
	if (!copy_watches(reader, slot, 1, &after))
		return SIGHT_CUT;
	// Read last: no honest time in the copies is later.
	view->now_ms = region_reader_now_ms();
	return copied && memcmp(&view->watch, &after, sizeof(after)) == 0 && view->watch.state == RECORD_USED &&
			       bound(view, slot) && subscriber_whole(&view->subscriber, view->now_ms) &&
			       windows_possible(view)
		       ? SIGHT_BREACHED
		       : SIGHT_BAD;
}

// Waits a little for a worker that writes. False: this walk has waited enough.
static bool
waited(struct breach_walk *walk)
{
	static const struct timespec pause = {.tv_nsec = WAIT_NS};

	if (walk->waits >= WAITS_MAX)
		return false;
	walk->waits++;
	nanosleep(&pause, NULL);
	return true;
}

static enum sight
look(const struct region_reader *reader, uint32_t slot, struct breach_walk *walk, struct view *view)
{
	enum sight sight = SIGHT_BAD;

	for (unsigned looks = 0; looks < LOOKS_MAX && sight == SIGHT_BAD; looks++) {
		do
			sight = look_once(reader, slot, view);
		while (sight == SIGHT_LOCKED && waited(walk));
		if (sight == SIGHT_LOCKED)
			sight = SIGHT_BAD;
	}
	return sight;
}

static void
collect(const struct view *view, uint32_t slot, struct breached_watch *found)
{
	*found = (struct breached_watch){.slot = slot, .generation = view->watch.generation};
	for (unsigned i = 0; i < WATCH_DETECTORS; i++) {
		const struct window *window = &view->watch.windows[i];
		if (!(view->watch.breached >> i & 1) || view->now_ms - window->started_ms >= window->period_ms)
			continue;
		found->breaches[found->count++] = (struct plain_breach){
			.subscriber = plain_subscriber_of(&view->subscriber.address, view->subscriber.prefix_length,
							  view->subscriber.tags),
			.detector = window->detector,
			.period_ms = window->period_ms,
			.counted = window->counted,
			.refused = window->refused,
			.period_started_ms = window->started_ms,
		};
	}
}

_Static_assert(WATCH_DETECTORS <= BREACHES_IN_WATCH, "all of a watch's breaches have a place");

// The next watch that is worth a look, `next` or a later one; the pool's size when there is none.
static uint32_t
next_candidate(const struct region_reader *reader, struct breach_walk *walk)
{
	uint32_t end = reader->header.engine.watches, slot = walk->next;
	struct watch copies[WATCHES_AT_ONCE];

	while (slot < end && !walk->cut) {
		uint32_t count = end - slot < WATCHES_AT_ONCE ? end - slot : WATCHES_AT_ONCE;
		walk->cut = !copy_watches(reader, slot, count, copies);
		for (uint32_t i = 0; i < count && !walk->cut; i++)
			if (copies[i].state != RECORD_FREE && (copies[i].breached != 0 || locked(&copies[i])))
				return slot + i;
		slot += count;
	}
	return end;
}

bool
region_reader_breached(const struct region_reader *reader, struct breach_walk *walk, struct breached_watch *found)
{
	for (;;) {
		uint32_t slot = next_candidate(reader, walk);
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

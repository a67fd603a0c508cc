// SPDX-License-Identifier: Apache-2.0
// The breaches that go on, read from watches while workers write them. Nothing in a record is believed alone: watch and
// subscriber must name each other, and the period must be one that runs.

#include "plain_copy.h"
#include "region_mapped.h"
#include "subscriber_table.h"

#include <string.h>
#include <time.h>

// Two records cannot be read at one moment: what looks bad is looked at again.
#define LOOKS_MAX 3

// A worker that was put off its processor holds a lock for milliseconds, one that was killed until it is adopted: so long, 100 ms,
// does a whole walk wait for all of them.
#define WAITS_MAX 1000
#define WAIT_NS   100000

// A watch and its subscriber as they were at one moment.
struct view {
	struct watch watch;
	struct subscriber subscriber;
	uint64_t now_ms;
};

// The copy may be torn; the lock's number then differs, and it is thrown away.
static bool
copy_watch(const struct watch *from, struct watch *copy)
{
	uint32_t before = atomic_load_explicit(&from->lock, memory_order_acquire);

	if (before & 1)
		return false;
	memcpy(copy, from, sizeof(*copy));
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&from->lock, memory_order_relaxed) == before;
}

static bool
copy_subscriber(const struct region_reader *reader, uint32_t slot, struct subscriber *copy)
{
	const struct subscriber *records = (const void *)(reader->memory + reader->header.subscribers);

	if (slot >= reader->header.engine.subscribers)
		return false;
	memcpy(copy, &records[slot], sizeof(*copy));
	atomic_thread_fence(memory_order_acquire);
	return copy->generation == *(const volatile uint32_t *)&records[slot].generation;
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

enum sight { SIGHT_NONE, SIGHT_BREACHED, SIGHT_BAD };

static enum sight
look_once(const struct region_reader *reader, const struct watch *from, uint32_t slot, struct view *view)
{
	if (atomic_load_explicit(&from->state, memory_order_acquire) == RECORD_FREE)
		return SIGHT_NONE;
	if (!copy_watch(from, &view->watch))
		return SIGHT_BAD;
	if (view->watch.breached == 0)
		return SIGHT_NONE;

	bool copied = copy_subscriber(reader, view->watch.subscriber.slot, &view->subscriber);
	// Read last: no honest time in the copies is later.
	view->now_ms = region_reader_now_ms();
	return copied && view->watch.state == RECORD_USED && bound(view, slot) &&
			       subscriber_whole(&view->subscriber, view->now_ms) && windows_possible(view)
		       ? SIGHT_BREACHED
		       : SIGHT_BAD;
}

// True when a worker writes the watch and was waited for.
static bool
waited(const struct watch *watch, struct breach_walk *walk)
{
	static const struct timespec pause = {.tv_nsec = WAIT_NS};

	if (!(atomic_load_explicit(&watch->lock, memory_order_relaxed) & 1) || walk->waits == WAITS_MAX)
		return false;
	walk->waits++;
	nanosleep(&pause, NULL);
	return true;
}

static enum sight
look(const struct region_reader *reader, uint32_t slot, struct breach_walk *walk, struct view *view)
{
	const struct watch *watches = (const void *)(reader->memory + reader->header.watches);
	enum sight sight = SIGHT_BAD;

	for (unsigned looks = 0; looks < LOOKS_MAX && sight == SIGHT_BAD; looks++) {
		while (waited(&watches[slot], walk))
			;
		sight = look_once(reader, &watches[slot], slot, view);
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

bool
region_reader_breached(const struct region_reader *reader, struct breach_walk *walk, struct breached_watch *found)
{
	while (walk->next < reader->header.engine.watches) {
		uint32_t slot = walk->next++;
		struct view view;
		enum sight sight = look(reader, slot, walk, &view);

		if (sight == SIGHT_BAD)
			walk->bad++;
		if (sight != SIGHT_BREACHED)
			continue;
		collect(&view, slot, found);
		if (found->count > 0)
			return true;
	}
	return false;
}

// SPDX-License-Identifier: Apache-2.0
// Copies of records: see record_copy.h.

#include "record_copy.h"

#include <time.h>
#include <unistd.h>

// A worker that was put off its processor holds a lock for milliseconds, one that was killed until it is adopted: so long, 100 ms,
// does a whole walk wait for all of them.
#define WAITS_MAX 1000
#define WAIT_NS   100000

// Watches that are read in one piece, to see which of them are worth a look: 8 KiB.
#define WATCHES_AT_ONCE 64

static bool
copy(const struct region_reader *reader, uint64_t at, size_t size, void *copies)
{
	return pread(reader->fd, copies, size, (off_t)at) == (ssize_t)size;
}

bool
record_copy_watches(const struct region_reader *reader, uint32_t slot, uint32_t count, struct watch *copies)
{
	return slot + (uint64_t)count <= reader->header.engine.watches &&
	       copy(reader, reader->header.watches + slot * sizeof(*copies), count * sizeof(*copies), copies);
}

bool
record_copy_subscribers(const struct region_reader *reader, uint32_t slot, uint32_t count, struct subscriber *copies)
{
	return slot + (uint64_t)count <= reader->header.engine.subscribers &&
	       copy(reader, reader->header.subscribers + slot * sizeof(*copies), count * sizeof(*copies), copies);
}

bool
record_locked(const struct watch *watch)
{
	return atomic_load_explicit(&watch->lock, memory_order_relaxed) & 1;
}

bool
record_bound(const struct watch *watch, uint32_t slot, const struct subscriber *subscriber)
{
	return subscriber->generation == watch->subscriber.generation && subscriber->watch.slot == slot &&
	       subscriber->watch.generation == watch->generation;
}

bool
record_breaches_possible(const struct watch *watch, uint64_t now_ms)
{
	if (watch->breached >> WATCH_DETECTORS != 0)
		return false;
	for (unsigned i = 0; i < WATCH_DETECTORS; i++) {
		const struct window *window = &watch->windows[i];
		if ((watch->breached >> i & 1) &&
		    (window->detector == 0 || window->counted == 0 || window->period_ms == 0 ||
		     window->started_ms == 0 || window->started_ms > now_ms))
			return false;
	}
	return true;
}

bool
record_waited(uint32_t *waits)
{
	static const struct timespec pause = {.tv_nsec = WAIT_NS};

	if (*waits >= WAITS_MAX)
		return false;
	(*waits)++;
	nanosleep(&pause, NULL);
	return true;
}

uint32_t
record_next_breached(const struct region_reader *reader, uint32_t slot, bool *cut)
{
	uint32_t end = reader->header.engine.watches;
	struct watch copies[WATCHES_AT_ONCE];

	while (slot < end && !*cut) {
		uint32_t count = end - slot < WATCHES_AT_ONCE ? end - slot : WATCHES_AT_ONCE;
		*cut = !record_copy_watches(reader, slot, count, copies);
		for (uint32_t i = 0; i < count && !*cut; i++)
			if (copies[i].state != RECORD_FREE && (copies[i].breached != 0 || record_locked(&copies[i])))
				return slot + i;
		slot += count;
	}
	return end;
}

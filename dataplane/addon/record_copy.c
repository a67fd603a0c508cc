// SPDX-License-Identifier: Apache-2.0
// Copies of records: see record_copy.h.

#include "record_copy.h"

#include "window.h"

#include <string.h>
#include <unistd.h>

static bool
copy(const struct region_reader *reader, uint64_t at, size_t size, void *copies)
{
	return pread(reader->fd, copies, size, (off_t)at) == (ssize_t)size;
}

static bool
copy_watch(const struct region_reader *reader, uint32_t slot, size_t size, union watch_copy *to)
{
	const struct region_header *header = &reader->header;

	return slot < header->engine.watches &&
	       copy(reader, header->watches + slot * watch_stride(header->engine.detectors), size, to);
}

bool
record_copy_watch(const struct region_reader *reader, uint32_t slot, union watch_copy *to)
{
	return copy_watch(reader, slot, watch_stride(reader->header.engine.detectors), to);
}

bool
record_same_watch(const struct region_reader *reader, const union watch_copy *one, const union watch_copy *other)
{
	return memcmp(one, other, watch_stride(reader->header.engine.detectors)) == 0;
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
	struct record_handle bound = subscriber_handle(subscriber);

	return subscriber->generation == watch->subscriber.generation && subscriber->kind != SUBSCRIBER_MAPPING &&
	       bound.slot == slot && bound.generation == watch->generation;
}

bool
record_windows_possible(const struct region_reader *reader, const struct watch *watch, uint64_t now_ms)
{
	uint32_t detectors = reader->header.engine.detectors;

	if ((detectors < 64 && watch->windows_used >> detectors != 0) ||
	    (watch->breached & ~watch->windows_used) != 0 || watch->destination_count > WATCH_DESTINATIONS)
		return false;
	for (uint64_t left = watch->windows_used; left != 0; left &= left - 1) {
		const struct window *window = &watch->windows[__builtin_ctzll(left)];
		bool told = watch->breached >> __builtin_ctzll(left) & 1;
		if (!window_possible(window, now_ms) ||
		    (told && (window->counted == 0 || window->period_ms == 0 || window->started_ms == 0)))
			return false;
	}
	return true;
}

// Copies the head of the next watch that is not free. False: there is none, or the file was cut short.
static bool
next_head(const struct region_reader *reader, uint32_t *slot, bool *cut, union watch_copy *head)
{
	for (; *slot < reader->header.engine.watches && !*cut; (*slot)++) {
		*cut = !copy_watch(reader, *slot, offsetof(struct watch, destinations), head);
		if (!*cut && head->watch.state != RECORD_FREE)
			return true;
	}
	return false;
}

uint32_t
record_next_breached(const struct region_reader *reader, uint32_t slot, bool *cut)
{
	union watch_copy head;

	for (; next_head(reader, &slot, cut, &head); slot++)
		if (head.watch.breached != 0 || record_locked(&head.watch))
			return slot;
	return reader->header.engine.watches;
}

uint32_t
record_next_used(const struct region_reader *reader, uint32_t slot, uint32_t minute, bool *cut)
{
	union watch_copy head;

	for (; next_head(reader, &slot, cut, &head); slot++)
		if ((head.watch.usages_used != 0 && head.watch.usage_minute >= minute) || record_locked(&head.watch))
			return slot;
	return reader->header.engine.watches;
}

// SPDX-License-Identifier: Apache-2.0
// What was used in a minute, copied out of the file while workers write it: watch by watch, because only who is under watch used
// anything that is measured.

#include "plain_copy.h"
#include "watch_view.h"

#include <string.h>

// No port carries so many bytes in a minute, and JavaScript's numbers are exact up to here.
#define BYTES_MAX (1ull << 53)

_Static_assert(WATCH_DETECTORS_MAX <= USAGES_IN_WATCH, "all of a watch's usages have a place");
_Static_assert(sizeof(((struct plain_usage *)0)->destinations) == sizeof(((struct usage_minute *)0)->destinations),
	       "all of a bitmap has a place");

// The half that tells of the minute; NULL: neither does.
static const struct usage_minute *
minute_of(const struct usage *usage, uint32_t minute)
{
	bool kept = usage->minute == minute || usage->minute == minute + 1;

	return kept ? &usage->minutes[minute & 1] : NULL;
}

static bool
used(const struct usage_minute *minute)
{
	return minute->sessions != 0 || minute->refused != 0 || minute->bytes != 0;
}

// False: the watch contradicts itself.
static bool
collect(const struct region_reader *reader, struct watch_view *view, uint32_t minute, struct usage_found *found)
{
	uint32_t room = reader->header.engine.detectors;
	const struct usage *usages = watch_usages(&view->copy.watch, room);
	uint64_t left = view->copy.watch.usages_used;

	found->count = 0;
	if (room < 64 && left >> room != 0)
		return false;
	for (; left != 0; left &= left - 1) {
		const struct usage *usage = &usages[__builtin_ctzll(left)];
		const struct usage_minute *of = minute_of(usage, minute);
		if (usage->service == 0 || usage->minute > view->now_ms / USAGE_MINUTE_MS)
			return false;
		if (of == NULL || !used(of))
			continue;
		if (of->bytes >= BYTES_MAX)
			return false;
		struct plain_usage *plain = &found->each[found->count++];
		*plain = (struct plain_usage){
			.subscriber = plain_subscriber_of(&view->subscriber.address, view->subscriber.prefix_length,
							  view->subscriber.tags),
			.service = usage->service,
			.sessions = of->sessions,
			.refused = of->refused,
			.bytes = of->bytes,
		};
		memcpy(plain->destinations, of->destinations, sizeof(plain->destinations));
	}
	return true;
}

bool
region_reader_usage(const struct region_reader *reader, struct usage_walk *walk, struct usage_found *found)
{
	for (;;) {
		uint32_t slot = record_next_used(reader, walk->next, walk->minute, &walk->cut);
		if (slot == reader->header.engine.watches || walk->cut)
			return false;
		walk->next = slot + 1;

		struct watch_view view;
		enum sight sight = watch_view_look(reader, slot, &walk->waits, &view);
		if (sight == SIGHT_WHOLE && !collect(reader, &view, walk->minute, found))
			sight = SIGHT_BAD;
		if (sight == SIGHT_BAD)
			walk->bad++;
		if (sight == SIGHT_CUT)
			walk->cut = true;
		if (sight == SIGHT_WHOLE && found->count > 0)
			return true;
	}
}

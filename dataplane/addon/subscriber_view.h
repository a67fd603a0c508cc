// SPDX-License-Identifier: Apache-2.0
// A subscriber, or a mapping, and the watch that he may have, as they were at one moment, copied out of the file while workers write it.
// Of the addon's C only.

#pragma once

#include "plain.h"
#include "record_copy.h"
#include "record_look.h"

struct subscriber_view {
	struct subscriber subscriber;
	bool watched;
	uint64_t now_ms; // no honest time in the copies is later
	union watch_copy copy;
};

// Looks at the subscriber in `slot`. Nothing in him is believed alone: he must be whole, and the watch that he names must name him.
// `*waits`: for workers that were writing, of the whole walk.
enum sight subscriber_view_look(const struct region_reader *reader, uint32_t slot, uint32_t *waits,
				struct subscriber_view *view);

// What is told of him, with the periods that go on. True: one of them is in breach.
bool subscriber_view_tell(const struct subscriber_view *view, struct plain_record *record);

// SPDX-License-Identifier: Apache-2.0
// A watch and its subscriber as they were at one moment, copied out of the file while workers write it. Of the addon's C only.

#pragma once

#include "record_copy.h"
#include "record_look.h"

struct watch_view {
	struct subscriber subscriber;
	uint64_t now_ms; // no honest time in the copies is later
	union watch_copy copy;
};

// Looks at the watch in `slot`. Nothing in it is believed alone: it and its subscriber must name each other. `*waits`: for workers
// that were writing, of the whole walk.
enum sight watch_view_look(const struct region_reader *reader, uint32_t slot, uint32_t *waits, struct watch_view *view);

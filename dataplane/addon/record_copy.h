// SPDX-License-Identifier: Apache-2.0
// Records copied out of the file while workers write them: what the walks over them need. Of the addon's C only.

#pragma once

#include "records.h"
#include "region_mapped.h"

#include <stdbool.h>
#include <stdint.h>

// Room for any watch.
union watch_copy {
	struct watch watch;
	_Alignas(64) uint8_t bytes[WATCH_STRIDE_MAX];
};

// Copy the watch in `slot`, or `count` subscribers from it on. False: the file was cut short, or a slot is beyond the table.
bool record_copy_watch(const struct region_reader *reader, uint32_t slot, union watch_copy *copy);
bool record_copy_subscribers(const struct region_reader *reader, uint32_t slot, uint32_t count,
			     struct subscriber *copies);

// True when two copies of a watch are equal.
bool record_same_watch(const struct region_reader *reader, const union watch_copy *one, const union watch_copy *other);

// True while a worker writes.
bool record_locked(const struct watch *watch);

// True when the watch, which lies in `slot`, and the subscriber name each other.
bool record_bound(const struct watch *watch, uint32_t slot, const struct subscriber *subscriber);

// True when everything that the watch tells of its windows can be.
bool record_windows_possible(const struct region_reader *reader, const struct watch *watch, uint64_t now_ms);

// The next watch that may be in breach, `slot` or a later one; the pool's size when there is none. `*cut` is set when the file was
// cut short.
uint32_t record_next_breached(const struct region_reader *reader, uint32_t slot, bool *cut);

// The same of a watch that may tell of what was used in the minute.
uint32_t record_next_used(const struct region_reader *reader, uint32_t slot, uint32_t minute, bool *cut);

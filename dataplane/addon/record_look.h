// SPDX-License-Identifier: Apache-2.0
// Looks at records that a worker may be writing, until they are seen whole or have to be left out. Of the addon's C only.

#pragma once

#include "region_mapped.h"

#include <stdint.h>

enum sight {
	SIGHT_NONE, // the record is free
	SIGHT_WHOLE,
	SIGHT_BAD,    // it contradicts itself, or the one that it names
	SIGHT_CUT,    // the file was cut short
	SIGHT_LOCKED, // a worker writes: never what record_look returns
};

// Copies what lies in `slot` into `view`.
typedef enum sight record_look_once(const struct region_reader *reader, uint32_t slot, void *view);

// `*waits`: for workers that were writing, of the whole walk.
enum sight record_look(const struct region_reader *reader, uint32_t slot, uint32_t *waits, record_look_once *once,
		       void *view);

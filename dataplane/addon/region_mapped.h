// SPDX-License-Identifier: Apache-2.0
// What an attached region is made of. Of the addon's C only.

#pragma once

#include "region.h"
#include "region_reader.h"

struct region_reader {
	struct region_header header; // the private copy: sizes and offsets are taken from nowhere else
	const uint8_t *memory;
	size_t size;
	uint64_t device;
	uint64_t inode;
	uint64_t born_ns;             // of the file, since 1970; 0 where the file system keeps no such time
	uint64_t places[WORKERS_MAX]; // sequence of each ring's next event
};

// The header as it is now: for fields that are only told, never reckoned with.
static inline const struct region_header *
region_live_header(const struct region_reader *reader)
{
	return (const void *)reader->memory;
}

// This boot's id as a region has it; all zeros when it cannot be read.
void region_boot_id(uint8_t id[16]);

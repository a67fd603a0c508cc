// SPDX-License-Identifier: Apache-2.0
// What an attached region is made of. Of the addon's C only.

#pragma once

#include "region.h"
#include "region_reader.h"

struct region_reader {
	struct region_header header; // the private copy: sizes and offsets are taken from nowhere else
	uint8_t *copy;               // of the file's header and counters, as of the last refresh
	const uint8_t *memory;       // the mapping
	size_t size;
	int fd;
	char path[301]; // as far as it is told
	uint64_t device;
	uint64_t inode;
	uint64_t born_ns;             // of the file, since 1970; 0 where the file system keeps no such time
	uint64_t places[WORKERS_MAX]; // sequence of each ring's next event
	uint64_t sample_places[SAMPLE_CHANNELS][WORKERS_MAX];
};

// The header as it was lately: for fields that are only told, never reckoned with.
static inline const struct region_header *
region_live_header(const struct region_reader *reader)
{
	return (const void *)reader->copy;
}

// This boot's id as a region has it; all zeros when it cannot be read.
void region_boot_id(uint8_t id[16]);

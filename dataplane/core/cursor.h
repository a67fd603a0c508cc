// SPDX-License-Identifier: Apache-2.0
// The bytes of a frame that are not read yet. Every reader checks a length against it before it reads or skips.

#pragma once

#include <stdint.h>

struct cursor {
	const uint8_t *at;
	uint32_t contiguous; // bytes that may be read
	uint32_t total;      // bytes that there are
};

// `length`: at most what is contiguous.
static inline void
cursor_skip(struct cursor *cursor, uint32_t length)
{
	cursor->at += length;
	cursor->contiguous -= length;
	cursor->total -= length;
}

// Leaves out what lies behind the next `length` bytes, at most what there is: Ethernet padding is no header.
static inline void
cursor_cut(struct cursor *cursor, uint32_t length)
{
	cursor->total = length;
	if (cursor->contiguous > length)
		cursor->contiguous = length;
}

static inline uint16_t
cursor_be16(const struct cursor *cursor, uint32_t offset)
{
	return (uint16_t)(cursor->at[offset] << 8 | cursor->at[offset + 1]);
}

static inline uint32_t
cursor_be32(const struct cursor *cursor, uint32_t offset)
{
	return (uint32_t)cursor_be16(cursor, offset) << 16 | cursor_be16(cursor, offset + 2);
}

// SPDX-License-Identifier: Apache-2.0
// Finds the mapping that a packet's subscriber-side address and tags are held by: the most specific one. Only the forms that are in
// use are tried, when a session opens.

#pragma once

#include "subscriber_table.h"

// The first form from `from` on that is in use and fits the family; MAPPING_FORMS: there is none.
unsigned mapping_next_form(const struct subscriber_table *table, unsigned from, bool ipv4);

// The slot of the mapping whose name is there; RECORD_NONE: no name's.
uint32_t mapping_search(const struct subscriber_table *table, const struct address *address, uint32_t tags);

static inline uint32_t
mapping_find(const struct subscriber_table *table, const struct address *address, uint32_t tags)
{
	return table->mappings == 0 ? RECORD_NONE : mapping_search(table, address, tags);
}

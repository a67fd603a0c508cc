// SPDX-License-Identifier: Apache-2.0
// Longest-prefix match over a fixed list of prefixes, as sorted boundaries: the address space is cut where any prefix begins
// or ends, and a look-up is one binary search. Built once by the control thread, then immutable: any number of readers.

#pragma once

#include "policy_blob.h"

#include <stddef.h>
#include <stdint.h>

#define PREFIX_NONE UINT64_MAX

// What a boundary's value is where prefixes nest.
enum prefix_merge {
	PREFIX_LONGEST, // the longest prefix's value; PREFIX_NONE where there is none
	PREFIX_UNION,   // bit `value` of every prefix that covers it; 0 where there is none
};

struct prefix_boundary {
	unsigned __int128 first; // the first address with this value
	uint64_t value;
	uint64_t reserved;
};

struct prefix_table {
	struct prefix_boundary *boundaries;
	uint32_t count;
};

// Bytes of boundaries that a table of `prefixes` needs at most.
size_t prefix_table_size(uint32_t prefixes);

// Builds over `memory` (prefix_table_size bytes, aligned to 16). `prefixes` has room for one more than `count` and is sorted in
// place, outer before inner and of equal ones the lowest value last; the one more, of value POLICY_NONE, is the space of IPv4. An IPv6 prefix covers no IPv4 address, not even ::/0. Of equal prefixes PREFIX_LONGEST takes the lowest value.
void prefix_table_build(struct prefix_table *table, void *memory, struct blob_prefix *prefixes, uint32_t count,
			enum prefix_merge merge);

// The value at `address`.
uint64_t prefix_table_find(const struct prefix_table *table, const struct address *address);

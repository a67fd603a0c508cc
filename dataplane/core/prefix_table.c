// SPDX-License-Identifier: Apache-2.0
// The prefix table: see prefix_table.h.

#include "prefix_table.h"

#include <stdlib.h>

typedef unsigned __int128 number;

// Added to every list: inside it the IPv6 prefixes that its numbers lie in count for nothing.
#define IPV4_SPACE POLICY_NONE
static const struct blob_prefix ipv4_space = {
	.address = {.bytes = {[10] = 0xff, [11] = 0xff}},
	.length = ADDRESS_IPV4_PREFIX,
	.value = IPV4_SPACE,
};

static number
first_of(const struct blob_prefix *prefix)
{
	return address_number(&prefix->address);
}

static number
last_of(const struct blob_prefix *prefix)
{
	return prefix->length == 128 ? first_of(prefix) : first_of(prefix) | ~(number)0 >> prefix->length;
}

// Outer prefixes before those inside them, and the space of IPv4 before a prefix that is all of it.
static int
compare(const void *a, const void *b)
{
	const struct blob_prefix *x = a, *y = b;

	if (first_of(x) != first_of(y))
		return first_of(x) < first_of(y) ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return (x->value < y->value) - (x->value > y->value);
}

size_t
prefix_table_size(uint32_t prefixes)
{
	// Each prefix and the space of IPv4 begin once and end once; one more for address 0.
	return (2 * ((size_t)prefixes + 1) + 1) * sizeof(struct prefix_boundary);
}

// The value inside a prefix, given the value around it.
static uint64_t
value_inside(const struct blob_prefix *prefix, uint64_t around, enum prefix_merge merge)
{
	if (prefix->value == IPV4_SPACE)
		return merge == PREFIX_LONGEST ? PREFIX_NONE : 0;
	return merge == PREFIX_LONGEST ? prefix->value : around | UINT64_C(1) << prefix->value;
}

static void
add_boundary(struct prefix_table *table, number first, uint64_t value)
{
	if (table->count > 0 && table->boundaries[table->count - 1].first == first)
		table->count--;
	table->boundaries[table->count++] = (struct prefix_boundary){.first = first, .value = value};
}

void
prefix_table_build(struct prefix_table *table, void *memory, struct blob_prefix *prefixes, uint32_t count,
		   enum prefix_merge merge)
{
	// The prefixes that are open at the current address, outermost first: their lengths grow, so 129 are enough, and equal
	// ones replace each other.
	struct {
		number last;
		uint64_t value;
	} open[130];
	unsigned depth = 0;

	table->boundaries = memory;
	table->count = 0;
	open[0].last = ~(number)0;
	open[0].value = merge == PREFIX_LONGEST ? PREFIX_NONE : 0;
	add_boundary(table, 0, open[0].value);
	prefixes[count++] = ipv4_space;
	qsort(prefixes, count, sizeof(*prefixes), compare);

	for (uint32_t i = 0; i <= count; i++) {
		number first = i < count ? first_of(&prefixes[i]) : 0;

		while (depth > 0 && (i == count || open[depth].last < first)) {
			number end = open[depth--].last;
			if (end != ~(number)0)
				add_boundary(table, end + 1, open[depth].value);
		}
		if (i == count)
			break;

		uint64_t value = value_inside(&prefixes[i], open[depth].value, merge);
		if (depth == 0 || open[depth].last != last_of(&prefixes[i]))
			depth++;
		open[depth].last = last_of(&prefixes[i]);
		open[depth].value = value;
		add_boundary(table, first, value);
	}
}

uint64_t
prefix_table_find(const struct prefix_table *table, const struct address *address)
{
	number wanted = address_number(address);
	const struct prefix_boundary *base = table->boundaries;

	for (uint32_t n = table->count; n > 1;) {
		uint32_t half = n / 2;
		base += base[half].first <= wanted ? half : 0;
		n -= half;
	}
	return base->value;
}

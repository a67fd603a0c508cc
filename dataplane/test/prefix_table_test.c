// SPDX-License-Identifier: Apache-2.0
// prefix_table.c against a look at every prefix: nested, adjacent, ending together, the whole space, single addresses.

#include "prefix_table.h"

#include "policy_parts.h"
#include "test.h"

#define PREFIXES_MAX 64

struct list {
	struct blob_prefix prefixes[PREFIXES_MAX + 1]; // the builder adds one
	uint32_t count;
};

static bool
covers(const struct blob_prefix *prefix, const struct address *address)
{
	struct address first = address_prefix(address, prefix->length);

	// The families never meet: an IPv6 prefix has no IPv4 address in it, though its numbers may.
	bool ipv4 = prefix->length >= ADDRESS_IPV4_PREFIX && address_is_ipv4(&prefix->address);
	return address_is_ipv4(address) == ipv4 && address_equal(&first, &prefix->address);
}

static uint64_t
longest(const struct list *list, const struct address *address)
{
	const struct blob_prefix *best = NULL;

	for (uint32_t i = 0; i < list->count; i++)
		if (covers(&list->prefixes[i], address) && (best == NULL || list->prefixes[i].length > best->length))
			best = &list->prefixes[i];
	return best == NULL ? PREFIX_NONE : best->value;
}

static uint64_t
all(const struct list *list, const struct address *address)
{
	uint64_t set = 0;

	for (uint32_t i = 0; i < list->count; i++)
		if (covers(&list->prefixes[i], address))
			set |= UINT64_C(1) << list->prefixes[i].value;
	return set;
}

// Compares at the prefix's ends and one beyond each.
static void
compare_around(const struct list *list, const struct prefix_table *table, enum prefix_merge merge,
	       struct blob_prefix prefix)
{
	unsigned __int128 first = address_number(&prefix.address);
	unsigned __int128 last = prefix.length == 0 ? ~(unsigned __int128)0
						    : first + (((unsigned __int128)1 << (128 - prefix.length)) - 1);
	const unsigned __int128 probes[] = {first - 1, first, first + (last - first) / 2, last, last + 1};

	for (size_t i = 0; i < LENGTH(probes); i++) {
		struct address address = address_from_number(probes[i]);
		uint64_t wanted = merge == PREFIX_LONGEST ? longest(list, &address) : all(list, &address);
		assert_int_equal(prefix_table_find(table, &address), wanted);
	}
}

static void
compare(const struct list *list, enum prefix_merge merge)
{
	struct list sorted = *list;
	struct prefix_table table;
	void *memory = exact_memory(prefix_table_size(list->count));

	prefix_table_build(&table, memory, sorted.prefixes, list->count, merge);
	for (uint32_t i = 0; i < list->count; i++)
		compare_around(list, &table, merge, list->prefixes[i]);
	compare_around(list, &table, merge, prefix_of("0.0.0.0/0", 0));
	compare_around(list, &table, merge, prefix_of("::/0", 0));
	free(memory);
}

static bool
listed(const struct list *list, const struct blob_prefix *prefix)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (list->prefixes[i].length == prefix->length &&
		    address_equal(&list->prefixes[i].address, &prefix->address))
			return true;
	return false;
}

// Bytes from a handful of values, so that prefixes nest, touch and end together.
static struct blob_prefix
random_prefix(uint64_t *seed)
{
	static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
	bool ipv4 = random_below(seed, 2) == 0;
	struct address address = ipv4 ? address_of("0.0.0.0") : address_of("::");
	uint32_t length = ipv4 ? 96 + random_below(seed, 33) : random_below(seed, 129);

	for (int i = ipv4 ? 12 : 0; i < 16; i++)
		address.bytes[i] = bytes[random_below(seed, LENGTH(bytes))];
	return (struct blob_prefix){
		.address = address_prefix(&address, length),
		.length = length,
		.value = random_below(seed, 64),
	};
}

static void
random_prefixes_match_as_a_look_at_each_does(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct list list = {0};
		uint32_t wanted = random_below(&seed, PREFIXES_MAX + 1);

		while (list.count < wanted) {
			struct blob_prefix prefix = random_prefix(&seed);
			// A prefix is in a longest match once; in a union it may be of several zones.
			if (!listed(&list, &prefix))
				list.prefixes[list.count++] = prefix;
		}
		compare(&list, PREFIX_LONGEST);
		for (uint32_t i = 1; i < list.count; i += 5) {
			list.prefixes[i] = list.prefixes[i - 1];
			list.prefixes[i].value = random_below(&seed, 64);
		}
		compare(&list, PREFIX_UNION);
	}
}

struct text_list {
	const char *prefixes[8];
};

static void
nested_and_adjacent_prefixes_match(void **state)
{
	static const struct text_list rows[] = {
		{{NULL}},
		{{"0.0.0.0/0"}},
		{{"::/0"}},
		{{"::/0", "0.0.0.0/0"}},
		{{"255.255.255.255/32", "0.0.0.0/32", "0.0.0.0/0"}},
		{{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "::/128", "::/0"}},
		{{"10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.0.0/32"}},
		{{"10.0.0.0/8", "10.255.0.0/16", "10.255.255.0/24", "10.255.255.255/32"}},
		{{"10.0.0.0/9", "10.128.0.0/9", "11.0.0.0/8", "12.0.0.0/8"}},
		{{"128.0.0.0/1", "0.0.0.0/1"}},
		{{"2001:db8::/32", "2001:db8::/48", "2001:db8:ffff::/48", "2001:db9::/32", "2001:db7:ffff::/48"}},
		{{"::/1", "8000::/1", "ffff::/16"}},
		{{"::/64", "::/80", "::ffff:0:0:0/96", "::1/128", "1.2.3.4/32"}},
	};

	(void)state;
	for (size_t r = 0; r < LENGTH(rows); r++) {
		struct list list = {0};
		for (; rows[r].prefixes[list.count] != NULL; list.count++)
			list.prefixes[list.count] = prefix_of(rows[r].prefixes[list.count], list.count);
		compare(&list, PREFIX_LONGEST);
		compare(&list, PREFIX_UNION);
	}
}

// The deepest nesting there is: a prefix of every length, all beginning, or all ending, at one address.
static void
a_prefix_of_every_length_nests(void **state)
{
	(void)state;
	for (int end = 0; end < 2; end++) {
		struct blob_prefix prefixes[129 + 1];
		struct address address =
			end == 0 ? address_of("::") : address_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
		struct prefix_table table;
		void *memory = exact_memory(prefix_table_size(129));

		for (uint32_t length = 0; length <= 128; length++)
			prefixes[length] = (struct blob_prefix){
				.address = address_prefix(&address, length), .length = length, .value = length};
		prefix_table_build(&table, memory, prefixes, 129, PREFIX_LONGEST);
		for (uint32_t same = 0; same <= 128; same++) {
			struct address probe = address;
			if (same < 128)
				probe.bytes[same / 8] ^= (uint8_t)(0x80 >> same % 8);
			assert_int_equal(prefix_table_find(&table, &probe), same);
		}
		free(memory);
	}
}

static void
of_equal_prefixes_the_lowest_value_is_taken(void **state)
{
	uint64_t seed = 12;

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct blob_prefix prefixes[10 + 1];
		struct prefix_table table;
		struct address address = address_of("10.0.0.1");
		uint64_t lowest = UINT64_MAX;
		void *memory = exact_memory(prefix_table_size(10));

		for (int i = 0; i < 10; i++) {
			prefixes[i] = prefix_of("10.0.0.0/8", random_below(&seed, 1000));
			lowest = prefixes[i].value < lowest ? prefixes[i].value : lowest;
		}
		prefix_table_build(&table, memory, prefixes, 10, PREFIX_LONGEST);
		assert_int_equal(prefix_table_find(&table, &address), lowest);
		free(memory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nested_and_adjacent_prefixes_match),
		cmocka_unit_test(a_prefix_of_every_length_nests),
		cmocka_unit_test(of_equal_prefixes_the_lowest_value_is_taken),
		cmocka_unit_test(random_prefixes_match_as_a_look_at_each_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

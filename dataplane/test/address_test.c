// SPDX-License-Identifier: Apache-2.0
// address.h: the one form of addresses, and prefixes of every length.

#include "address.h"

#include "policy_parts.h"
#include "test.h"

static void
an_ipv4_address_is_its_mapped_form(void **state)
{
	const struct address v4 = address_of("192.0.2.1"), mapped = address_of("::ffff:192.0.2.1");

	(void)state;
	assert_true(address_equal(&v4, &mapped));
	assert_true(address_is_ipv4(&v4));
}

static void
only_the_mapped_prefix_is_ipv4(void **state)
{
	static const char *const others[] = {
		"::",     "::192.0.2.1",        "::fffe:c000:201", "::1:ffff:c000:201", "64:ff9b::c000:201",
		"ffff::", "8000::ffff:c000:201"};

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++) {
		struct address address = address_of(others[i]);
		assert_false(address_is_ipv4(&address));
	}
}

static void
a_number_orders_addresses_as_their_bytes_do(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 10000; round++) {
		struct address a, b;
		for (int i = 0; i < 16; i++) {
			a.bytes[i] = (uint8_t)random_next(&seed);
			b.bytes[i] = random_below(&seed, 16) > (uint32_t)i ? a.bytes[i] : (uint8_t)random_next(&seed);
		}
		int order = memcmp(a.bytes, b.bytes, 16);
		assert_int_equal(address_number(&a) < address_number(&b), order < 0);
		assert_int_equal(address_number(&a) > address_number(&b), order > 0);
	}
}

static void
a_prefix_keeps_its_bits_and_clears_the_rest(void **state)
{
	struct address ones;

	(void)state;
	memset(ones.bytes, 0xff, sizeof(ones.bytes));
	for (unsigned length = 0; length <= 128; length++) {
		struct address prefix = address_prefix(&ones, length);
		for (unsigned bit = 0; bit < 128; bit++)
			assert_int_equal(prefix.bytes[bit / 8] >> (7 - bit % 8) & 1, bit < length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_is_its_mapped_form),
		cmocka_unit_test(only_the_mapped_prefix_is_ipv4),
		cmocka_unit_test(a_number_orders_addresses_as_their_bytes_do),
		cmocka_unit_test(a_prefix_keeps_its_bits_and_clears_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// tag_table.h and hash.h: how full a table gets, that a place is a free one, the tag that would be zero, the keyed hash.

#include "tag_table.h"

#include "test.h"

static struct tag_table
new_table(uint32_t bucket_count)
{
	return (struct tag_table){
		.buckets = exact_memory(bucket_count * sizeof(struct tag_bucket)),
		.bucket_count = bucket_count,
	};
}

// Places keys until `count` are in; returns how many found no place.
static uint32_t
fill(struct tag_table *table, const struct hash_secret *secret, uint64_t key, uint64_t step, uint32_t count)
{
	uint32_t turned_away = 0;

	for (; count > 0; count--, key += step)
		turned_away += tag_table_place(table, hash_bytes(secret, &key, sizeof(key))) == TAG_NO_SLOT;
	return turned_away;
}

struct size_row {
	uint32_t capacity;
	int tables;
};

static void
four_fifths_of_the_slots_fill_with_no_key_turned_away(void **state)
{
	static const struct size_row sizes[] = {{1000, 300}, {100000, 10}, {1000000, 2}};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		for (int t = 0; t < sizes[i].tables; t++) {
			struct tag_table table = new_table(tag_table_buckets(sizes[i].capacity));
			struct hash_secret secret;
			uint32_t count = tag_table_slots(sizes[i].capacity) / 5 * 4;
			// Keys that follow one another, as addresses do, and keys that lie anywhere.
			uint64_t step = t % 2 == 0 ? 1 : random_next(&seed) | 1;

			random_fill(&seed, secret.bytes, sizeof(secret.bytes));
			assert_true(count >= sizes[i].capacity);
			assert_int_equal(fill(&table, &secret, random_next(&seed), step, count), 0);
			free(table.buckets);
		}
	}
}

static void
a_place_is_always_a_free_slot_of_the_key(void **state)
{
	struct tag_table table = new_table(7);
	uint64_t seed = 2, taken[7 * TAG_SLOTS] = {0};
	uint32_t refused = 0;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		uint64_t hash = random_next(&seed) | 1;
		uint32_t slot = tag_table_place(&table, hash), gone = random_below(&seed, LENGTH(taken));

		if (slot != TAG_NO_SLOT) {
			assert_int_equal(taken[slot], 0);
			assert_true(slot / TAG_SLOTS == tag_table_bucket(&table, hash, 0) ||
				    slot / TAG_SLOTS == tag_table_bucket(&table, hash, 1));
			assert_true(tag_bucket_match(&table.buckets[slot / TAG_SLOTS], tag_of(hash)) >>
					    slot % TAG_SLOTS &
				    1);
			taken[slot] = hash;
		} else {
			refused++;
			for (uint32_t i = 0; i < 2 * TAG_SLOTS; i++)
				assert_int_not_equal(
					taken[tag_table_bucket(&table, hash, (int)i / TAG_SLOTS) * TAG_SLOTS +
					      i % TAG_SLOTS],
					0);
		}
		// Less goes than comes, so that buckets fill up.
		if (taken[gone] != 0 && random_below(&seed, 3) > 0) {
			tag_table_clear(&table, gone);
			taken[gone] = 0;
		}
	}
	assert_true(refused > 100);
	free(table.buckets);
}

static void
matches_are_exactly_the_slots_with_the_tag(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		struct tag_bucket bucket;
		uint16_t tag = (uint16_t)random_below(&seed, 4);
		uint32_t wanted = 0;

		for (int i = 0; i < TAG_SLOTS; i++) {
			// Neighbours in one bit of the high or of the low byte.
			static const uint16_t near[] = {0, 1, 2, 3, 0x100, 0x101, 0x8001, 0xff01};
			bucket.tags[i] = near[random_below(&seed, LENGTH(near))];
			wanted |= (uint32_t)(bucket.tags[i] == tag) << i;
		}
		assert_int_equal(tag_bucket_match(&bucket, tag), wanted);
	}
}

static void
a_hash_whose_tag_would_be_zero_is_not_taken_for_a_free_slot(void **state)
{
	const uint64_t zero = UINT64_C(0xdeadbeef00000000), one = zero + 1;
	struct tag_table table = new_table(3);

	(void)state;
	assert_int_not_equal(tag_of(zero), 0);
	uint32_t slot = tag_table_place(&table, zero);
	assert_int_not_equal(tag_bucket_match(&table.buckets[slot / TAG_SLOTS], tag_of(zero)), 0);
	assert_int_equal(tag_bucket_match(&table.buckets[slot / TAG_SLOTS], 0), ~(1u << slot % TAG_SLOTS));
	assert_int_not_equal(tag_table_place(&table, one), slot);
	tag_table_clear(&table, slot);
	assert_int_equal(tag_table_place(&table, zero), slot);
	free(table.buckets);
}

static void
a_full_table_says_so(void **state)
{
	struct tag_table table = new_table(1);

	(void)state;
	for (uint64_t hash = 0; hash < TAG_SLOTS; hash++)
		assert_int_not_equal(tag_table_place(&table, hash << 40), TAG_NO_SLOT);
	assert_int_equal(tag_table_place(&table, 99), TAG_NO_SLOT);
	free(table.buckets);
}

static void
a_range_is_used_from_end_to_end(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 1000, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		assert_int_equal(hash_range(0, sizes[i]), 0);
		assert_int_equal(hash_range(UINT32_MAX, sizes[i]), sizes[i] - 1);
	}
}

static void
another_secret_gives_other_hashes(void **state)
{
	uint64_t seed = 4, same = 0;
	uint8_t key[40] = {1};

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct hash_secret a = {0}, b;
		random_fill(&seed, a.bytes, sizeof(a.bytes));
		b = a;
		// One byte of those that XXH3 reads for 33 to 64 bytes of input.
		b.bytes[random_below(&seed, 64)] ^= (uint8_t)(1 + random_below(&seed, 255));
		same += hash_bytes(&a, key, sizeof(key)) == hash_bytes(&b, key, sizeof(key));
	}
	assert_int_equal(same, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_fifths_of_the_slots_fill_with_no_key_turned_away),
		cmocka_unit_test(a_place_is_always_a_free_slot_of_the_key),
		cmocka_unit_test(matches_are_exactly_the_slots_with_the_tag),
		cmocka_unit_test(a_hash_whose_tag_would_be_zero_is_not_taken_for_a_free_slot),
		cmocka_unit_test(a_full_table_says_so),
		cmocka_unit_test(a_range_is_used_from_end_to_end),
		cmocka_unit_test(another_secret_gives_other_hashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

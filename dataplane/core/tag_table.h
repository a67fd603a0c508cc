// SPDX-License-Identifier: Apache-2.0
// Where in a flat array a key lies: buckets of 32 tags of 16 bits, two buckets a key, nothing ever moved. A key's place is a slot
// number; the caller keeps its entries in an array of its own with one element a slot. One writer, no readers beside it.
//
// A bucket's tags are one cache line, and 96 of 100 keys of a table filled to 80 % lie in their first bucket: a look-up costs one
// line of tags and one of the entry. No key of such a table is turned away (the test measures it).

#pragma once

#include "hash.h"

#include <rte_prefetch.h>

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAG_SLOTS   32
#define TAG_NO_SLOT UINT32_MAX

// Slots of a full bucket that are looked at together for one that makes room: enough to choose among, few enough for a packet's way.
#define TAG_LOOKS 8

struct tag_bucket {
	_Alignas(64) uint16_t tags[TAG_SLOTS]; // 0: slot free
};

struct tag_table {
	struct tag_bucket *buckets;
	uint32_t bucket_count;
};

// Buckets for `capacity` keys at 80 %.
static inline uint32_t
tag_table_buckets(uint32_t capacity)
{
	return (uint32_t)(((uint64_t)capacity * 5 / 4 + TAG_SLOTS - 1) / TAG_SLOTS + 1);
}

static inline uint32_t
tag_table_slots(uint32_t capacity)
{
	return tag_table_buckets(capacity) * TAG_SLOTS;
}

// The tag is the hash's low bits; the first bucket comes from its high bits, the second from the high bits of a product that all
// bits reach (the multiplier is 2^64 over the golden ratio).
static inline uint16_t
tag_of(uint64_t hash)
{
	uint16_t tag = (uint16_t)hash;
	return tag == 0 ? 1 : tag;
}

static inline uint32_t
tag_table_bucket(const struct tag_table *table, uint64_t hash, int choice)
{
	uint64_t bits = choice == 0 ? hash : hash * UINT64_C(0x9e3779b97f4a7c15);
	return hash_range((uint32_t)(bits >> 32), table->bucket_count);
}

// Starts to fetch one of the key's buckets.
static inline void
tag_table_prefetch(const struct tag_table *table, uint64_t hash, int choice)
{
	rte_prefetch0(&table->buckets[tag_table_bucket(table, hash, choice)]);
}

// Bit i: slot i of the bucket has this tag.
static inline uint32_t
tag_bucket_match(const struct tag_bucket *bucket, uint16_t tag)
{
	const __m256i *tags = (const __m256i *)bucket->tags;
	__m256i wanted = _mm256_set1_epi16((short)tag);
	__m256i low = _mm256_cmpeq_epi16(_mm256_load_si256(&tags[0]), wanted);
	__m256i high = _mm256_cmpeq_epi16(_mm256_load_si256(&tags[1]), wanted);
	// A byte a slot. Packing interleaves the operands' halves; the permutation puts them in order again.
	__m256i equal = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), _MM_SHUFFLE(3, 1, 2, 0));

	return (uint32_t)_mm256_movemask_epi8(equal);
}

// The first slot in one of the key's buckets whose tag is the key's: most likely where it lies. TAG_NO_SLOT: it is not there.
static inline uint32_t
tag_table_candidate(const struct tag_table *table, uint64_t hash, int choice)
{
	uint32_t bucket = tag_table_bucket(table, hash, choice);
	uint32_t match = tag_bucket_match(&table->buckets[bucket], tag_of(hash));

	return match == 0 ? TAG_NO_SLOT : bucket * TAG_SLOTS + (uint32_t)__builtin_ctz(match);
}

// A free slot for the key: in its first bucket until that is seven eighths full, then in the emptier one. TAG_NO_SLOT: both are
// full.
static inline uint32_t
tag_table_vacancy(const struct tag_table *table, uint64_t hash)
{
	uint32_t first = tag_table_bucket(table, hash, 0), second = tag_table_bucket(table, hash, 1);
	uint32_t first_free = tag_bucket_match(&table->buckets[first], 0);
	uint32_t bucket = first, free = first_free;

	if (__builtin_popcount(first_free) <= TAG_SLOTS / 8) {
		uint32_t second_free = tag_bucket_match(&table->buckets[second], 0);
		if (__builtin_popcount(second_free) > __builtin_popcount(first_free)) {
			bucket = second;
			free = second_free;
		}
	}
	return free == 0 ? TAG_NO_SLOT : bucket * TAG_SLOTS + (uint32_t)__builtin_ctz(free);
}

// Takes a free slot for the key. TAG_NO_SLOT: both buckets are full.
static inline uint32_t
tag_table_place(struct tag_table *table, uint64_t hash)
{
	uint32_t slot = tag_table_vacancy(table, hash);

	if (slot != TAG_NO_SLOT)
		table->buckets[slot / TAG_SLOTS].tags[slot % TAG_SLOTS] = tag_of(hash);
	return slot;
}

// Where in a key's bucket to look next for room, after `looked` slots: other keys of the bucket begin elsewhere.
static inline uint32_t
tag_look(uint64_t hash, uint32_t looked)
{
	return ((uint32_t)(hash >> 16) * TAG_LOOKS + looked) % TAG_SLOTS;
}

static inline void
tag_table_clear(struct tag_table *table, uint32_t slot)
{
	table->buckets[slot / TAG_SLOTS].tags[slot % TAG_SLOTS] = 0;
}

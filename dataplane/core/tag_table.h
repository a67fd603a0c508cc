// SPDX-License-Identifier: Apache-2.0
// Where in a flat array a key lies: buckets of sixteen 16-bit tags, two buckets a key, nothing ever moved. A key's place is a
// slot number; the caller keeps its entries in an array of its own with one element a slot. One writer, no readers beside it.
//
// Sixteen slots and two choices fill to 80 % with no key turned away in practice (the test measures it); a bucket's tags are
// half a cache line, so a look-up costs one line of tags and one of the entry.

#pragma once

#include "hash.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAG_SLOTS   16
#define TAG_NO_SLOT UINT32_MAX

struct tag_bucket {
	_Alignas(32) uint16_t tags[TAG_SLOTS]; // 0: slot free
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

static inline void
tag_table_prefetch(const struct tag_table *table, uint64_t hash)
{
	__builtin_prefetch(&table->buckets[tag_table_bucket(table, hash, 0)]);
	__builtin_prefetch(&table->buckets[tag_table_bucket(table, hash, 1)]);
}

// Bit i: slot i of the bucket has this tag.
static inline uint32_t
tag_bucket_match(const struct tag_bucket *bucket, uint16_t tag)
{
	__m256i equal =
		_mm256_cmpeq_epi16(_mm256_load_si256((const __m256i *)bucket->tags), _mm256_set1_epi16((short)tag));
	// Two equal bits a slot; keep one of them.
	return _pext_u32((uint32_t)_mm256_movemask_epi8(equal), 0x55555555u);
}

// A free slot for the key: the first choice until it is three quarters full, then the emptier one. TAG_NO_SLOT: both are full.
static inline uint32_t
tag_table_place(struct tag_table *table, uint64_t hash)
{
	uint32_t first = tag_table_bucket(table, hash, 0), second = tag_table_bucket(table, hash, 1);
	uint32_t first_free = tag_bucket_match(&table->buckets[first], 0);
	uint32_t bucket = first, free = first_free;

	if (__builtin_popcount(first_free) <= TAG_SLOTS / 4) {
		uint32_t second_free = tag_bucket_match(&table->buckets[second], 0);
		if (__builtin_popcount(second_free) > __builtin_popcount(first_free)) {
			bucket = second;
			free = second_free;
		}
	}
	if (free == 0)
		return TAG_NO_SLOT;

	uint32_t slot = bucket * TAG_SLOTS + (uint32_t)__builtin_ctz(free);
	table->buckets[bucket].tags[slot % TAG_SLOTS] = tag_of(hash);
	return slot;
}

static inline void
tag_table_clear(struct tag_table *table, uint32_t slot)
{
	table->buckets[slot / TAG_SLOTS].tags[slot % TAG_SLOTS] = 0;
}

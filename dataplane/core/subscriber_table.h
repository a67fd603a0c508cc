// SPDX-License-Identifier: Apache-2.0
// The subscribers whose addresses one worker owns: an index of its own over records that all workers share.
//
// Life cycle: a record comes to be when an address inside an anonymous group first sends, and goes when no open session holds it,
// nothing is counted of it, and it was last seen longer ago than the policy's ageing time.
// Synchronisation: a record is written by its owner only; a free one belongs to the worker on whose free list it is.
// Adoption: the index and the free lists are rebuilt from the records, which are checked one by one.
// Exhaustion: when there is no free record, or no room in both buckets of a newcomer's key, one of eight side by side in the first
// of them makes room whom no open session holds and who is in no breach: of whom least is counted, of those alike the one seen longest
// ago. A bucket without such a one has no room.
// With none, the newcomer's sessions are forwarded and not counted. The caller counts both.

#pragma once

#include "hash.h"
#include "records.h"
#include "tag_table.h"

#include <rte_prefetch.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Who a packet belongs to: the first address of its prefix within its tags. No padding: it is hashed as bytes.
struct subscriber_key {
	struct address address;
	uint32_t tags;
	uint32_t prefix_length;
};

struct subscriber_table {
	struct subscriber *records; // shared
	uint32_t capacity;          // of the records
	uint32_t used;              // by this worker
	uint32_t sweep;             // next slot of the index to look at
	const struct hash_secret *secret;
	struct tag_table tags;
	uint32_t *slots; // index slot -> record
	uint32_t free_count;
	uint32_t *free; // records, a stack
};

// The key of an address whose subscribers have prefixes of this length.
static inline struct subscriber_key
subscriber_key(const struct address *address, uint8_t prefix_length, uint32_t tags)
{
	return (struct subscriber_key){
		.address = address_prefix(address, prefix_length),
		.tags = tags,
		.prefix_length = prefix_length,
	};
}

// Of one worker: it may come to own every record.
size_t subscriber_table_size(uint32_t capacity);

// An empty index over subscriber_table_size(capacity) zeroed bytes, aligned to 64; its free list is empty too.
void subscriber_table_init(struct subscriber_table *table, void *memory, struct subscriber *records, uint32_t capacity,
			   const struct hash_secret *secret);

// Gives a free record to this worker.
void subscriber_table_give(struct subscriber_table *table, uint32_t record);

// Adoption: puts a record that another process left into this worker's index. False: it is not whole, or its key is already
// there, or the index has no room; it was then emptied, and the caller gives it to somebody.
bool subscriber_table_adopt(struct subscriber_table *table, uint32_t record, uint64_t now_ms);

static inline uint64_t
subscriber_table_hash(const struct subscriber_table *table, const struct subscriber_key *key)
{
	return hash_bytes(table->secret, key, sizeof(*key));
}

// A subscriber is looked for ahead of subscriber_table_find in steps that each start to fetch what the next one reads: one of its
// two buckets, its place in the index, then its record.
static inline void
subscriber_table_prefetch(const struct subscriber_table *table, uint64_t hash, int choice)
{
	tag_table_prefetch(&table->tags, hash, choice);
}

// Where the number of the key's record most likely stands; NULL when no tag in its first bucket is the key's.
static inline const uint32_t *
subscriber_table_candidate(const struct subscriber_table *table, uint64_t hash)
{
	uint32_t slot = tag_table_candidate(&table->tags, hash, 0);

	if (slot == TAG_NO_SLOT)
		return NULL;
	rte_prefetch0(&table->slots[slot]);
	return &table->slots[slot];
}

// The record's slot, or RECORD_NONE.
uint32_t subscriber_table_find(const struct subscriber_table *table, const struct subscriber_key *key);

// What would be forgotten with a subscriber: the signals counted of him in periods that go on; UINT64_MAX: he must stay.
typedef uint64_t (*subscriber_worth)(void *context, const struct subscriber *subscriber, uint64_t now_ms);

// A new record for a key that has none. `*full` tells whether it found no room: another was then removed, or there is none, and it
// returns RECORD_NONE.
uint32_t subscriber_table_create(struct subscriber_table *table, const struct subscriber_key *key,
				 uint16_t template_number, uint64_t now_ms, subscriber_worth worth, void *context,
				 bool *full);

// Looks at the next `count` slots of the index and removes subscribers last seen `ageing_ms` ago or longer of whom nothing is
// counted. Returns how many.
uint32_t subscriber_table_sweep(struct subscriber_table *table, uint32_t count, uint64_t now_ms, uint64_t ageing_ms,
				subscriber_worth worth, void *context);

// True for a record whose fields agree with each other: what adoption and readers of the region ask.
bool subscriber_whole(const struct subscriber *subscriber, uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
// The subscribers, and the mappings of names, that one worker owns: an index of its own over records that all workers share.
//
// Life cycle: an anonymous record comes to be when an address inside an anonymous group first sends, and goes when no open session
// holds it, nothing is counted of it, and it was last seen longer ago than the policy's ageing time. Names and mappings come and go
// by order alone (subscriber_change.h).
// Synchronisation: a record is written by its owner only, but for a name's handle; a free one belongs to the worker on whose free
// list it is. A name's record is read by every worker that has a mapping of it: it is retired, so that nobody takes it for the name's
// any more, and removed only once every worker has let go of it.
// Adoption: the index and the free lists are rebuilt from the records, which are checked one by one.
// Exhaustion: when there is no free record, or no room in both buckets of a newcomer's key, one of eight side by side in the first
// of them makes room whom no open session holds and who is in no breach: of whom least is counted, of those alike the one seen longest
// ago. A bucket without such a one has no room: an anonymous newcomer's sessions are then forwarded and not counted. For a name or a
// mapping, which come by order and not with a packet, it is looked for on around the index; with none there it is refused. The caller
// counts all of these.

#pragma once

#include "hash.h"
#include "subscriber_key.h"
#include "tag_table.h"

#include <rte_prefetch.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Buckets that are looked through at most for the room of one name or mapping, and in a worker's turn: 1,600 records of one worker's
// index, which takes tens of microseconds, and 200 of each of eight workers', which are a tenth full.
#define TABLE_LOOKS_ON 64

#define FORM_WORDS ((MAPPING_FORMS + 63) / 64)

struct subscriber_table {
	struct subscriber *records; // shared
	uint32_t capacity;          // of the records
	uint32_t used;              // by this worker, of every kind
	uint32_t mappings;          // of these: 0 and an opening looks for none
	uint32_t sweep;             // next slot of the index to look at
	uint64_t hand; // buckets looked through for the room of names and mappings; the next is this one, around
	const struct hash_secret *secret;
	struct tag_table tags;
	uint32_t *slots; // index slot -> record
	uint32_t free_count;
	uint32_t *free; // records, a stack
	uint32_t names;
	uint32_t wide; // of the mappings, those that every worker has
	uint64_t forms_used[FORM_WORDS];
	uint32_t forms[MAPPING_FORMS]; // mappings of each form
};

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

// The slot of the record that has a record's watch: its own, or that of a mapping's name; RECORD_NONE: the name is gone.
static inline uint32_t
subscriber_table_holder(const struct subscriber_table *table, uint32_t slot)
{
	if (table->records[slot].kind != SUBSCRIBER_MAPPING)
		return slot;
	struct record_handle name = subscriber_handle(&table->records[slot]);
	return subscriber_lasts(&table->records[name.slot], name.generation) ? name.slot : RECORD_NONE;
}

// What would be forgotten with a subscriber: the signals counted of him in periods that go on; UINT64_MAX: he must stay.
typedef uint64_t (*subscriber_worth)(void *context, const struct subscriber *subscriber, uint64_t now_ms);

// The slots of the index, and the record in one of them; RECORD_NONE: none.
static inline uint32_t
subscriber_table_places(const struct subscriber_table *table)
{
	return table->tags.bucket_count * TAG_SLOTS;
}

static inline uint32_t
subscriber_table_at(const struct subscriber_table *table, uint32_t place)
{
	return table->tags.buckets[place / TAG_SLOTS].tags[place % TAG_SLOTS] == 0 ? RECORD_NONE : table->slots[place];
}

// What a record is made of beside its key.
struct subscriber_made {
	enum subscriber_kind kind;
	uint16_t number;
	uint32_t mark;
	struct record_handle name; // a mapping's
};

// A new record for a key that has none. `*full` tells whether it found no room: another, an anonymous one, was then removed, or there
// is none, and it returns RECORD_NONE.
uint32_t subscriber_table_create(struct subscriber_table *table, const struct subscriber_key *key,
				 const struct subscriber_made *made, uint64_t now_ms, subscriber_worth worth,
				 void *context, bool *full);

// Removes the key's record, if there is one.
void subscriber_table_remove(struct subscriber_table *table, const struct subscriber_key *key);

// Empties a record: every handle to it is stale, as if it had been removed. Its key finds it until it is.
void subscriber_table_retire(struct subscriber_table *table, uint32_t slot);

// Looks at the next `count` slots of the index and removes anonymous subscribers last seen `ageing_ms` ago or longer of whom nothing is
// counted. Returns how many.
uint32_t subscriber_table_sweep(struct subscriber_table *table, uint32_t count, uint64_t now_ms, uint64_t ageing_ms,
				subscriber_worth worth, void *context);

// True for a record whose fields agree with each other: what adoption and readers of the region ask.
bool subscriber_whole(const struct subscriber *subscriber, uint64_t now_ms);

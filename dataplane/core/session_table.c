// SPDX-License-Identifier: Apache-2.0
// The session table: see session_table.h.

#include "session_table.h"

#include "records.h"

static size_t
tags_size(uint32_t capacity)
{
	return ((size_t)tag_table_buckets(capacity) * sizeof(struct tag_bucket) + 63) & ~(size_t)63;
}

size_t
session_table_size(uint32_t capacity)
{
	return tags_size(capacity) + (size_t)tag_table_slots(capacity) * sizeof(struct session);
}

void
session_table_init(struct session_table *table, void *memory, uint32_t capacity)
{
	*table = (struct session_table){
		.tags = {.buckets = memory, .bucket_count = tag_table_buckets(capacity)},
		.entries = (void *)((uint8_t *)memory + tags_size(capacity)),
		.capacity = capacity,
	};
}

struct session *
session_table_search(struct session_table *table, const struct session_key *key, uint64_t hash)
{
	uint16_t tag = tag_of(hash);

	for (int choice = 0; choice < 2; choice++) {
		uint32_t bucket = tag_table_bucket(&table->tags, hash, choice);
		for (uint32_t match = tag_bucket_match(&table->tags.buckets[bucket], tag); match != 0;
		     match &= match - 1) {
			uint32_t slot = bucket * TAG_SLOTS + (uint32_t)__builtin_ctz(match);
			if (session_key_equal(&table->entries[slot].key, key))
				return &table->entries[slot];
		}
	}
	return NULL;
}

static bool
expired(const struct session *session, uint64_t now_ms)
{
	return (uint32_t)now_ms - session->last_seen_ms >= session_idle_ms[session->state];
}

static void
remove_slot(struct session_table *table, uint32_t slot, session_visit removed, void *context)
{
	removed(context, &table->entries[slot]);
	tag_table_clear(&table->tags, slot);
	table->entries[slot].state = SESSION_FREE;
	table->entries[slot].bytes = 0;
	table->used--;
}

// How gladly an entry makes room; 0: not at all.
//   5  it is over its time
//   4  nothing is lost: the session is closed, or nobody counts it and nobody has answered it
//   3  refused: its repeated SYN is told as another attempt
//   2  joined, or not counted: its next packet makes another entry
//   1  counted and not answered, as far as is known: its repetition counts once more, as it would without an entry. A flood of
//      openings thus makes room for itself and for others, oldest first
static unsigned
dispensable(const struct session *session, uint64_t now_ms)
{
	if (session->state != SESSION_FREE && expired(session, now_ms))
		return 5;
	switch (session->state) {
	case SESSION_FREE:
		return 0;
	case SESSION_CLOSED:
		return 4;
	case SESSION_SYN:
	case SESSION_EXCHANGE:
		return session->counted ? 1 : 4;
	case SESSION_REFUSED:
		return 3;
	case SESSION_JOINED:
		return 2;
	default:
		return session->counted ? 0 : 2;
	}
}

// Of the TAG_LOOKS slots from `first` on, the one that makes room most gladly, and of those the one seen longest ago.
static uint32_t
most_dispensable(const struct session_table *table, uint32_t first, uint64_t now_ms)
{
	uint32_t chosen = TAG_NO_SLOT, longest_ms = 0;
	unsigned best = 0;

	for (uint32_t slot = first; slot < first + TAG_LOOKS; slot++) {
		unsigned how = dispensable(&table->entries[slot], now_ms);
		uint32_t unseen_ms = (uint32_t)now_ms - table->entries[slot].last_seen_ms;
		if (how > best || (how > 0 && how == best && unseen_ms > longest_ms)) {
			best = how;
			longest_ms = unseen_ms;
			chosen = slot;
		}
	}
	return chosen;
}

// Makes room in the key's first bucket, in the first of its parts that can. A table that a flood has filled is searched for each SYN.
static bool
evict(struct session_table *table, uint64_t hash, uint64_t now_ms, session_visit removed, void *context)
{
	uint32_t bucket = tag_table_bucket(&table->tags, hash, 0) * TAG_SLOTS, chosen = TAG_NO_SLOT;

	for (uint32_t look = 0; look < TAG_SLOTS && chosen == TAG_NO_SLOT; look += TAG_LOOKS)
		chosen = most_dispensable(table, bucket + tag_look(hash, look), now_ms);
	if (chosen == TAG_NO_SLOT)
		return false;
	remove_slot(table, chosen, removed, context);
	return true;
}

struct session *
session_table_insert(struct session_table *table, const struct session_key *key, uint64_t hash, uint64_t now_ms,
		     session_visit removed, void *context, bool *evicted)
{
	uint32_t slot = table->used < table->capacity ? tag_table_place(&table->tags, hash) : TAG_NO_SLOT;

	*evicted = false;
	if (slot == TAG_NO_SLOT) {
		*evicted = evict(table, hash, now_ms, removed, context);
		if (!*evicted)
			return NULL;
		slot = tag_table_place(&table->tags, hash);
	}
	table->used++;

	struct session *session = &table->entries[slot];
	*session = (struct session){.key = *key, .last_seen_ms = (uint32_t)now_ms, .subscriber = RECORD_NONE};
	return session;
}

uint32_t
session_table_sweep(struct session_table *table, uint32_t count, uint64_t now_ms, session_visit removed,
		    session_visit settled, void *context)
{
	uint32_t slots = table->tags.bucket_count * TAG_SLOTS, found = 0;

	for (; count > 0; count--) {
		struct session *session = &table->entries[table->sweep];
		if (session->state != SESSION_FREE && expired(session, now_ms)) {
			remove_slot(table, table->sweep, removed, context);
			found++;
		} else if (session->bytes != 0) {
			settled(context, session);
			session->bytes = 0;
		}
		if (++table->sweep == slots)
			table->sweep = 0;
	}
	return found;
}

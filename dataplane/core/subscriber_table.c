// SPDX-License-Identifier: Apache-2.0
// The subscriber table: see subscriber_table.h.

#include "subscriber_table.h"

static size_t
rounded(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

size_t
subscriber_table_size(uint32_t capacity)
{
	return rounded((size_t)tag_table_buckets(capacity) * sizeof(struct tag_bucket)) +
	       rounded((size_t)tag_table_slots(capacity) * sizeof(uint32_t)) +
	       rounded((size_t)capacity * sizeof(uint32_t));
}

void
subscriber_table_init(struct subscriber_table *table, void *memory, struct subscriber *records, uint32_t capacity,
		      const struct hash_secret *secret)
{
	uint8_t *tags = memory;
	uint8_t *slots = tags + rounded((size_t)tag_table_buckets(capacity) * sizeof(struct tag_bucket));
	uint8_t *free = slots + rounded((size_t)tag_table_slots(capacity) * sizeof(uint32_t));

	*table = (struct subscriber_table){
		.records = records,
		.capacity = capacity,
		.secret = secret,
		.tags = {.buckets = (void *)tags, .bucket_count = tag_table_buckets(capacity)},
		.slots = (void *)slots,
		.free = (void *)free,
	};
}

void
subscriber_table_give(struct subscriber_table *table, uint32_t record)
{
	table->free[table->free_count++] = record;
}

static bool
matches(const struct subscriber *record, const struct subscriber_key *key)
{
	return address_equal(&record->address, &key->address) && record->tags == key->tags &&
	       record->prefix_length == key->prefix_length;
}

uint32_t
subscriber_table_find(const struct subscriber_table *table, const struct subscriber_key *key)
{
	uint64_t hash = subscriber_table_hash(table, key);

	for (int choice = 0; choice < 2; choice++) {
		uint32_t bucket = tag_table_bucket(&table->tags, hash, choice);
		uint32_t match = tag_bucket_match(&table->tags.buckets[bucket], tag_of(hash));
		for (; match != 0; match &= match - 1) {
			uint32_t record = table->slots[bucket * TAG_SLOTS + (uint32_t)__builtin_ctz(match)];
			if (matches(&table->records[record], key))
				return record;
		}
	}
	return RECORD_NONE;
}

static bool
enter(struct subscriber_table *table, const struct subscriber_key *key, uint32_t record)
{
	uint32_t slot = tag_table_place(&table->tags, subscriber_table_hash(table, key));

	if (slot == TAG_NO_SLOT)
		return false;
	table->slots[slot] = record;
	table->used++;
	return true;
}

// Frees the record. Handles to it are stale first, whenever the process is killed.
static void
empty(struct subscriber *record)
{
	record->generation++;
	atomic_store_explicit(&record->state, RECORD_FREE, memory_order_release);
}

static void
remove_slot(struct subscriber_table *table, uint32_t slot)
{
	tag_table_clear(&table->tags, slot);
	empty(&table->records[table->slots[slot]]);
	subscriber_table_give(table, table->slots[slot]);
	table->used--;
}

// Of the TAG_LOOKS slots from `first` on, that of the subscriber of whom least is counted, and of those the one seen longest ago.
static uint32_t
least_counted(const struct subscriber_table *table, uint32_t first, uint64_t now_ms, subscriber_worth worth,
	      void *context)
{
	uint64_t least = UINT64_MAX, longest_ago_ms = 0;
	uint32_t chosen = TAG_NO_SLOT;

	for (uint32_t slot = first; slot < first + TAG_LOOKS; slot++)
		rte_prefetch0(&table->records[table->slots[slot]]);
	for (uint32_t slot = first; slot < first + TAG_LOOKS; slot++) {
		const struct subscriber *record = &table->records[table->slots[slot]];
		bool used = table->tags.buckets[slot / TAG_SLOTS].tags[slot % TAG_SLOTS] != 0;
		uint64_t this = used && record->open_sessions == 0 ? worth(context, record, now_ms) : UINT64_MAX;
		if (this < least || (this == least && this != UINT64_MAX && record->last_seen_ms < longest_ago_ms)) {
			least = this;
			longest_ago_ms = record->last_seen_ms;
			chosen = slot;
		}
	}
	return chosen;
}

// Makes room in the key's first bucket, in the first of its parts that can.
static void
make_room(struct subscriber_table *table, const struct subscriber_key *key, uint64_t now_ms, subscriber_worth worth,
	  void *context)
{
	uint64_t hash = subscriber_table_hash(table, key);
	uint32_t bucket = tag_table_bucket(&table->tags, hash, 0) * TAG_SLOTS, chosen = TAG_NO_SLOT;

	for (uint32_t look = 0; look < TAG_SLOTS && chosen == TAG_NO_SLOT; look += TAG_LOOKS)
		chosen = least_counted(table, bucket + tag_look(hash, look), now_ms, worth, context);
	if (chosen != TAG_NO_SLOT)
		remove_slot(table, chosen);
}

// Enters a key with the next free record.
static bool
enter_free(struct subscriber_table *table, const struct subscriber_key *key)
{
	return table->free_count > 0 && enter(table, key, table->free[table->free_count - 1]);
}

uint32_t
subscriber_table_create(struct subscriber_table *table, const struct subscriber_key *key, uint16_t template_number,
			uint64_t now_ms, subscriber_worth worth, void *context, bool *full)
{
	*full = !enter_free(table, key);
	if (*full) {
		make_room(table, key, now_ms, worth, context);
		if (!enter_free(table, key))
			return RECORD_NONE;
	}

	uint32_t slot = table->free[--table->free_count];
	struct subscriber *record = &table->records[slot];
	record->address = key->address;
	record->created_ms = now_ms;
	record->last_seen_ms = now_ms;
	record->watch = (struct record_handle){.slot = RECORD_NONE};
	record->tags = key->tags;
	record->open_sessions = 0;
	record->template_number = template_number;
	record->prefix_length = (uint8_t)key->prefix_length;
	atomic_store_explicit(&record->state, RECORD_USED, memory_order_release);
	return slot;
}

bool
subscriber_whole(const struct subscriber *subscriber, uint64_t now_ms)
{
	if (atomic_load_explicit(&subscriber->state, memory_order_acquire) != RECORD_USED)
		return false;

	struct address first = address_prefix(&subscriber->address, subscriber->prefix_length & 127);
	bool host = subscriber->prefix_length == 128;
	bool prefix = subscriber->prefix_length >= 32 && subscriber->prefix_length < 128 &&
		      !address_is_ipv4(&subscriber->address) && address_equal(&first, &subscriber->address);

	return (host || prefix) && subscriber->tags < 1u << 24 && subscriber->created_ms <= now_ms &&
	       subscriber->last_seen_ms <= now_ms;
}

bool
subscriber_table_adopt(struct subscriber_table *table, uint32_t slot, uint64_t now_ms)
{
	struct subscriber *record = &table->records[slot];
	const struct subscriber_key key = {
		.address = record->address,
		.tags = record->tags,
		.prefix_length = record->prefix_length,
	};

	if (subscriber_whole(record, now_ms) && subscriber_table_find(table, &key) == RECORD_NONE &&
	    enter(table, &key, slot)) {
		// Sessions do not outlive the process.
		record->open_sessions = 0;
		return true;
	}
	empty(record);
	return false;
}

uint32_t
subscriber_table_sweep(struct subscriber_table *table, uint32_t count, uint64_t now_ms, uint64_t ageing_ms,
		       subscriber_worth worth, void *context)
{
	uint32_t slots = table->tags.bucket_count * TAG_SLOTS, removed = 0;

	for (; count > 0; count--) {
		uint32_t slot = table->sweep;
		table->sweep = slot + 1 == slots ? 0 : slot + 1;
		if (table->tags.buckets[slot / TAG_SLOTS].tags[slot % TAG_SLOTS] == 0)
			continue;

		struct subscriber *record = &table->records[table->slots[slot]];
		if (record->open_sessions > 0 || now_ms - record->last_seen_ms < ageing_ms ||
		    worth(context, record, now_ms) > 0)
			continue;
		remove_slot(table, slot);
		removed++;
	}
	return removed;
}

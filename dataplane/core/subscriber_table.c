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
	       subscriber_key_length(record) == key->prefix_length;
}

// Where in the index the key lies; TAG_NO_SLOT.
static uint32_t
find(const struct subscriber_table *table, const struct subscriber_key *key)
{
	uint64_t hash = subscriber_table_hash(table, key);

	for (int choice = 0; choice < 2; choice++) {
		uint32_t bucket = tag_table_bucket(&table->tags, hash, choice);
		uint32_t match = tag_bucket_match(&table->tags.buckets[bucket], tag_of(hash));
		for (; match != 0; match &= match - 1) {
			uint32_t slot = bucket * TAG_SLOTS + (uint32_t)__builtin_ctz(match);
			if (matches(&table->records[table->slots[slot]], key))
				return slot;
		}
	}
	return TAG_NO_SLOT;
}

uint32_t
subscriber_table_find(const struct subscriber_table *table, const struct subscriber_key *key)
{
	uint32_t slot = find(table, key);

	return slot == TAG_NO_SLOT ? RECORD_NONE : table->slots[slot];
}

// Keeps the counts of what the index holds. `change`: 1 or -1.
static void
count(struct subscriber_table *table, const struct subscriber_key *key, int change)
{
	table->used += (uint32_t)change;
	if (address_is_name(&key->address))
		table->names += (uint32_t)change;
	if (!(key->prefix_length & KEY_MAPPING))
		return;
	unsigned form = mapping_form_of(key);
	uint64_t bit = UINT64_C(1) << form % 64;
	table->mappings += (uint32_t)change;
	table->wide += mapping_wide(key) ? (uint32_t)change : 0;
	table->forms[form] += (uint32_t)change;
	if (table->forms[form] > 0)
		table->forms_used[form / 64] |= bit;
	else
		table->forms_used[form / 64] &= ~bit;
}

static bool
enter(struct subscriber_table *table, const struct subscriber_key *key, uint32_t record)
{
	uint32_t slot = tag_table_place(&table->tags, subscriber_table_hash(table, key));

	if (slot == TAG_NO_SLOT)
		return false;
	table->slots[slot] = record;
	count(table, key, 1);
	return true;
}

// Frees the record. Handles to it are stale first, whenever the process is killed.
static void
empty(struct subscriber *record)
{
	uint32_t generation = atomic_load_explicit(&record->generation, memory_order_relaxed);

	atomic_store_explicit(&record->generation, generation + 1, memory_order_release);
	atomic_store_explicit(&record->state, RECORD_FREE, memory_order_release);
}

static void
remove_slot(struct subscriber_table *table, uint32_t slot)
{
	const struct subscriber_key key = subscriber_key_of(&table->records[table->slots[slot]]);

	tag_table_clear(&table->tags, slot);
	empty(&table->records[table->slots[slot]]);
	subscriber_table_give(table, table->slots[slot]);
	count(table, &key, -1);
}

void
subscriber_table_remove(struct subscriber_table *table, const struct subscriber_key *key)
{
	uint32_t slot = find(table, key);

	if (slot != TAG_NO_SLOT)
		remove_slot(table, slot);
}

void
subscriber_table_retire(struct subscriber_table *table, uint32_t slot)
{
	empty(&table->records[slot]);
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
		bool may_go = used && record->kind == SUBSCRIBER_ANONYMOUS && record->open_sessions == 0;
		uint64_t this = may_go ? worth(context, record, now_ms) : UINT64_MAX;
		if (this < least || (this == least && this != UINT64_MAX && record->last_seen_ms < longest_ago_ms)) {
			least = this;
			longest_ago_ms = record->last_seen_ms;
			chosen = slot;
		}
	}
	return chosen;
}

// Makes room in one bucket, in the first of its parts that can, beginning where `hash` says. False: nobody there may go.
static bool
make_room(struct subscriber_table *table, uint32_t bucket, uint64_t hash, uint64_t now_ms, subscriber_worth worth,
	  void *context)
{
	uint32_t chosen = TAG_NO_SLOT;

	for (uint32_t look = 0; look < TAG_SLOTS && chosen == TAG_NO_SLOT; look += TAG_LOOKS)
		chosen = least_counted(table, bucket * TAG_SLOTS + tag_look(hash, look), now_ms, worth, context);
	if (chosen != TAG_NO_SLOT)
		remove_slot(table, chosen);
	return chosen != TAG_NO_SLOT;
}

// The same in the next buckets around the index.
static void
make_room_elsewhere(struct subscriber_table *table, uint64_t now_ms, subscriber_worth worth, void *context)
{
	bool made = table->used == table->names + table->mappings;

	for (uint32_t looked = 0; looked < TABLE_LOOKS_ON && !made; looked++) {
		uint32_t bucket = (uint32_t)(table->hand++ % table->tags.bucket_count);
		made = make_room(table, bucket, 0, now_ms, worth, context);
	}
}

static void
make_room_for(struct subscriber_table *table, const struct subscriber_key *key, enum subscriber_kind kind,
	      uint64_t now_ms, subscriber_worth worth, void *context)
{
	uint64_t hash = subscriber_table_hash(table, key);
	uint32_t bucket = tag_table_bucket(&table->tags, hash, 0);

	// Room elsewhere is none for a key whose buckets are full, but makes a record free. An order has the time for it.
	if (!make_room(table, bucket, hash, now_ms, worth, context) && kind != SUBSCRIBER_ANONYMOUS &&
	    table->free_count == 0)
		make_room_elsewhere(table, now_ms, worth, context);
}

// Enters a key with the next free record.
static bool
enter_free(struct subscriber_table *table, const struct subscriber_key *key)
{
	return table->free_count > 0 && enter(table, key, table->free[table->free_count - 1]);
}

uint32_t
subscriber_table_create(struct subscriber_table *table, const struct subscriber_key *key,
			const struct subscriber_made *made, uint64_t now_ms, subscriber_worth worth, void *context,
			bool *full)
{
	*full = !enter_free(table, key);
	if (*full) {
		make_room_for(table, key, made->kind, now_ms, worth, context);
		if (!enter_free(table, key))
			return RECORD_NONE;
	}

	uint32_t slot = table->free[--table->free_count];
	struct subscriber *record = &table->records[slot];
	record->address = key->address;
	record->created_ms = now_ms;
	atomic_store_explicit(&record->last_seen_ms, now_ms, memory_order_relaxed);
	record->tags = key->tags;
	atomic_store_explicit(&record->open_sessions, 0, memory_order_relaxed);
	record->prefix_length = (uint8_t)key->prefix_length;
	record->kind = (uint8_t)made->kind;
	record->mark = made->mark;
	atomic_store_explicit(&record->number, made->number, memory_order_relaxed);
	if (made->kind == SUBSCRIBER_MAPPING)
		atomic_store_explicit(&record->handle, made->name, memory_order_release);
	else
		subscriber_unbind(record);
	atomic_store_explicit(&record->state, RECORD_USED, memory_order_release);
	return slot;
}

static bool
key_whole(const struct subscriber *subscriber)
{
	const struct address *address = &subscriber->address;
	const struct address first = address_prefix(address, subscriber->prefix_length & 127);
	bool host = subscriber->prefix_length == 128;
	bool prefix = subscriber->prefix_length >= 32 && subscriber->prefix_length < 128 && !address_is_ipv4(address) &&
		      address_equal(&first, address);

	if (subscriber->kind == SUBSCRIBER_MAPPING)
		return mapping_valid(address, subscriber->tags, subscriber->prefix_length);
	if (subscriber->kind == SUBSCRIBER_NAME)
		return host && address_is_name(address) && subscriber->tags == 0;
	return subscriber->kind == SUBSCRIBER_ANONYMOUS && (host || prefix) && !address_is_name(address) &&
	       subscriber->tags < 1u << 24;
}

bool
subscriber_whole(const struct subscriber *subscriber, uint64_t now_ms)
{
	return atomic_load_explicit(&subscriber->state, memory_order_acquire) == RECORD_USED && key_whole(subscriber) &&
	       subscriber->created_ms <= now_ms && subscriber->last_seen_ms <= now_ms;
}

bool
subscriber_table_adopt(struct subscriber_table *table, uint32_t slot, uint64_t now_ms)
{
	struct subscriber *record = &table->records[slot];
	const struct subscriber_key key = subscriber_key_of(record);

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
	uint32_t places = subscriber_table_places(table), removed = 0;

	for (; count > 0; count--) {
		uint32_t place = table->sweep, slot = subscriber_table_at(table, place);
		table->sweep = place + 1 == places ? 0 : place + 1;
		if (slot == RECORD_NONE)
			continue;

		struct subscriber *record = &table->records[slot];
		if (record->kind != SUBSCRIBER_ANONYMOUS || record->open_sessions > 0 ||
		    now_ms - record->last_seen_ms < ageing_ms || worth(context, record, now_ms) > 0)
			continue;
		remove_slot(table, place);
		removed++;
	}
	return removed;
}

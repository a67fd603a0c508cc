// SPDX-License-Identifier: Apache-2.0
// What holds of an engine: see engine_check.h.

#include "engine_check.h"

#include "belonging.h"

#include "input.h"

// What was found of each record while the tables were walked.
struct seen {
	uint8_t *subscribers; // times in an index or on a free list
	uint8_t *watches;     // times on a free list
	uint32_t *open;       // sessions that hold the subscriber
};

static bool
taken(const struct tag_table *tags, uint32_t slot)
{
	return tags->buckets[slot / TAG_SLOTS].tags[slot % TAG_SLOTS] != 0;
}

static bool
subscriber_used(const struct subscriber *record)
{
	return atomic_load(&record->state) == RECORD_USED;
}

static struct watch *
watch_in(const struct engine *engine, const struct engine_records *records, uint32_t slot)
{
	return watch_at(records->watches, engine->size.detectors, slot);
}

static void
check_sessions(const struct engine *engine, const struct engine_records *records, unsigned worker, struct seen *seen)
{
	const struct session_table *table = &engine->pipelines[worker].sessions;
	uint32_t used = 0;

	for (uint32_t slot = 0; slot < table->tags.bucket_count * TAG_SLOTS; slot++) {
		const struct session *session = &table->entries[slot];
		if (!taken(&table->tags, slot))
			continue;
		used++;
		CHECK(session->state > SESSION_FREE && session->state < SESSION_STATES);
		CHECK(pipeline_owner(&engine->secret, &session->key.subscriber, engine->size.workers) == worker);
		if (!session->holds)
			continue;
		uint32_t slot = belonging_record(&engine->pipelines[worker], session);
		uint32_t holder = belonging_holder(&engine->pipelines[worker], session);
		// A mapping that moved, or went, forgot the sessions that were open.
		if (slot == RECORD_NONE)
			continue;
		CHECK(slot < engine->size.subscribers);
		CHECK(subscriber_used(&records->subscribers[slot]));
		seen->open[slot]++;
		if (holder != slot && holder != RECORD_NONE)
			seen->open[holder]++;
	}
	CHECK(used == table->used && used <= table->capacity);
}

static void
check_subscribers(const struct engine *engine, const struct engine_records *records, unsigned worker, struct seen *seen)
{
	const struct subscriber_table *table = &engine->pipelines[worker].subscribers;
	uint32_t used = 0;

	for (uint32_t slot = 0; slot < table->tags.bucket_count * TAG_SLOTS; slot++) {
		if (!taken(&table->tags, slot))
			continue;
		used++;
		CHECK(table->slots[slot] < engine->size.subscribers);
		const struct subscriber *record = &records->subscribers[table->slots[slot]];
		CHECK(subscriber_used(record));
		const struct subscriber_key key = subscriber_key_of(record);
		CHECK((record->kind == SUBSCRIBER_MAPPING && mapping_wide(&key)) ||
		      pipeline_owner(&engine->secret, &record->address, engine->size.workers) == worker);
		seen->subscribers[table->slots[slot]]++;
	}
	CHECK(used == table->used);
	for (uint32_t i = 0; i < table->free_count; i++) {
		CHECK(table->free[i] < engine->size.subscribers);
		CHECK(atomic_load(&records->subscribers[table->free[i]].state) == RECORD_FREE);
		seen->subscribers[table->free[i]]++;
	}
}

// Each worker has every so-manieth watch for its own, used or free.
static void
check_watches(const struct engine *engine, const struct engine_records *records, unsigned worker, struct seen *seen)
{
	const struct watch_pool *pool = &engine->pipelines[worker].watches;
	uint32_t used = 0, share = 0;

	for (uint32_t slot = worker; slot < engine->size.watches; slot += engine->size.workers) {
		share++;
		used += watch_used(watch_in(engine, records, slot), memory_order_relaxed);
	}
	CHECK(used == pool->used && used + pool->free_count == share);
	for (uint32_t i = 0; i < pool->free_count; i++) {
		CHECK(pool->free[i] < engine->size.watches && pool->free[i] % engine->size.workers == worker);
		CHECK(atomic_load(&watch_in(engine, records, pool->free[i])->state) == RECORD_FREE);
		CHECK(seen->watches[pool->free[i]]++ == 0);
	}
}

static void
check_records(const struct engine *engine, const struct engine_records *records, const struct seen *seen)
{
	for (uint32_t i = 0; i < engine->size.subscribers; i++) {
		CHECK(seen->subscribers[i] == 1);
		CHECK(!subscriber_used(&records->subscribers[i]) ||
		      records->subscribers[i].open_sessions == seen->open[i]);
	}
	for (uint32_t i = 0; i < engine->size.watches; i++) {
		const struct watch *watch = watch_in(engine, records, i);
		CHECK(atomic_load(&watch->lock) % 2 == 0);
		if (!watch_used(watch, memory_order_relaxed))
			continue;
		CHECK((watch->windows_used | watch->usages_used) >> 1 >> (engine->size.detectors - 1) == 0);
		CHECK((watch->breached & ~watch->windows_used) == 0);
		CHECK(watch->destination_count <= WATCH_DESTINATIONS);
		CHECK(watch->subscriber.slot < engine->size.subscribers);
		const struct subscriber *subscriber = &records->subscribers[watch->subscriber.slot];
		// One whose subscriber made room, or aged first, stays until a sweep finds its periods over; it is in no breach.
		if (subscriber_used(subscriber) && subscriber->generation == watch->subscriber.generation)
			CHECK(subscriber_handle(subscriber).slot == i &&
			      subscriber_handle(subscriber).generation == watch->generation);
		else
			CHECK(watch->breached == 0);
	}
}

void
engine_check(const struct engine *engine, const struct engine_records *records)
{
	struct seen seen = {
		.subscribers = calloc(engine->size.subscribers, sizeof(*seen.subscribers)),
		.watches = calloc(engine->size.watches, sizeof(*seen.watches)),
		.open = calloc(engine->size.subscribers, sizeof(*seen.open)),
	};

	for (unsigned w = 0; w < engine->size.workers; w++) {
		check_sessions(engine, records, w, &seen);
		check_subscribers(engine, records, w, &seen);
		check_watches(engine, records, w, &seen);
	}
	check_records(engine, records, &seen);
	free(seen.subscribers);
	free(seen.watches);
	free(seen.open);
}

void
engine_check_gauges(const struct engine *engine, const struct engine_records *records)
{
	for (unsigned w = 0; w < engine->size.workers; w++) {
		const struct pipeline *pipeline = &engine->pipelines[w];
		const struct engine_counters *counters = &records->counters[w].engine;
		CHECK(counter_read(&counters->sessions) == pipeline->sessions.used);
		const struct subscriber_table *table = &pipeline->subscribers;
		CHECK(counter_read(&counters->subscribers) == table->used - table->names - table->mappings);
		CHECK(counter_read(&counters->names) == table->names);
		CHECK(counter_read(&counters->watches) == pipeline->watches.used);
	}
}

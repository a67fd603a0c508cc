// SPDX-License-Identifier: Apache-2.0
// Adoption of subscribers: see subscriber_adoption.h.

#include "subscriber_adoption.h"

static bool
is_mapping(const struct subscriber *record)
{
	return record->kind == SUBSCRIBER_MAPPING;
}

static bool
name_lasts(const struct engine *engine, const struct subscriber *records, const struct subscriber *mapping)
{
	struct record_handle name = subscriber_handle(mapping);

	return name.slot < engine->size.subscribers && subscriber_lasts(&records[name.slot], name.generation) &&
	       records[name.slot].kind == SUBSCRIBER_NAME;
}

// The worker that is to have the record; the number of workers: each of them has its key.
static uint32_t
owner_of(const struct engine *engine, const struct subscriber *record)
{
	const struct subscriber_key key = subscriber_key_of(record);
	uint32_t w = 0;

	if (!is_mapping(record) || !mapping_wide(&key))
		return pipeline_owner(&engine->secret, &record->address, engine->size.workers);
	while (w < engine->size.workers &&
	       subscriber_table_find(&engine->pipelines[w].subscribers, &key) != RECORD_NONE)
		w++;
	return w;
}

// False: the record is free now.
static bool
adopt(struct engine *engine, struct subscriber *records, uint32_t slot, uint64_t now_ms,
      struct engine_adoption *adoption)
{
	struct subscriber *record = &records[slot];
	bool whole = subscriber_whole(record, now_ms) && (!is_mapping(record) || name_lasts(engine, records, record));
	uint32_t owner = whole ? owner_of(engine, record) : 0;

	// One wide mapping more than there are workers: nothing is wrong with it.
	if (owner == engine->size.workers) {
		subscriber_table_retire(&engine->pipelines[0].subscribers, slot);
		return false;
	}
	if (whole && subscriber_table_adopt(&engine->pipelines[owner].subscribers, slot, now_ms)) {
		adoption->subscribers += !is_mapping(record);
		return true;
	}
	if (!whole)
		subscriber_table_retire(&engine->pipelines[0].subscribers, slot);
	adoption->dropped++;
	return false;
}

void
subscriber_adoption(struct engine *engine, struct subscriber *records, uint64_t now_ms,
		    struct engine_adoption *adoption)
{
	for (int mappings = 0; mappings <= 1; mappings++) {
		for (uint32_t i = engine->size.subscribers; i-- > 0;) {
			if (is_mapping(&records[i]) != mappings)
				continue;
			bool used = atomic_load_explicit(&records[i].state, memory_order_acquire) != RECORD_FREE;
			if (!used || !adopt(engine, records, i, now_ms, adoption))
				subscriber_table_give(&engine->pipelines[i % engine->size.workers].subscribers, i);
		}
	}
}

static bool
serves(const struct watch *watch, uint32_t subscriber)
{
	return atomic_load_explicit(&watch->state, memory_order_relaxed) == RECORD_USED &&
	       watch->subscriber.slot == subscriber;
}

void
subscriber_adoption_unbind(const struct engine *engine, const struct engine_records *records)
{
	for (uint32_t i = 0; i < engine->size.subscribers; i++) {
		struct subscriber *subscriber = &records->subscribers[i];
		struct record_handle handle = subscriber_handle(subscriber);

		if (is_mapping(subscriber) || handle.slot >= engine->size.watches)
			continue;
		if (!serves(watch_at(records->watches, engine->size.detectors, handle.slot), i))
			subscriber_unbind(subscriber);
	}
}

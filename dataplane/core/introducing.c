// SPDX-License-Identifier: Apache-2.0
// Names and mappings in the records: see introducing.h.

#include "introducing.h"

#include "belonging.h"

static struct subscriber *
record_at(const struct pipeline *pipeline, uint32_t slot)
{
	return &pipeline->subscribers.records[slot];
}

struct record_handle
introducing_find(const struct pipeline *pipeline, uint32_t name)
{
	const struct subscriber_key key = subscriber_key_of_name(name);
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, &key);
	const struct record_handle none = {.slot = RECORD_NONE};

	if (slot == RECORD_NONE ||
	    atomic_load_explicit(&record_at(pipeline, slot)->state, memory_order_relaxed) != RECORD_USED)
		return none;
	return (struct record_handle){.slot = slot, .generation = record_at(pipeline, slot)->generation};
}

static bool
create(struct pipeline *pipeline, const struct subscriber_key *key, const struct subscriber_made *made, uint64_t now_ms)
{
	bool full;
	uint32_t slot =
		subscriber_table_create(&pipeline->subscribers, key, made, now_ms, belonging_worth, pipeline, &full);

	counter_add(&pipeline->counters->subscriber_table_full, full);
	return slot != RECORD_NONE;
}

bool
introducing_name(struct pipeline *pipeline, uint32_t name, uint16_t package, uint32_t mark, uint64_t now_ms)
{
	const struct subscriber_key key = subscriber_key_of_name(name);
	const struct subscriber_made made = {.kind = SUBSCRIBER_NAME, .number = package, .mark = mark};
	struct record_handle found = introducing_find(pipeline, name);

	if (found.slot == RECORD_NONE)
		return create(pipeline, &key, &made, now_ms);
	atomic_store_explicit(&record_at(pipeline, found.slot)->number, package, memory_order_relaxed);
	record_at(pipeline, found.slot)->mark = mark;
	return true;
}

static void
move(struct pipeline *pipeline, uint32_t slot, struct record_handle name, uint64_t now_ms)
{
	struct subscriber *mapping = record_at(pipeline, slot);

	belonging_forget(pipeline, slot);
	// First: its sessions are nobody's before they could be the new name's.
	atomic_store_explicit(&mapping->generation, mapping->generation + 1, memory_order_release);
	mapping->created_ms = now_ms;
	atomic_store_explicit(&mapping->last_seen_ms, now_ms, memory_order_relaxed);
	atomic_store_explicit(&mapping->handle, name, memory_order_release);
}

static bool
is_of(const struct subscriber *mapping, struct record_handle name)
{
	struct record_handle has = subscriber_handle(mapping);

	return has.slot == name.slot && has.generation == name.generation;
}

bool
introducing_map(struct pipeline *pipeline, const struct subscriber_key *key, struct record_handle name, uint32_t mark,
		uint64_t now_ms)
{
	const struct subscriber_made made = {.kind = SUBSCRIBER_MAPPING, .mark = mark, .name = name};
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, key);

	if (name.slot == RECORD_NONE)
		return false;
	if (slot == RECORD_NONE)
		return create(pipeline, key, &made, now_ms);
	if (!is_of(record_at(pipeline, slot), name))
		move(pipeline, slot, name, now_ms);
	record_at(pipeline, slot)->mark = mark;
	return true;
}

void
introducing_unmap(struct pipeline *pipeline, const struct subscriber_key *key, struct record_handle name)
{
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, key);

	if (slot == RECORD_NONE)
		return;
	if (is_of(record_at(pipeline, slot), name) ||
	    subscriber_table_holder(&pipeline->subscribers, slot) == RECORD_NONE)
		introducing_drop(pipeline, slot);
}

void
introducing_drop(struct pipeline *pipeline, uint32_t slot)
{
	const struct subscriber_key key = subscriber_key_of(record_at(pipeline, slot));

	belonging_forget(pipeline, slot);
	subscriber_table_remove(&pipeline->subscribers, &key);
}

static void
end_breaches(struct pipeline *pipeline, const struct subscriber *name, uint64_t now_ms)
{
	struct watch *watch = watch_lock(&pipeline->watches, subscriber_handle(name));

	if (watch == NULL)
		return;
	watch_release(watch, name, 0, EVENT_POLICY, now_ms, &pipeline->reports);
	watch_unlock(watch);
}

void
introducing_retire(struct pipeline *pipeline, uint32_t slot, uint64_t now_ms)
{
	// First: who is killed in between leaves no name whose breach has ended.
	subscriber_table_retire(&pipeline->subscribers, slot);
	end_breaches(pipeline, record_at(pipeline, slot), now_ms);
}

void
introducing_remove(struct pipeline *pipeline, uint32_t slot, uint64_t now_ms)
{
	const struct subscriber_key key = subscriber_key_of(record_at(pipeline, slot));

	// Another worker may have declared one while it was retired.
	end_breaches(pipeline, record_at(pipeline, slot), now_ms);
	subscriber_table_remove(&pipeline->subscribers, &key);
}

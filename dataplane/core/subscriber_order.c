// SPDX-License-Identifier: Apache-2.0
// Orders: see subscriber_order.h.

#include "subscriber_order.h"

#include "introducing.h"

#include <rte_common.h>

// Changes that a worker looks at between two bursts, and places of its index in a sweep.
#define CHANGES_AT_ONCE 64
#define PLACES_AT_ONCE  256

static bool
is_of_mapping(const struct subscriber_change *change)
{
	return change->kind == CHANGE_MAP || change->kind == CHANGE_UNMAP;
}

static bool
has_phase(const struct subscriber_order *order, enum subscriber_phase phase)
{
	if (order->changes == NULL)
		return phase != PHASE_NAMES;
	if (phase == PHASE_NAMES)
		return true;
	for (uint32_t i = 0; i < order->count; i++)
		if (phase == PHASE_MAPPINGS ? is_of_mapping(&order->changes[i])
					    : order->changes[i].kind == CHANGE_FORGET)
			return true;
	return false;
}

bool
subscriber_order_begin(struct subscriber_order *order, enum subscriber_phase before)
{
	enum subscriber_phase phase = before == PHASES ? PHASE_NAMES : before + 1;

	while (phase < PHASES && !has_phase(order, phase))
		phase++;
	order->phase = phase;
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		order->next[w] = 0;
	return phase < PHASES;
}

static struct subscriber_key
mapping_key_of(const struct subscriber_change *change)
{
	return (struct subscriber_key){
		.address = change->address,
		.tags = change->tags,
		.prefix_length = change->prefix_length | KEY_MAPPING,
	};
}

static bool
owns(const struct subscriber_order *order, const struct pipeline *pipeline, unsigned worker,
     const struct subscriber_key *key)
{
	return (key->prefix_length & KEY_MAPPING && mapping_wide(key)) ||
	       pipeline_owner(pipeline->secret, &key->address, order->workers) == worker;
}

// The key of the record that the change is about in this phase. False: it is about none.
static bool
key_in_phase(const struct subscriber_order *order, const struct subscriber_change *change, struct subscriber_key *key)
{
	bool of_mapping = is_of_mapping(change), forgets = change->kind == CHANGE_FORGET;

	if (order->phase == PHASE_MAPPINGS) {
		*key = mapping_key_of(change);
		return of_mapping;
	}
	*key = subscriber_key_of_name(change->name);
	return order->phase == PHASE_NAMES ? !forgets : forgets;
}

static void
change_name(const struct subscriber_order *order, struct pipeline *pipeline, uint32_t i, uint64_t now_ms)
{
	const struct subscriber_change *change = &order->changes[i];

	if (change->kind != CHANGE_NAME)
		order->states[i].name = introducing_find(pipeline, change->name);
	else if (!introducing_name(pipeline, change->name, change->package, order->epoch, now_ms))
		atomic_store_explicit(&order->states[i].refused, 1, memory_order_relaxed);
}

static void
change_mapping(const struct subscriber_order *order, struct pipeline *pipeline, uint32_t i,
	       const struct subscriber_key *key, uint64_t now_ms)
{
	struct record_handle name = order->states[i].name;

	if (order->changes[i].kind == CHANGE_UNMAP)
		introducing_unmap(pipeline, key, name);
	else if (!introducing_map(pipeline, key, name, order->epoch, now_ms))
		atomic_store_explicit(&order->states[i].refused, 1, memory_order_relaxed);
}

// Of a name's record that is to go.
static void
take_away(const struct subscriber_order *order, struct pipeline *pipeline, uint32_t slot, uint64_t now_ms)
{
	bool used =
		atomic_load_explicit(&pipeline->subscribers.records[slot].state, memory_order_relaxed) == RECORD_USED;

	if (order->phase == PHASE_RETIRE && used)
		introducing_retire(pipeline, slot, now_ms);
	else if (order->phase == PHASE_REMOVE && !used)
		introducing_remove(pipeline, slot, now_ms);
}

static void
change(const struct subscriber_order *order, struct pipeline *pipeline, unsigned worker, uint32_t i, uint64_t now_ms)
{
	struct subscriber_key key;

	if (!key_in_phase(order, &order->changes[i], &key) || !owns(order, pipeline, worker, &key))
		return;
	if (order->phase == PHASE_NAMES) {
		change_name(order, pipeline, i, now_ms);
	} else if (order->phase == PHASE_MAPPINGS) {
		change_mapping(order, pipeline, i, &key, now_ms);
	} else {
		uint32_t slot = subscriber_table_find(&pipeline->subscribers, &key);
		if (slot != RECORD_NONE)
			take_away(order, pipeline, slot, now_ms);
	}
}

static void
sweep(const struct subscriber_order *order, struct pipeline *pipeline, uint32_t place, uint64_t now_ms)
{
	const struct subscriber_table *table = &pipeline->subscribers;
	uint32_t slot = subscriber_table_at(table, place);

	if (slot == RECORD_NONE)
		return;
	const struct subscriber *record = &table->records[slot];
	bool spoken_of = record->mark == order->epoch;
	if (record->kind == SUBSCRIBER_NAME && !spoken_of)
		take_away(order, pipeline, slot, now_ms);
	if (record->kind != SUBSCRIBER_MAPPING || order->phase != PHASE_MAPPINGS)
		return;
	if (!spoken_of || subscriber_table_holder(table, slot) == RECORD_NONE)
		introducing_drop(pipeline, slot);
}

// Starts to fetch the buckets of the changes up to `end`.
static void
fetch(const struct subscriber_order *order, const struct pipeline *pipeline, unsigned worker, uint32_t i, uint32_t end)
{
	struct subscriber_key key;

	for (; i < end; i++)
		if (key_in_phase(order, &order->changes[i], &key) && owns(order, pipeline, worker, &key))
			subscriber_table_prefetch(&pipeline->subscribers,
						  subscriber_table_hash(&pipeline->subscribers, &key), 0);
}

bool
subscriber_order_step(struct subscriber_order *order, struct pipeline *pipeline, unsigned worker, uint64_t now_ms)
{
	bool sweeps = order->changes == NULL;
	uint32_t all = sweeps ? subscriber_table_places(&pipeline->subscribers) : order->count;
	uint32_t i = order->next[worker], end = RTE_MIN(all, i + (sweeps ? PLACES_AT_ONCE : CHANGES_AT_ONCE));
	// Who had to look far for room has done enough for once.
	uint64_t far = pipeline->subscribers.hand + TABLE_LOOKS_ON;

	if (!sweeps)
		fetch(order, pipeline, worker, i, end);
	for (; i < end && pipeline->subscribers.hand < far; i++) {
		if (sweeps)
			sweep(order, pipeline, i, now_ms);
		else
			change(order, pipeline, worker, i, now_ms);
	}
	order->next[worker] = i;
	return i == all;
}

void
subscriber_order_execute(struct subscriber_order *order, struct engine *engine, uint64_t now_ms)
{
	for (enum subscriber_phase before = PHASES; subscriber_order_begin(order, before); before = order->phase)
		for (unsigned w = 0; w < engine->size.workers; w++)
			while (!subscriber_order_step(order, &engine->pipelines[w], w, now_ms))
				;
}

uint32_t
subscriber_order_refused(const struct subscriber_order *order)
{
	uint32_t refused = 0;

	for (uint32_t i = 0; i < order->count; i++)
		refused += atomic_load_explicit(&order->states[i].refused, memory_order_relaxed);
	return refused;
}

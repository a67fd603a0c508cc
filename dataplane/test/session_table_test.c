// SPDX-License-Identifier: Apache-2.0
// session_table.c against a naive map: random operations on tables so small that they fill, over the wrap of the 32-bit clock.

#include "session_table.h"

#include "test.h"

#define KEYS     256
#define CAPACITY 100 // of 128 slots

// A session as the naive map knows it.
struct known {
	struct session *entry; // NULL: not in the table
	enum session_state state;
	uint64_t seen_ms;
};

struct model {
	struct session_table table;
	void *memory;
	struct hash_secret secret;
	struct known known[KEYS];
	uint64_t now_ms;
	uint64_t seed;
	bool one_hash; // all keys compete for the same two buckets
	uint32_t used;
	uint32_t crowded; // inserts that found both buckets full before the table was
	uint32_t removed; // keys that left, in the last operation
	uint16_t last_removed;
	uint64_t bytes, settled; // given to entries, and handed on by them
};

static struct session_key
key_of(uint16_t number)
{
	// Keys that differ in one field only, each in its turn.
	struct session_key key = {.network_port = 25, .tags_protocol = 6};

	switch (number % 4) {
	case 0:
		key.subscriber_port = number;
		break;
	case 1:
		key.subscriber.bytes[15] = (uint8_t)number;
		break;
	case 2:
		key.network.bytes[0] = (uint8_t)number;
		break;
	default:
		key.tags_protocol |= (uint32_t)number << 8;
	}
	return key;
}

static uint16_t
number_of(const struct session_key *key)
{
	return key->subscriber_port | key->subscriber.bytes[15] | key->network.bytes[0] |
	       (uint16_t)(key->tags_protocol >> 8);
}

static uint64_t
hash_of(const struct model *model, uint16_t number)
{
	struct session_key key = key_of(model->one_hash ? 0 : number);

	return hash_bytes(&model->secret, &key, sizeof(key));
}

static void
start(struct model *model, uint64_t seed)
{
	*model = (struct model){.seed = seed, .one_hash = seed % 2 == 1, .now_ms = (UINT64_C(7) << 32) - 300000};
	random_fill(&model->seed, model->secret.bytes, sizeof(model->secret.bytes));
	model->memory = exact_memory(session_table_size(CAPACITY));
	session_table_init(&model->table, model->memory, CAPACITY);
}

static bool
expired(const struct model *model, const struct known *known)
{
	return model->now_ms - known->seen_ms >= session_idle_ms[known->state];
}

// How gladly the header says an entry makes room: over its time, worth nothing, refused, worth a name, worth a count, never.
static int
rank(const struct model *model, const struct known *known)
{
	bool unanswered = known->state == SESSION_SYN || known->state == SESSION_EXCHANGE;

	if (expired(model, known))
		return 5;
	if (known->state == SESSION_CLOSED || (unanswered && !known->entry->counted))
		return 4;
	if (known->state == SESSION_REFUSED)
		return 3;
	if (known->state == SESSION_JOINED || !known->entry->counted)
		return 2;
	return unanswered;
}

static void
removed(void *context, const struct session *session)
{
	struct model *model = context;

	model->last_removed = number_of(&session->key);
	assert_ptr_equal(model->known[model->last_removed].entry, session);
	assert_int_equal(session->state, model->known[model->last_removed].state);
	model->removed++;
	model->settled += session->bytes;
}

static void
forget(struct model *model, uint16_t number)
{
	model->known[number].entry = NULL;
	model->used--;
}

static uint32_t
slot_of(const struct model *model, const struct session *entry)
{
	return (uint32_t)(entry - model->table.entries);
}

// Which of a bucket's parts a slot lies in, in the order in which they are searched for room for a key.
static uint32_t
part_of(uint64_t hash, uint32_t slot)
{
	uint32_t parts = TAG_SLOTS / TAG_LOOKS;

	return (slot % TAG_SLOTS / TAG_LOOKS + parts - tag_look(hash, 0) / TAG_LOOKS) % parts;
}

// The most dispensable sessions in the first part of a key's first bucket that has any, when the first of them was seen, and how many
// slots of both buckets are free.
static int
best_rank(const struct model *model, uint16_t number, int *free_slots, uint64_t *seen_ms)
{
	uint32_t first = tag_table_bucket(&model->table.tags, hash_of(model, number), 0);
	uint32_t second = tag_table_bucket(&model->table.tags, hash_of(model, number), 1);
	uint32_t best_part = TAG_SLOTS;
	int best = 0, full = 0;

	*seen_ms = UINT64_MAX;
	for (int k = 0; k < KEYS; k++) {
		if (model->known[k].entry == NULL)
			continue;
		uint32_t bucket = slot_of(model, model->known[k].entry) / TAG_SLOTS;
		if (bucket != first && bucket != second)
			continue;
		full++;
		const struct known *known = &model->known[k];
		uint32_t part = part_of(hash_of(model, number), slot_of(model, known->entry));
		if (bucket != first || rank(model, known) == 0 || part > best_part ||
		    (part == best_part && rank(model, known) < best))
			continue;
		if (part < best_part || rank(model, known) > best || known->seen_ms < *seen_ms)
			*seen_ms = known->seen_ms;
		best_part = part;
		best = rank(model, known);
	}
	*free_slots = (first == second ? TAG_SLOTS : 2 * TAG_SLOTS) - full;
	return best;
}

static void
insert(struct model *model, uint16_t number)
{
	struct session_key key = key_of(number);
	uint64_t longest_ago;
	int free_slots, best = best_rank(model, number, &free_slots, &longest_ago);
	bool room = free_slots > 0 && model->used < CAPACITY, evicted = false;
	int ranks[KEYS];

	model->crowded += free_slots == 0 && model->used < CAPACITY;
	for (int k = 0; k < KEYS; k++)
		ranks[k] = model->known[k].entry == NULL ? -1 : rank(model, &model->known[k]);
	struct session *entry = session_table_insert(&model->table, &key, hash_of(model, number), model->now_ms,
						     removed, model, &evicted);

	assert_int_equal(evicted, !room && best > 0);
	assert_int_equal(model->removed, evicted ? 1 : 0);
	assert_int_equal(entry != NULL, room || best > 0);
	if (evicted) {
		assert_int_equal(ranks[model->last_removed], best);
		assert_int_equal(model->known[model->last_removed].seen_ms, longest_ago);
		forget(model, model->last_removed);
	}
	if (entry == NULL)
		return;
	assert_int_equal(entry->state, SESSION_FREE);
	assert_int_equal(entry->subscriber, UINT32_MAX);
	assert_memory_equal(&entry->key, &key, sizeof(key));
	entry->state = (uint8_t)(1 + random_below(&model->seed, SESSION_STATES - 1));
	entry->counted = random_below(&model->seed, 2);
	model->known[number] = (struct known){.entry = entry, .state = entry->state, .seen_ms = model->now_ms};
	model->used++;
}

static struct session *
find(struct model *model, uint16_t number)
{
	struct session_key key = key_of(number);
	uint64_t hash = hash_of(model, number);

	session_table_prefetch(&model->table, hash, 0);
	uint32_t candidate = session_table_candidate(&model->table, hash, 0);
	struct session *entry = session_table_find(&model->table, &key, hash, candidate);
	assert_ptr_equal(session_table_find(&model->table, &key, hash, TAG_NO_SLOT), entry);
	assert_ptr_equal(entry, model->known[number].entry);
	return entry;
}

static void
use(struct model *model, uint16_t number)
{
	struct session *entry = find(model, number);

	if (entry == NULL) {
		insert(model, number);
		return;
	}
	session_touch(entry, model->now_ms);
	entry->bytes += number;
	model->bytes += number;
	// Written only so often, so the map takes the table's word for it within the grain.
	uint32_t behind = (uint32_t)model->now_ms - entry->last_seen_ms;
	assert_true(behind < SESSION_SEEN_GRAIN_MS);
	model->known[number].seen_ms = model->now_ms - behind;
	if (random_below(&model->seed, 4) == 0)
		model->known[number].state = entry->state =
			(uint8_t)(1 + random_below(&model->seed, SESSION_STATES - 1));
}

// What the sweep removes it says, one by one; a turn of the whole table removes all that are over their time and no other.
static void
removed_by_sweep(void *context, const struct session *session)
{
	struct model *model = context;

	removed(context, session);
	assert_true(expired(model, &model->known[model->last_removed]));
	forget(model, model->last_removed);
}

static void
settled_by_sweep(void *context, const struct session *session)
{
	struct model *model = context;

	assert_false(expired(model, &model->known[number_of(&session->key)]));
	model->settled += session->bytes;
}

static void
sweep(struct model *model, uint32_t count)
{
	uint32_t found =
		session_table_sweep(&model->table, count, model->now_ms, removed_by_sweep, settled_by_sweep, model);

	assert_int_equal(found, model->removed);
	for (int k = 0; k < KEYS && count >= tag_table_slots(CAPACITY); k++)
		assert_true(model->known[k].entry == NULL ||
			    (!expired(model, &model->known[k]) && model->known[k].entry->bytes == 0));
}

static void
random_operations_leave_what_a_naive_map_holds(void **state)
{
	static struct model model;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		uint32_t full = 0;

		start(&model, seed);
		for (int operation = 0; operation < 30000; operation++) {
			uint32_t what = random_below(&model.seed, 100);

			model.removed = 0;
			if (what < 95)
				use(&model, (uint16_t)(1 + random_below(&model.seed, KEYS - 1)));
			else if (what < 98)
				sweep(&model, random_below(&model.seed, TAG_SLOTS));
			else
				sweep(&model, tag_table_slots(CAPACITY));
			assert_int_equal(model.table.used, model.used);
			assert_true(model.used <= CAPACITY);
			full += model.used == CAPACITY;
			if (random_below(&model.seed, 8) == 0)
				model.now_ms += random_below(&model.seed, 2000);
		}
		model.removed = 0;
		sweep(&model, tag_table_slots(CAPACITY));
		assert_int_equal(model.settled, model.bytes);
		assert_true(model.now_ms > UINT64_C(7) << 32);
		assert_true(model.one_hash ? model.crowded > 100 : full > 1000);
		free(model.memory);
	}
}

static uint32_t removals;

static void
count_removal(void *context, const struct session *session)
{
	(void)session;
	removals++;
	*(uint8_t *)context = session->state;
}

static void
room_is_made_by_what_matters_least_and_never_by_an_answered_counted_session(void **state)
{
	static const enum session_state held[] = {SESSION_ESTABLISHED, SESSION_CLOSED,     SESSION_SYN,
						  SESSION_REFUSED,     SESSION_EXCHANGE,   SESSION_JOINED,
						  SESSION_ANSWERED,    SESSION_HALF_CLOSED};
	static const enum session_state order[] = {SESSION_EXCHANGE, SESSION_CLOSED,   SESSION_REFUSED,
						   SESSION_JOINED,   SESSION_ANSWERED, SESSION_SYN};
	const uint64_t now = 1000 + session_idle_ms[SESSION_EXCHANGE];
	struct session_table table;
	uint8_t gone = 0;
	bool evicted;
	void *memory = exact_memory(session_table_size(LENGTH(held)));

	(void)state;
	session_table_init(&table, memory, LENGTH(held));
	// One hash, so that all compete for the same two buckets.
	for (uint16_t k = 0; k < LENGTH(held); k++) {
		struct session_key key = key_of((uint16_t)(4 * k + 4));
		struct session *entry = session_table_insert(&table, &key, 42, 1000, count_removal, &gone, &evicted);
		entry->state = held[k];
		entry->counted = held[k] != SESSION_ANSWERED;
		entry->last_seen_ms = held[k] == SESSION_EXCHANGE ? 1000 : (uint32_t)now;
		assert_false(evicted);
	}

	removals = 0;
	for (uint16_t i = 0; i < LENGTH(order); i++) {
		struct session_key key = key_of((uint16_t)(4 * i + 100));
		struct session *entry = session_table_insert(&table, &key, 42, now, count_removal, &gone, &evicted);
		assert_non_null(entry);
		assert_true(evicted);
		assert_int_equal(gone, order[i]);
		entry->state = SESSION_ESTABLISHED;
		entry->counted = 1;
	}
	struct session_key late = key_of(200);
	assert_null(session_table_insert(&table, &late, 42, now, count_removal, &gone, &evicted));
	assert_false(evicted);
	assert_int_equal(removals, LENGTH(order));
	assert_int_equal(table.used, LENGTH(held));
	free(memory);
}

// The place that was fetched early in a burst may belong to another session, or to none, when the packet's turn comes.
static void
a_candidate_that_was_overtaken_is_not_believed(void **state)
{
	struct session_key first = key_of(4), second = key_of(8);
	struct session_table table;
	uint8_t gone;
	bool evicted;
	void *memory = exact_memory(session_table_size(100));

	(void)state;
	session_table_init(&table, memory, 100);
	session_table_insert(&table, &first, 42, 0, count_removal, &gone, &evicted)->state = SESSION_CLOSED;
	uint32_t candidate = session_table_candidate(&table, 42, 0);
	assert_non_null(session_table_find(&table, &first, 42, candidate));
	session_table_sweep(&table, tag_table_slots(100), session_idle_ms[SESSION_CLOSED], count_removal, count_removal,
			    &gone);
	assert_null(session_table_find(&table, &first, 42, candidate));
	session_table_insert(&table, &second, 42, 0, count_removal, &gone, &evicted)->state = SESSION_SYN;
	assert_null(session_table_find(&table, &first, 42, candidate));
	assert_non_null(session_table_find(&table, &second, 42, candidate));
	session_table_insert(&table, &first, 42, 0, count_removal, &gone, &evicted)->state = SESSION_SYN;
	assert_non_null(session_table_find(&table, &first, 42, candidate));
	free(memory);
}

static void
keys_that_differ_in_one_bit_are_different(void **state)
{
	struct session_key key = key_of(3), other;

	(void)state;
	assert_true(session_key_equal(&key, &key));
	for (size_t bit = 0; bit < 8 * sizeof(key); bit++) {
		other = key;
		((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(session_key_equal(&key, &other));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations_leave_what_a_naive_map_holds),
		cmocka_unit_test(room_is_made_by_what_matters_least_and_never_by_an_answered_counted_session),
		cmocka_unit_test(a_candidate_that_was_overtaken_is_not_believed),
		cmocka_unit_test(keys_that_differ_in_one_bit_are_different),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

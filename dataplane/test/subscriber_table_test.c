// SPDX-License-Identifier: Apache-2.0
// subscriber_table.c against a naive map: creation, ageing, and the adoption of what another process left.

#include "subscriber_table.h"

#include "policy_parts.h"
#include "test.h"

#define KEYS      200
#define CAPACITY  80
#define AGEING_MS 1000

struct tables {
	struct subscriber *records;
	struct subscriber_table table;
	struct hash_secret secret;
	void *memory;
};

static void
start(struct tables *tables, uint64_t seed)
{
	*tables = (struct tables){
		.records = exact_memory(CAPACITY * sizeof(struct subscriber)),
		.memory = exact_memory(subscriber_table_size(CAPACITY)),
	};
	random_fill(&seed, tables->secret.bytes, sizeof(tables->secret.bytes));
	subscriber_table_init(&tables->table, tables->memory, tables->records, CAPACITY, &tables->secret);
}

static void
start_empty(struct tables *tables, uint64_t seed)
{
	start(tables, seed);
	for (uint32_t record = 0; record < CAPACITY; record++)
		subscriber_table_give(&tables->table, record);
}

static void
stop(struct tables *tables)
{
	free(tables->memory);
	free(tables->records);
}

// Keys that differ by address, by tags or by the length of the prefix alone.
static struct subscriber_key
key_of(uint32_t number)
{
	struct address v4 = address_of("10.0.0.0"), v6 = address_of("2001:db8::");

	v4.bytes[15] = (uint8_t)(number / 8);
	v6.bytes[7] = (uint8_t)(number / 8);
	switch (number % 8) {
	case 0:
		return subscriber_key(&v4, 128, 0);
	case 1:
		return subscriber_key(&v4, 128, 100);
	case 2:
		return subscriber_key(&v4, 128, 100 << 12);
	case 3:
		return subscriber_key(&v4, 128, 0xffffff);
	case 4:
		return subscriber_key(&v6, 64, 0);
	case 5:
		return subscriber_key(&v6, 65, 0);
	case 6:
		return subscriber_key(&v6, 128, 0);
	default:
		return subscriber_key(&v6, 64, 100);
	}
}

static void
an_address_gives_the_key_of_its_prefix(void **state)
{
	const struct address a = address_of("2001:db8:1:2:3::4"), b = address_of("2001:db8:1:2:ffff::");
	struct subscriber_key one = subscriber_key(&a, 64, 7), other = subscriber_key(&b, 64, 7);

	(void)state;
	assert_memory_equal(&one, &other, sizeof(one));
	other = subscriber_key(&b, 72, 7);
	assert_memory_not_equal(&one, &other, sizeof(one));
}

struct model {
	struct tables tables;
	uint32_t record[KEYS]; // RECORD_NONE: not there
	uint64_t seen_ms[KEYS];
	uint64_t worth[KEYS]; // what is counted of him
	uint32_t open[KEYS];
	uint32_t generation[CAPACITY];
	uint32_t used;
	uint64_t now_ms;
	uint64_t seed;
};

static uint64_t
worth_of(void *context, const struct subscriber *subscriber, uint64_t now_ms)
{
	const struct model *model = context;

	assert_int_equal(now_ms, model->now_ms);
	for (uint32_t k = 0; k < KEYS; k++)
		if (model->record[k] == subscriber - model->tables.records)
			return model->worth[k];
	fail_msg("asked about a record that is nobody's");
	return 0;
}

static bool
aged(const struct model *model, uint32_t key)
{
	return model->tables.records[model->record[key]].open_sessions == 0 && model->worth[key] == 0 &&
	       model->now_ms - model->seen_ms[key] >= AGEING_MS;
}

// The key's number and what keeps him, UINT64_MAX if he must stay.
static uint64_t
keeps(const struct model *model, uint32_t number)
{
	return model->open[number] > 0 ? UINT64_MAX : model->worth[number];
}

// Who is to make room for a newcomer: in the first part of his first bucket that has any, the one of whom least is counted, seen
// longest ago. KEYS: nobody.
static uint32_t
first_to_go(const struct model *model, const struct subscriber_key *newcomer)
{
	const struct subscriber_table *table = &model->tables.table;
	uint64_t hash = subscriber_table_hash(table, newcomer);
	uint32_t bucket = tag_table_bucket(&table->tags, hash, 0), chosen = KEYS;

	for (uint32_t look = 0; look < TAG_SLOTS; look++) {
		uint32_t slot = bucket * TAG_SLOTS + (tag_look(hash, 0) + look) % TAG_SLOTS;
		if (look % TAG_LOOKS == 0 && chosen != KEYS)
			break;
		if (table->tags.buckets[bucket].tags[slot % TAG_SLOTS] == 0)
			continue;
		uint32_t k = 0;
		while (model->record[k] != table->slots[slot])
			k++;
		if (keeps(model, k) == UINT64_MAX)
			continue;
		if (chosen == KEYS || keeps(model, k) < keeps(model, chosen) ||
		    (keeps(model, k) == keeps(model, chosen) && model->seen_ms[k] < model->seen_ms[chosen]))
			chosen = k;
	}
	return chosen;
}

// Who had the record made room for another: as little was counted of him, and he was seen as long ago, as of anybody there.
static void
make_room(struct model *model, uint32_t record, uint32_t chosen)
{
	assert_true(chosen < KEYS);
	for (uint32_t k = 0; k < KEYS; k++) {
		if (model->record[k] != record)
			continue;
		assert_int_equal(keeps(model, k), keeps(model, chosen));
		assert_int_equal(model->seen_ms[k], model->seen_ms[chosen]);
		model->record[k] = RECORD_NONE;
		model->generation[record]++;
		model->used--;
		return;
	}
	fail_msg("a free record was left while room was made");
}

static void
use(struct model *model, uint32_t number)
{
	struct subscriber_key key = key_of(number);
	uint32_t record = subscriber_table_find(&model->tables.table, &key);

	assert_int_equal(record, model->record[number]);
	if (record == RECORD_NONE) {
		uint32_t chosen = first_to_go(model, &key);
		bool full;
		const struct subscriber_made made = {.number = (uint16_t)number};
		record = subscriber_table_create(&model->tables.table, &key, &made, model->now_ms, worth_of, model,
						 &full);
		assert_int_equal(full, model->used == CAPACITY);
		assert_int_equal(record == RECORD_NONE, full && chosen == KEYS);
		if (record == RECORD_NONE)
			return;
		if (full)
			make_room(model, record, chosen);
		assert_int_equal(atomic_load(&model->tables.records[record].state), RECORD_USED);
		assert_int_equal(model->tables.records[record].number, number);
		assert_int_equal(subscriber_handle(&model->tables.records[record]).slot, RECORD_NONE);
		assert_int_equal(model->tables.records[record].generation, model->generation[record]);
		model->record[number] = record;
		model->used++;
	}
	struct subscriber *subscriber = &model->tables.records[record];
	assert_true(subscriber_whole(subscriber, model->now_ms));
	subscriber->last_seen_ms = model->seen_ms[number] = model->now_ms;
	subscriber->open_sessions = model->open[number] = random_below(&model->seed, 3) == 0;
	model->worth[number] = random_below(&model->seed, 4);
	if (model->worth[number] == 3)
		model->worth[number] = UINT64_MAX;
}

// A sweep of the whole index removes exactly those that have aged.
static void
sweep(struct model *model)
{
	uint32_t old = 0;

	for (uint32_t k = 0; k < KEYS; k++)
		old += model->record[k] != RECORD_NONE && aged(model, k);
	assert_int_equal(subscriber_table_sweep(&model->tables.table, tag_table_slots(CAPACITY), model->now_ms,
						AGEING_MS, worth_of, model),
			 old);
	for (uint32_t k = 0; k < KEYS; k++) {
		if (model->record[k] == RECORD_NONE || !aged(model, k))
			continue;
		struct subscriber *record = &model->tables.records[model->record[k]];
		assert_int_equal(atomic_load(&record->state), RECORD_FREE);
		// A handle to what was there is stale.
		assert_int_equal(record->generation, ++model->generation[model->record[k]]);
		model->record[k] = RECORD_NONE;
		model->used--;
	}
}

static void
assert_conserved(const struct subscriber_table *table)
{
	bool given[CAPACITY] = {false};

	assert_int_equal(table->used + table->free_count, CAPACITY);
	for (uint32_t i = 0; i < table->free_count; i++) {
		assert_false(given[table->free[i]]);
		given[table->free[i]] = true;
		assert_int_equal(atomic_load(&table->records[table->free[i]].state), RECORD_FREE);
	}
}

static void
random_operations_leave_what_a_naive_map_holds(void **state)
{
	static struct model model;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		model = (struct model){.seed = seed, .now_ms = 5000};
		start_empty(&model.tables, seed);
		memset(model.record, 0xff, sizeof(model.record));
		for (int operation = 0; operation < 20000; operation++) {
			use(&model, random_below(&model.seed, KEYS));
			model.now_ms += random_below(&model.seed, 20);
			if (random_below(&model.seed, 50) == 0)
				sweep(&model);
			if (operation % 100 == 0)
				assert_conserved(&model.tables.table);
			assert_int_equal(model.tables.table.used, model.used);
		}
		stop(&model.tables);
	}
}

static uint64_t
uncounted(void *context, const struct subscriber *subscriber, uint64_t now_ms)
{
	(void)context;
	(void)subscriber;
	(void)now_ms;
	return 0;
}

static void
a_slice_of_the_index_goes_round(void **state)
{
	struct tables tables;

	(void)state;
	start_empty(&tables, 1);
	for (uint32_t k = 0; k < CAPACITY; k++) {
		struct subscriber_key key = key_of(k);
		const struct subscriber_made made = {.number = 0};
		bool full;
		subscriber_table_create(&tables.table, &key, &made, 0, uncounted, NULL, &full);
	}
	for (uint32_t slot = 0; slot < tag_table_slots(CAPACITY); slot++) {
		assert_int_equal(subscriber_table_sweep(&tables.table, 1, 999, AGEING_MS, uncounted, NULL), 0);
		assert_int_equal(subscriber_table_sweep(&tables.table, 0, 9999, AGEING_MS, uncounted, NULL), 0);
	}
	// Never, if the policy says so.
	assert_int_equal(subscriber_table_sweep(&tables.table, 1000, UINT64_MAX - 1, UINT64_MAX, uncounted, NULL), 0);
	for (uint32_t slot = 0; slot < tag_table_slots(CAPACITY); slot++)
		subscriber_table_sweep(&tables.table, 1, 1000, AGEING_MS, uncounted, NULL);
	assert_int_equal(tables.table.used, 0);
	stop(&tables);
}

static struct subscriber
good_record(const struct subscriber_key *key)
{
	struct subscriber record = {
		.address = key->address,
		.created_ms = 100,
		.last_seen_ms = 200,
		.handle = (struct record_handle){.slot = RECORD_NONE},
		.tags = key->tags,
		.generation = 9,
		.open_sessions = 4,
		.prefix_length = (uint8_t)key->prefix_length,
	};

	atomic_store(&record.state, RECORD_USED);
	return record;
}

static void
what_another_process_left_is_found_under_another_secret(void **state)
{
	struct tables tables;

	(void)state;
	start(&tables, 77);
	for (uint32_t i = 0; i < CAPACITY; i++) {
		struct subscriber_key key = key_of(i);
		tables.records[i] = good_record(&key);
	}
	for (uint32_t i = 0; i < CAPACITY; i++)
		assert_true(subscriber_table_adopt(&tables.table, i, 200));
	assert_int_equal(tables.table.used, CAPACITY);
	for (uint32_t i = 0; i < KEYS; i++) {
		struct subscriber_key key = key_of(i);
		assert_int_equal(subscriber_table_find(&tables.table, &key), i < CAPACITY ? i : RECORD_NONE);
	}
	// Its sessions did not survive; they must not keep it from ageing.
	for (uint32_t i = 0; i < CAPACITY; i++)
		assert_int_equal(tables.records[i].open_sessions, 0);
	stop(&tables);
}

static void
the_second_record_of_a_key_is_dropped(void **state)
{
	struct subscriber_key key = key_of(0);
	struct tables tables;

	(void)state;
	start(&tables, 1);
	tables.records[3] = tables.records[5] = good_record(&key);
	assert_true(subscriber_table_adopt(&tables.table, 3, 200));
	assert_false(subscriber_table_adopt(&tables.table, 5, 200));
	assert_int_equal(atomic_load(&tables.records[5].state), RECORD_FREE);
	assert_int_equal(tables.records[5].generation, 10);
	assert_int_equal(subscriber_table_find(&tables.table, &key), 3);
	stop(&tables);
}

enum damage {
	NONE,
	STATE_FREE,
	STATE_HALF,
	CREATED_LATER,
	SEEN_LATER,
	TAGS_TOO_MANY,
	PREFIX_ZERO,
	PREFIX_31,
	PREFIX_129,
	PREFIX_255,
	PREFIX_OF_IPV4,
	HOST_BITS,
	DAMAGES
};

static void
damage(struct subscriber *record, enum damage how)
{
	switch (how) {
	case STATE_FREE:
		atomic_store(&record->state, RECORD_FREE);
		break;
	case STATE_HALF:
		atomic_store(&record->state, RECORD_USED & 0xffff);
		break;
	case CREATED_LATER:
		record->created_ms = 201;
		break;
	case SEEN_LATER:
		record->last_seen_ms = UINT64_MAX;
		break;
	case TAGS_TOO_MANY:
		record->tags = 1u << 24;
		break;
	case PREFIX_ZERO:
		record->prefix_length = 0;
		break;
	case PREFIX_31:
		record->prefix_length = 31;
		break;
	case PREFIX_129:
		record->prefix_length = 129;
		break;
	case PREFIX_255:
		record->prefix_length = 255;
		break;
	case PREFIX_OF_IPV4:
		record->address = address_of("10.0.0.0");
		record->prefix_length = 120;
		break;
	case HOST_BITS:
		record->address.bytes[15] = 1;
		break;
	default:
		break;
	}
}

static void
a_record_whose_fields_contradict_each_other_is_dropped(void **state)
{
	struct subscriber_key key = key_of(4);

	(void)state;
	for (enum damage how = NONE; how < DAMAGES; how++) {
		struct tables tables;
		start(&tables, 1);
		tables.records[7] = good_record(&key);
		damage(&tables.records[7], how);
		bool kept = subscriber_table_adopt(&tables.table, 7, 200);
		if (kept != (how == NONE))
			fail_msg("damage %d: kept %d", how, kept);
		assert_int_equal(tables.table.used, kept);
		if (!kept)
			assert_int_equal(atomic_load(&tables.records[7].state), RECORD_FREE);
		stop(&tables);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_gives_the_key_of_its_prefix),
		cmocka_unit_test(random_operations_leave_what_a_naive_map_holds),
		cmocka_unit_test(a_slice_of_the_index_goes_round),
		cmocka_unit_test(what_another_process_left_is_found_under_another_secret),
		cmocka_unit_test(the_second_record_of_a_key_is_dropped),
		cmocka_unit_test(a_record_whose_fields_contradict_each_other_is_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Subscribers who were introduced: the quota follows the name, whatever his addresses, workers and processes.

#include "changes.h"
#include "event_ring.h"
#include "test.h"

#define PERIOD_MS 60000
#define QUOTA     10

static struct engine_size size = {.workers = 1, .sessions = 1000, .subscribers = 64, .watches = 64, .detectors = 4};

static void
start(struct fixture *fixture, uint32_t workers)
{
	size.workers = workers;
	fixture_start(fixture, &size);
	fixture_apply_quota(fixture, QUOTA, PERIOD_MS);
}

// So many sessions pass.
static void
pass(struct fixture *fixture, const char *subscriber, uint16_t first_port, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		assert_int_equal(fixture_open(fixture, subscriber, first_port + i, 25), VERDICT_FORWARD);
}

static void
both_families_of_a_name_have_one_quota_in_any_number_of_workers(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= 4; workers++) {
		struct fixture fixture;
		struct event event;
		start(&fixture, workers);
		// Neither is in an anonymous group.
		assert_int_equal(FIXTURE_CHANGE(&fixture, change_name(7, 0), change_map(7, "192.0.2.7/32", TAGS_ANY),
						change_map(7, "2001:db9:7::/48", TAGS_ANY)),
				 0);
		pass(&fixture, "192.0.2.7", 1000, 6);
		pass(&fixture, "2001:db9:7:1::1", 2000, 4);
		assert_int_equal(fixture_open(&fixture, "2001:db9:7:2::1", 3000, 25), VERDICT_REFUSE);
		assert_int_equal(fixture_open(&fixture, "192.0.2.7", 3000, 25), VERDICT_REFUSE);
		assert_true(fixture_event(&fixture, &event));
		const struct address own = address_of_name(7);
		assert_true(address_equal(&event.address, &own) && event.prefix_length == 128 && event.tags == 0);
		assert_int_equal(event.counted, QUOTA);
		assert_false(fixture_event(&fixture, &event));
		fixture_wait(&fixture, 20, 20);
		assert_int_equal(FIXTURE_COUNTER(&fixture, names), 1);
		// The /48 is every worker's, and counted once.
		assert_int_equal(FIXTURE_COUNTER(&fixture, mappings), 2);
		assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers), 0);
		assert_int_equal(FIXTURE_COUNTER(&fixture, watches), 1);
		fixture_stop(&fixture);
	}
}

static void
who_moves_in_breach_stays_blocked_and_the_next_owner_is_not(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= 3; workers++) {
		struct fixture fixture;
		start(&fixture, workers);
		FIXTURE_CHANGE(&fixture, change_name(1, 0), change_name(2, 0), change_map(1, "10.0.0.1/32", TAGS_ANY));
		fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, QUOTA);
		FIXTURE_CHANGE(&fixture, change_map(1, "10.0.0.2/32", TAGS_ANY),
			       change_map(2, "10.0.0.1/32", TAGS_ANY));
		assert_int_equal(fixture_open(&fixture, "10.0.0.2", 100, 25), VERDICT_REFUSE);
		fixture_assert_quota(&fixture, "10.0.0.1", 25, 100, QUOTA);
		// Without an address he keeps what is counted of him.
		FIXTURE_CHANGE(&fixture, change_unmap(1, "10.0.0.2/32", TAGS_ANY));
		fixture_assert_quota(&fixture, "10.0.0.2", 25, 200, QUOTA);
		FIXTURE_CHANGE(&fixture, change_map(1, "10.0.0.3/32", TAGS_ANY));
		assert_int_equal(fixture_open(&fixture, "10.0.0.3", 300, 25), VERDICT_REFUSE);
		// Another process, another number of workers.
		fixture_restart(&fixture, workers % 3 + 1);
		assert_int_equal(fixture.adoption.dropped, 0);
		assert_int_equal(fixture_open(&fixture, "10.0.0.3", 400, 25), VERDICT_REFUSE);
		fixture_stop(&fixture);
	}
}

static void
what_is_open_when_an_address_moves_is_nobodys(void **state)
{
	struct fixture fixture;
	struct talk talk = fixture_talk("10.0.0.1", 1, 25);

	(void)state;
	start(&fixture, 1);
	FIXTURE_CHANGE(&fixture, change_name(1, 0), change_name(2, 0), change_map(1, "10.0.0.1/32", TAGS_ANY));
	const uint32_t slot =
		subscriber_table_find(&fixture.engine.pipelines[0].subscribers,
				      &(struct subscriber_key){address_of("10.0.0.1"), TAGS_ANY, 128 | KEY_MAPPING});
	const struct subscriber *mapping = &fixture.records.subscribers[slot];
	assert_int_equal(fixture_up(&fixture, &talk, SYN, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_down(&fixture, &talk, SYN_ACK, 1), VERDICT_FORWARD);
	assert_int_equal(mapping->open_sessions, 1);
	FIXTURE_CHANGE(&fixture, change_map(2, "10.0.0.1/32", TAGS_ANY));
	assert_int_equal(mapping->open_sessions, 0);
	assert_int_equal(fixture_up(&fixture, &talk, ACK, 2), VERDICT_FORWARD);
	fixture_wait(&fixture, 2000000, 1000);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions), 0);
	assert_int_equal(mapping->open_sessions, 0);
	fixture_stop(&fixture);
}

static void
a_name_was_seen_when_one_of_its_mappings_was(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= 3; workers++) {
		struct fixture fixture;
		start(&fixture, workers);
		fixture.now_ms = 1000000;
		FIXTURE_CHANGE(&fixture, change_name(1, 0), change_map(1, "10.0.0.1/32", TAGS_ANY),
			       change_map(1, "10.0.0.2/32", TAGS_ANY));
		const struct subscriber *name = fixture_name(&fixture, 1);
		assert_int_equal(name->last_seen_ms, 1000000);
		fixture.now_ms = 1002100;
		pass(&fixture, "10.0.0.1", 1, 1);
		assert_int_equal(name->last_seen_ms, 1002100);
		// In the same second it is not written again.
		fixture.now_ms = 1002900;
		pass(&fixture, "10.0.0.2", 1, 1);
		assert_int_equal(name->last_seen_ms, 1002100);
		fixture.now_ms = 1003000;
		pass(&fixture, "10.0.0.2", 2, 1);
		assert_int_equal(name->last_seen_ms, 1003000);
		fixture_stop(&fixture);
	}
}

static void
a_name_has_the_open_sessions_of_its_mappings(void **state)
{
	static const char *const hosts[] = {"10.0.0.1", "10.0.0.2", "10.0.1.1"};

	(void)state;
	for (uint32_t workers = 1; workers <= 3; workers++) {
		struct fixture fixture;
		struct talk talks[3];
		start(&fixture, workers);
		FIXTURE_CHANGE(&fixture, change_name(1, 0), change_name(2, 0), change_map(1, "10.0.0.1/32", TAGS_ANY),
			       change_map(1, "10.0.0.2/32", TAGS_ANY), change_map(1, "10.0.1.0/24", TAGS_ANY));
		const struct subscriber *name = fixture_name(&fixture, 1), *other = fixture_name(&fixture, 2);
		for (unsigned i = 0; i < 3; i++) {
			talks[i] = fixture_talk(hosts[i], 1, 25);
			assert_int_equal(fixture_up(&fixture, &talks[i], SYN, 1), VERDICT_FORWARD);
			assert_int_equal(fixture_down(&fixture, &talks[i], SYN_ACK, 1), VERDICT_FORWARD);
			assert_int_equal(name->open_sessions, i + 1);
		}
		// One moves, one goes, one ends.
		FIXTURE_CHANGE(&fixture, change_map(2, "10.0.0.1/32", TAGS_ANY));
		assert_int_equal(name->open_sessions, 2);
		assert_int_equal(other->open_sessions, 0);
		FIXTURE_CHANGE(&fixture, change_unmap(1, "10.0.0.2/32", TAGS_ANY));
		assert_int_equal(name->open_sessions, 1);
		fixture_wait(&fixture, 2000000, 1000);
		assert_int_equal(FIXTURE_COUNTER(&fixture, sessions), 0);
		assert_int_equal(name->open_sessions, 0);
		assert_int_equal(other->open_sessions, 0);
		fixture_stop(&fixture);
	}
}

static void
an_address_of_the_names_own_block_finds_nobody(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, 2);
	const struct policy_parts everybody = {
		.group_prefixes = LIST(blob_prefix, prefix_of("::/0", 0)),
		.groups = LIST(blob_group, {.prefix_length = 128}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, PERIOD_MS)),
	};
	fixture_apply(&fixture, &everybody);
	FIXTURE_CHANGE(&fixture, change_name(5, 0), change_map(5, "10.0.0.5/32", TAGS_ANY),
		       change_map(5, NULL, TAG(9)));
	pass(&fixture, "100::5", 1, 10);
	pass(&fixture, "100::6", 1, 10);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_unmapped), 20);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), 0);
	fixture_assert_quota(&fixture, "10.0.0.5", 25, 1, 2);
	fixture_stop(&fixture);
}

static void
without_room_a_change_is_refused_and_counted_and_the_others_are_made(void **state)
{
	struct fixture fixture;
	struct subscriber_change changes[40];

	(void)state;
	size.subscribers = 32;
	start(&fixture, 1);
	// Anonymous ones make room.
	for (uint32_t host = 1; host <= 32; host++) {
		char address[16];
		snprintf(address, sizeof(address), "10.0.0.%u", host);
		pass(&fixture, address, 1, 1);
	}
	for (uint32_t i = 0; i < LENGTH(changes); i++)
		changes[i] = change_name(i + 1, 0);
	uint32_t refused = fixture_change(&fixture, 1, changes, LENGTH(changes));
	assert_in_range(refused, 8, 39);
	fixture_wait(&fixture, 20, 20);
	assert_int_equal(FIXTURE_COUNTER(&fixture, names), 40 - refused);
	assert_true(FIXTURE_COUNTER(&fixture, subscriber_table_full) >= refused);
	for (uint32_t i = 0; i < LENGTH(changes); i++)
		refused -= fixture_name(&fixture, i + 1) == NULL;
	assert_int_equal(refused, 0);
	// Of a name that is not there there are no mappings.
	assert_int_equal(FIXTURE_CHANGE(&fixture, change_map(4000, "10.0.0.1/32", TAGS_ANY)), 1);
	fixture_stop(&fixture);
	size.subscribers = 64;
}

static struct subscriber_change
map_number(uint32_t name)
{
	struct subscriber_change change = change_map(name, "192.0.0.0/32", TAGS_ANY);

	for (unsigned byte = 13; byte < 16; byte++)
		change.address.bytes[byte] = (uint8_t)(name >> (15 - byte) * 8);
	return change;
}

// One session each.
static void
open_from(struct fixture *fixture, uint32_t sources)
{
	char source[16];

	for (uint32_t i = 0; i < sources; i++) {
		snprintf(source, sizeof(source), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		fixture_open(fixture, source, 1, 25);
	}
}

static void
a_flood_of_sources_leaves_room_for_who_logs_in(void **state)
{
	(void)state;
	size.subscribers = 4000;
	for (uint32_t workers = 1; workers <= WORKERS_MAX; workers *= 2) {
		struct fixture fixture;
		uint32_t name = 1;
		start(&fixture, workers);
		// Four records of five are names and mappings, and all others sources of the flood.
		for (; name <= 1600; name++)
			assert_int_equal(FIXTURE_CHANGE(&fixture, change_name(name, 0), map_number(name)), 0);
		open_from(&fixture, 6000);
		fixture_wait(&fixture, 20, 20);
		assert_true(FIXTURE_COUNTER(&fixture, subscribers) > 600);
		for (; name <= 1700; name++)
			assert_int_equal(FIXTURE_CHANGE(&fixture, change_name(name, 0), map_number(name)), 0);
		fixture_stop(&fixture);
	}
	size.subscribers = 64;
}

static void
room_is_looked_for_a_piece_at_a_time_and_found_by_who_tries_again(void **state)
{
	struct subscriber_change changes[10];
	struct subscriber_change_state states[LENGTH(changes)] = {0};
	struct fixture fixture;

	(void)state;
	size.subscribers = 4000;
	start(&fixture, 1);
	open_from(&fixture, 4000);
	for (uint32_t i = 0; i < size.subscribers; i++)
		fixture.records.subscribers[i].open_sessions = 1;
	for (uint32_t i = 0; i < LENGTH(changes); i++)
		changes[i] = change_name(i + 1, 0);
	struct subscriber_order order = {.changes = changes, .count = 10, .epoch = 1, .workers = 1, .states = states};
	assert_true(subscriber_order_begin(&order, PHASES));
	uint32_t turns = 1;
	while (!subscriber_order_step(&order, &fixture.engine.pipelines[0], 0, fixture.now_ms))
		turns++;
	assert_int_equal(turns, LENGTH(changes));
	assert_int_equal(subscriber_order_refused(&order), LENGTH(changes));
	// One may go now: so many tries are once around.
	fixture.records.subscribers[777].open_sessions = 0;
	uint32_t tries = 1, around = tag_table_buckets(size.subscribers) / TABLE_LOOKS_ON + 1;
	while (FIXTURE_CHANGE(&fixture, change_name(1, 0)) > 0)
		assert_true(++tries <= around);
	assert_ptr_equal(fixture_name(&fixture, 1), &fixture.records.subscribers[777]);
	fixture_stop(&fixture);
	size.subscribers = 64;
}

static void
a_name_that_is_forgotten_in_breach_is_told_and_leaves_its_addresses_to_the_group(void **state)
{
	struct fixture fixture;
	struct event event;

	(void)state;
	start(&fixture, 2);
	FIXTURE_CHANGE(&fixture, change_name(1, 0), change_map(1, "10.0.0.1/32", TAGS_ANY));
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, QUOTA);
	assert_true(fixture_event(&fixture, &event) && event.kind == EVENT_BREACH_STARTED);
	FIXTURE_CHANGE(&fixture, change_forget(1));
	assert_true(fixture_event(&fixture, &event) && event.kind == EVENT_BREACH_ENDED);
	assert_int_equal(event.reason, EVENT_POLICY);
	assert_null(fixture_name(&fixture, 1));
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 100, QUOTA);
	assert_true(fixture_event(&fixture, &event) && event.kind == EVENT_BREACH_STARTED);
	const struct address host = address_of("10.0.0.1");
	assert_true(address_equal(&event.address, &host));
	// His mapping goes with a sweep, or when somebody unmaps it.
	FIXTURE_CHANGE(&fixture, change_name(2, 0), change_unmap(2, "10.0.0.1/32", TAGS_ANY));
	fixture_wait(&fixture, 20, 20);
	assert_int_equal(FIXTURE_COUNTER(&fixture, mappings), 0);
	fixture_stop(&fixture);
}

static void
a_sweep_leaves_what_its_epoch_spoke_of(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= 3; workers++) {
		struct fixture fixture;
		start(&fixture, workers);
		FIXTURE_CHANGE(&fixture, change_name(1, 0), change_name(2, 0), change_map(1, "192.0.2.1/32", TAGS_ANY),
			       change_map(1, "192.0.3.0/24", TAGS_ANY), change_map(2, "192.0.2.2/32", TAGS_ANY));
		pass(&fixture, "192.0.2.1", 1, 6);
		pass(&fixture, "192.0.3.9", 1, 2);
		const struct subscriber_change replay[] = {change_name(1, 0), change_map(1, "192.0.2.1/32", TAGS_ANY)};
		assert_int_equal(fixture_change(&fixture, 2, replay, LENGTH(replay)), 0);
		fixture_sweep_names(&fixture, 2);
		assert_non_null(fixture_name(&fixture, 1));
		assert_null(fixture_name(&fixture, 2));
		// What was counted stays.
		fixture_assert_quota(&fixture, "192.0.2.1", 25, 100, 2);
		pass(&fixture, "192.0.3.9", 100, 20);
		pass(&fixture, "192.0.2.2", 100, 20);
		assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_unmapped), 40);
		fixture_wait(&fixture, 20, 20);
		assert_int_equal(FIXTURE_COUNTER(&fixture, names), 1);
		assert_int_equal(FIXTURE_COUNTER(&fixture, mappings), 1);
		fixture_stop(&fixture);
	}
}

static void
a_change_that_cannot_be_is_refused_with_a_sentence(void **state)
{
	const struct subscriber_change good = change_map(1, "10.0.0.0/24", TAGS_ANY);
	struct subscriber_change wrong[8];

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++)
		wrong[i] = good;
	wrong[0].kind = 0;
	wrong[1].kind = 5;
	wrong[2].name = 0;
	wrong[3].prefix_length = 119;                      // bits behind it
	wrong[4] = change_map(1, "10.0.0.1/32", TAG(100)); // a tag is alone
	wrong[5] = change_map(1, "100::/64", TAGS_ANY);    // names' own
	wrong[6] = change_map(1, NULL, TAGS_ANY);          // everybody
	wrong[7] = change_map(1, "2001::/16", TAGS_ANY);   // too short
	wrong[3].address = address_of("10.0.0.1");
	assert_null(subscriber_change_check(&good, 1));
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		const struct subscriber_change changes[] = {good, wrong[i]};
		if (subscriber_change_check(changes, 2) == NULL)
			fail_msg("change %zu is taken", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_of_a_name_have_one_quota_in_any_number_of_workers),
		cmocka_unit_test(who_moves_in_breach_stays_blocked_and_the_next_owner_is_not),
		cmocka_unit_test(what_is_open_when_an_address_moves_is_nobodys),
		cmocka_unit_test(a_name_was_seen_when_one_of_its_mappings_was),
		cmocka_unit_test(a_name_has_the_open_sessions_of_its_mappings),
		cmocka_unit_test(an_address_of_the_names_own_block_finds_nobody),
		cmocka_unit_test(without_room_a_change_is_refused_and_counted_and_the_others_are_made),
		cmocka_unit_test(a_flood_of_sources_leaves_room_for_who_logs_in),
		cmocka_unit_test(room_is_looked_for_a_piece_at_a_time_and_found_by_who_tries_again),
		cmocka_unit_test(a_name_that_is_forgotten_in_breach_is_told_and_leaves_its_addresses_to_the_group),
		cmocka_unit_test(a_sweep_leaves_what_its_epoch_spoke_of),
		cmocka_unit_test(a_change_that_cannot_be_is_refused_with_a_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

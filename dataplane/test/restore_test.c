// SPDX-License-Identifier: Apache-2.0
// restore.c: who was in breach by other records stays blocked until the same time, is told of once, and who cannot be is not.

#include "restore.h"

#include "changes.h"
#include "test.h"

#define ZOMBIE    "10.0.0.66"
#define QUOTA     10
#define PERIOD_MS 60000
#define HOLD_MS   5000

static struct engine_size size = {.workers = 2, .sessions = 256, .subscribers = 64, .watches = 16, .detectors = 4};

static void
start(struct fixture *fixture, uint32_t workers)
{
	size.workers = workers;
	fixture_start(fixture, &size);
	fixture_apply_quota(fixture, QUOTA, PERIOD_MS);
	fixture->now_ms = 1000000;
}

// One that began 20 s ago.
static struct restored_breach
breach_of(const struct fixture *fixture, const char *subscriber)
{
	const struct address address = address_of(subscriber);

	return (struct restored_breach){
		.key = subscriber_key(&address, 128, 0),
		.started_ms = fixture->now_ms - 20000,
		.period_ms = PERIOD_MS,
		.hold_ms = HOLD_MS,
		.detector = 1,
		.counted = QUOTA,
		.refused = 291,
	};
}

static bool
restore(struct fixture *fixture, const struct restored_breach *breach)
{
	unsigned owner = pipeline_owner(&fixture->engine.secret, &breach->key.address, fixture->size.workers);

	return restore_breach(&fixture->engine.pipelines[owner], fixture->policy, breach, fixture->now_ms);
}

// Blocked until the breach's end, which is told with what was known of it, and counted from the first on then.
static void
assert_goes_on(struct fixture *fixture, const char *subscriber, const struct restored_breach *breach)
{
	uint64_t end_ms = breach->started_ms + PERIOD_MS + HOLD_MS;
	struct event event;

	assert_int_equal(fixture_open(fixture, subscriber, 1, 25), VERDICT_REFUSE);
	fixture_wait(fixture, end_ms - 1 - fixture->now_ms, 1000);
	assert_int_equal(fixture_open(fixture, subscriber, 2, 25), VERDICT_REFUSE);
	assert_false(fixture_event(fixture, &event));
	fixture_wait(fixture, SWEEP_WATCHES_MS + 1, 10);
	assert_true(fixture_event(fixture, &event));
	assert_int_equal(event.kind, EVENT_BREACH_ENDED);
	assert_int_equal(event.reason, EVENT_OVER);
	assert_int_equal(event.period_started_ms, breach->started_ms);
	assert_int_equal(event.counted, QUOTA);
	assert_int_equal(event.refused, 293);
	assert_true(address_equal(&event.address, &breach->key.address));
	assert_false(fixture_event(fixture, &event));
	fixture_assert_quota(fixture, subscriber, 25, 100, QUOTA);
}

static void
a_breach_goes_on_until_the_same_time_and_only_its_end_is_told(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= 3; workers++) {
		struct fixture fixture;
		start(&fixture, workers);
		const struct restored_breach breach = breach_of(&fixture, ZOMBIE);
		assert_true(restore(&fixture, &breach));
		assert_false(restore(&fixture, &breach));
		assert_goes_on(&fixture, ZOMBIE, &breach);
		fixture_stop(&fixture);
	}
}

static void
a_names_breach_goes_on_at_its_addresses_once_it_is_there(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, 2);
	const struct restored_breach breach = breach_of(&fixture, "100::7");
	assert_false(restore(&fixture, &breach));
	FIXTURE_CHANGE(&fixture, change_name(7, 0), change_map(7, "192.0.2.7/32", TAGS_ANY));
	assert_true(restore(&fixture, &breach));
	assert_goes_on(&fixture, "192.0.2.7", &breach);
	fixture_stop(&fixture);
}

static void
what_is_counted_of_him_since_gives_way_and_a_breach_since_does_not(void **state)
{
	struct fixture fixture;
	struct event event;

	(void)state;
	start(&fixture, 1);
	const struct restored_breach breach = breach_of(&fixture, ZOMBIE);
	assert_int_equal(fixture_open(&fixture, ZOMBIE, 900, 25), VERDICT_FORWARD);
	assert_true(restore(&fixture, &breach));
	assert_goes_on(&fixture, ZOMBIE, &breach);
	assert_true(fixture_event(&fixture, &event) && event.kind == EVENT_BREACH_STARTED);
	const struct restored_breach another = breach_of(&fixture, ZOMBIE);
	assert_false(restore(&fixture, &another));
	assert_false(fixture_event(&fixture, &event));
	fixture_stop(&fixture);
}

static void
who_cannot_be_in_a_breach_is_not(void **state)
{
	struct fixture fixture;
	struct restored_breach wrong[5];

	(void)state;
	start(&fixture, 1);
	for (size_t i = 0; i < LENGTH(wrong); i++)
		wrong[i] = breach_of(&fixture, ZOMBIE);
	wrong[0].detector = 2;
	wrong[1].started_ms = fixture.now_ms - PERIOD_MS - HOLD_MS;
	wrong[2].key.address = address_of("192.0.2.1");
	wrong[3].key.prefix_length = 120;
	wrong[4].key.address = address_of("2001:db8:1::");
	for (size_t i = 0; i < LENGTH(wrong); i++)
		if (restore(&fixture, &wrong[i]))
			fail_msg("breach %zu goes on", i);
	assert_int_equal(fixture_open(&fixture, ZOMBIE, 1, 25), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 0);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_breach_goes_on_until_the_same_time_and_only_its_end_is_told),
		cmocka_unit_test(a_names_breach_goes_on_at_its_addresses_once_it_is_there),
		cmocka_unit_test(what_is_counted_of_him_since_gives_way_and_a_breach_since_does_not),
		cmocka_unit_test(who_cannot_be_in_a_breach_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

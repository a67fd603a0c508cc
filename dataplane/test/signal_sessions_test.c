// SPDX-License-Identifier: Apache-2.0
// signal_sessions.c alone: whose sessions need a watch, and what is said without one.

#include "signal_sessions.h"

#include "belonging.h"
#include "fixture.h"
#include "test.h"

static const struct engine_size size = {.workers = 1, .sessions = 10, .subscribers = 10, .watches = 1, .detectors = 4};

// Detector 1 refuses the third session of service 0; detector 2 only reports the second of service 1.
static void
start(struct fixture *fixture, uint32_t slots[2])
{
	const struct policy_parts parts = {
		.services = LIST(blob_service, {.protocol = POLICY_TCP}, {.protocol = POLICY_TCP},
				 {.protocol = POLICY_TCP}),
		.packages = LIST(blob_package, {.detectors = 2}, {.detectors = 0}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, 1000), REPORTING(2, 1, 2, 1000)),
	};

	fixture_start(fixture, &size);
	fixture_apply(fixture, &parts);
	for (uint32_t i = 0; i < 2; i++) {
		const struct address address = address_of(i == 0 ? "10.0.0.1" : "10.0.0.2");
		const struct subscriber_key key = subscriber_key(&address, 128, 0);
		const struct subscriber_made made = {.number = 0};
		bool full;
		slots[i] =
			subscriber_table_create(&fixture->engine.pipelines[0].subscribers, &key, &made, fixture->now_ms,
						belonging_worth, &fixture->engine.pipelines[0], &full);
	}
}

static bool
refused(struct fixture *fixture, int package, uint32_t slot, uint64_t services, bool attempt)
{
	struct pipeline *pipeline = &fixture->engine.pipelines[0];
	const struct packet packet = {.side = SIDE_SUBSCRIBER};
	const struct belonging to = {
		.terms = terms_within(&fixture->policy->packages[package], services),
		.subscriber = slot,
		.holder = slot,
	};

	pipeline->policy = fixture->policy;
	pipeline->now_ms = fixture->now_ms;
	return signal_opening(pipeline, &to, &packet, attempt) != 0;
}

static uint32_t
watches_used(const struct fixture *fixture)
{
	return fixture->engine.pipelines[0].watches.used;
}

static void
a_session_that_nobody_counts_takes_no_watch(void **state)
{
	struct fixture fixture;
	uint32_t slots[2];

	(void)state;
	start(&fixture, slots);
	assert_false(refused(&fixture, 0, RECORD_NONE, 1, true));
	assert_false(refused(&fixture, 0, slots[0], 0, true));
	assert_false(refused(&fixture, 0, slots[0], 1 << 2, true));
	assert_false(refused(&fixture, 1, slots[0], 1, true));
	assert_int_equal(watches_used(&fixture), 0);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 0);
	assert_false(refused(&fixture, 0, slots[0], 1, true));
	assert_int_equal(watches_used(&fixture), 1);
	fixture_stop(&fixture);
}

static void
the_verdict_is_the_blocking_detectors(void **state)
{
	struct fixture fixture;
	uint32_t slots[2];

	(void)state;
	start(&fixture, slots);
	for (int i = 0; i < 5; i++)
		assert_false(refused(&fixture, 0, slots[0], 1 << 1, true));
	assert_false(refused(&fixture, 0, slots[0], 3, true));
	assert_false(refused(&fixture, 0, slots[0], 1, true));
	assert_true(refused(&fixture, 0, slots[0], 1, true));
	assert_true(refused(&fixture, 0, slots[0], 3, false));
	assert_false(refused(&fixture, 0, slots[0], 1 << 1, true));
	const struct watch *watch = fixture_watch(&fixture, 0);
	assert_int_equal(watch->windows[0].counted, 2);
	assert_int_equal(watch->windows[0].refused, 1);
	assert_int_equal(watch->windows[1].counted, 7);
	// The lock is given back, whatever the verdict.
	assert_int_equal(atomic_load(&watch->lock) % 2, 0);
	fixture_stop(&fixture);
}

static void
without_a_watch_sessions_pass_and_the_lack_is_counted(void **state)
{
	struct fixture fixture;
	uint32_t slots[2];

	(void)state;
	start(&fixture, slots);
	// The one watch is in breach, so it makes no room.
	for (int i = 0; i < 2; i++)
		refused(&fixture, 0, slots[0], 1, true);
	for (int i = 0; i < 5; i++)
		assert_false(refused(&fixture, 0, slots[1], 1, true));
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 5);
	// Nor does a service that nobody counts say there is a lack.
	refused(&fixture, 0, slots[1], 1 << 2, true);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 5);
	fixture_stop(&fixture);
}

// Who fills the pool does not switch the quota off for others.
static void
a_watch_in_no_breach_makes_room_for_another_subscriber(void **state)
{
	struct fixture fixture;
	uint32_t slots[2];

	(void)state;
	start(&fixture, slots);
	assert_false(refused(&fixture, 0, slots[0], 1, true));
	for (int i = 0; i < 2; i++)
		assert_false(refused(&fixture, 0, slots[1], 1, true));
	assert_true(refused(&fixture, 0, slots[1], 1, true));
	assert_int_equal(watches_used(&fixture), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 1);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_that_nobody_counts_takes_no_watch),
		cmocka_unit_test(the_verdict_is_the_blocking_detectors),
		cmocka_unit_test(a_watch_in_no_breach_makes_room_for_another_subscriber),
		cmocka_unit_test(without_a_watch_sessions_pass_and_the_lack_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// pipeline.c's sweeps, and what is done when subscribers or watches have no room.

#include "pipeline.h"

#include "fixture.h"
#include "test.h"

#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

static void
the_end_of_a_breach_is_told_in_time_whatever_the_traffic(void **state)
{
	static const uint64_t steps[] = {1, 3, 50, 333, 1000, 5000};

	(void)state;
	for (size_t s = 0; s < LENGTH(steps); s++) {
		struct fixture fixture;
		struct event event;
		fixture_start(&fixture, &size);
		fixture_apply_quota(&fixture, 1, 10000);
		for (uint16_t i = 0; i < 50; i++) {
			char subscriber[16];
			snprintf(subscriber, sizeof(subscriber), "10.0.0.%d", i);
			fixture_assert_quota(&fixture, subscriber, 25, 1, 1);
		}
		while (fixture_event(&fixture, &event))
			assert_int_equal(event.kind, EVENT_BREACH_STARTED);
		fixture_wait(&fixture, 9999, steps[s]);
		assert_false(fixture_event(&fixture, &event));
		fixture_wait(&fixture, 1 + SWEEP_WATCHES_MS, steps[s]);
		for (int i = 0; i < 50; i++) {
			assert_true(fixture_event(&fixture, &event));
			assert_int_equal(event.kind, EVENT_BREACH_ENDED);
			assert_true(event.time_ms >= event.period_started_ms + 10000);
		}
		assert_false(fixture_event(&fixture, &event));
		assert_int_equal(fixture.lost, 0);
		assert_int_equal(FIXTURE_COUNTER(&fixture, watches), 0);
		fixture_stop(&fixture);
	}
}

static void
sessions_and_then_their_subscriber_age(void **state)
{
	const struct policy_parts parts = {
		.subscriber_ageing_seconds = 100,
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.id = 1, .detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 10, 60000)),
	};
	struct talk talk = fixture_talk("10.0.0.1", 1, 25);
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	fixture_up(&fixture, &talk, SYN, 1);
	fixture_down(&fixture, &talk, SYN_ACK, 1);
	// As long as packets come, both stay.
	for (int i = 0; i < 100; i++) {
		fixture_wait(&fixture, session_idle_ms[SESSION_ANSWERED] - SESSION_SEEN_GRAIN_MS, 500);
		assert_non_null(fixture_session(&fixture, &talk));
		fixture_down(&fixture, &talk, ACK, 1);
	}
	fixture_wait(&fixture, session_idle_ms[SESSION_ANSWERED] + SWEEP_SESSIONS_MS, 500);
	assert_null(fixture_session(&fixture, &talk));
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_expired), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions), 0);
	// A subscriber was last seen when his last session ended.
	fixture_wait(&fixture, 95000, 500);
	assert_non_null(fixture_subscriber(&fixture, "10.0.0.1", 128, 0));
	fixture_wait(&fixture, 5000 + SWEEP_SUBSCRIBERS_MS, 500);
	assert_null(fixture_subscriber(&fixture, "10.0.0.1", 128, 0));
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_expired), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers), 0);
	fixture_stop(&fixture);
}

static void
what_a_pause_left_to_sweep_is_made_up_for_in_short_turns(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 10, PERIOD_MS);
	for (uint16_t port = 1; port <= 1000; port++)
		fixture_open(&fixture, "10.0.0.1", port, 80);
	const struct pipeline *pipeline = &fixture.engine.pipelines[0];
	uint32_t slice = tag_table_slots(size.sessions) * SWEEP_TURN_MS / SWEEP_SESSIONS_MS + 1;
	uint32_t turns = 0;
	fixture.now_ms += 3600000;
	for (uint32_t left = pipeline->sessions.used; left > 0; left = pipeline->sessions.used, turns++) {
		pipeline_sweep(&fixture.engine.pipelines[0], fixture.policy, fixture.now_ms);
		assert_in_range(left - pipeline->sessions.used, 0, slice);
	}
	assert_int_equal(pipeline->sweep_due_ms, SWEEP_SUBSCRIBERS_MS - turns * SWEEP_TURN_MS);
	assert_in_range(turns, SWEEP_SESSIONS_MS / SWEEP_TURN_MS / 2, SWEEP_SESSIONS_MS / SWEEP_TURN_MS);
	fixture_stop(&fixture);
}

static void
a_subscriber_in_breach_does_not_age(void **state)
{
	const struct policy_parts parts = {
		.subscriber_ageing_seconds = 1,
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 1, 3600000)),
	};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 1);
	fixture_wait(&fixture, 3599000, 1000);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions), 0);
	assert_int_equal(fixture_open(&fixture, "10.0.0.1", 3, 25), VERDICT_REFUSE);
	fixture_wait(&fixture, 1000 + 2 * SWEEP_SUBSCRIBERS_MS + session_idle_ms[SESSION_REFUSED] + SWEEP_SESSIONS_MS,
		     1000);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers), 0);
	fixture_stop(&fixture);
}

static void
with_no_free_record_a_subscriber_is_forwarded_and_not_counted(void **state)
{
	const struct engine_size small = {
		.workers = 1, .sessions = 1000, .subscribers = 2, .watches = 2, .detectors = 4};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &small);
	fixture_apply_quota(&fixture, 2, PERIOD_MS);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 2);
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 1, 2);
	for (uint16_t port = 1; port <= 10; port++)
		assert_int_equal(fixture_open(&fixture, "10.0.0.3", port, 25), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscriber_table_full), 10);
	assert_int_equal(fixture_open(&fixture, "10.0.0.1", 4, 25), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
with_no_free_watch_a_subscriber_is_forwarded_and_not_counted(void **state)
{
	const struct engine_size small = {
		.workers = 1, .sessions = 1000, .subscribers = 10, .watches = 1, .detectors = 4};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &small);
	fixture_apply_quota(&fixture, 2, PERIOD_MS);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 2);
	for (uint16_t port = 1; port <= 10; port++)
		assert_int_equal(fixture_open(&fixture, "10.0.0.2", port, 25), VERDICT_FORWARD);
	// A service that nobody counts needs none.
	fixture_open(&fixture, "10.0.0.3", 1, 80);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 10);
	fixture_wait(&fixture, PERIOD_MS + SWEEP_WATCHES_MS, 100);
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 11, 2);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_breach_is_told_in_time_whatever_the_traffic),
		cmocka_unit_test(sessions_and_then_their_subscriber_age),
		cmocka_unit_test(what_a_pause_left_to_sweep_is_made_up_for_in_short_turns),
		cmocka_unit_test(a_subscriber_in_breach_does_not_age),
		cmocka_unit_test(with_no_free_record_a_subscriber_is_forwarded_and_not_counted),
		cmocka_unit_test(with_no_free_watch_a_subscriber_is_forwarded_and_not_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// pipeline.c and signal_sessions.c: the boundaries of a quota of 10 sessions in 60 seconds, on a fake clock.

#include "smtp.h"

static void
the_tenth_passes_and_declares_and_the_eleventh_is_refused(void **state)
{
	struct fixture fixture;
	struct event event;

	(void)state;
	start(&fixture);
	for (uint16_t i = 1; i <= 9; i++, fixture.now_ms += 100)
		assert_int_equal(open_smtp(&fixture, i), VERDICT_FORWARD);
	assert_false(fixture_event(&fixture, &event));
	assert_int_equal(open_smtp(&fixture, 10), VERDICT_FORWARD);
	assert_true(fixture_event(&fixture, &event));
	assert_int_equal(event.kind, EVENT_BREACH_STARTED);
	assert_int_equal(event.detector, 1);
	assert_int_equal(event.counted, 10);
	assert_int_equal(event.refused, 0);
	assert_int_equal(event.time_ms, 1000900);
	assert_int_equal(event.period_started_ms, 1000000);
	assert_int_equal(event.period_ms, PERIOD_MS);
	const struct address subscriber = address_of("10.0.0.5");
	assert_memory_equal(&event.address, &subscriber, sizeof(subscriber));
	assert_int_equal(event.prefix_length, 128);
	assert_int_equal(event.tags, 0);

	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	assert_int_equal(open_smtp(&fixture, 12), VERDICT_REFUSE);
	assert_false(fixture_event(&fixture, &event));
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 10);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 2);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 1);
	fixture_stop(&fixture);
}

static void
a_breach_touches_nobody_else_and_nothing_else(void **state)
{
	static const struct talk others[] = {
		{"10.0.0.6", "198.51.100.25", 40000, 25, 0, {{0}}},          // another subscriber
		{"10.0.0.5", "198.51.100.25", 40000, 80, 0, {{0}}},          // another port
		{"10.0.0.5", "198.51.100.25", 40000, 25, POLICY_UDP, {{0}}}, // another protocol
		{"10.0.0.5", "198.51.100.25", 40000, 53, POLICY_UDP, {{0}}}, // DNS
		{"10.0.0.5", "198.51.100.25", 40000, 25, 0, {{0x8100, 7}}},  // the same address elsewhere
		{"192.0.2.5", "198.51.100.25", 40000, 25, 0, {{0}}},         // nobody's subscriber
		{"2001:db8::5", "2001:db8:ffff::25", 40000, 25, 0, {{0}}},
	};
	struct fixture fixture;

	(void)state;
	start(&fixture);
	open_many(&fixture, 1, 10);
	for (size_t i = 0; i < LENGTH(others); i++)
		assert_int_equal(fixture_up(&fixture, &others[i], SYN, 1), VERDICT_FORWARD);
	// Mail that comes to the subscriber, and an echo request.
	const struct talk inbound = {"10.0.0.5", "198.51.100.25", 25, 50000, 0, {{0}}};
	assert_int_equal(fixture_down(&fixture, &inbound, SYN, 1), VERDICT_FORWARD);
	fixture_assert_goes_on(&fixture, &inbound);
	const struct talk ping = {"10.0.0.5", "198.51.100.25", 0, 0, 1, {{0}}};
	assert_int_equal(fixture_up(&fixture, &ping, 0, 0), VERDICT_FORWARD);
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
a_refused_syn_that_is_repeated_is_counted_once_and_passes_after_the_period(void **state)
{
	static const uint32_t waits[] = {1000, 2000, 4000, 8000, 16000};
	struct fixture fixture;
	struct event event;

	(void)state;
	start(&fixture);
	open_many(&fixture, 1, 10);
	fixture.now_ms += 40000;
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	// As Linux repeats it: the fourth repeat falls 55 s into the period, the fifth 71 s.
	for (size_t i = 0; i < 4; i++) {
		fixture_wait(&fixture, waits[i], 100);
		assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 1);
	fixture_wait(&fixture, waits[4], 100);
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_FORWARD);
	struct talk talk = smtp(11);
	fixture_assert_goes_on(&fixture, &talk);
	// The first of the next quota.
	open_many(&fixture, 12, 9);
	assert_int_equal(open_smtp(&fixture, 21), VERDICT_REFUSE);

	assert_true(fixture_event(&fixture, &event));
	assert_true(fixture_event(&fixture, &event));
	assert_int_equal(event.kind, EVENT_BREACH_ENDED);
	assert_int_equal(event.refused, 1);
	assert_true(fixture_event(&fixture, &event));
	assert_int_equal(event.kind, EVENT_BREACH_STARTED);
	assert_int_equal(event.period_started_ms, 1000000 + 71000);
	fixture_stop(&fixture);
}

static void
nothing_of_a_refused_session_passes_either_way(void **state)
{
	static const uint8_t flags[] = {ACK, SYN_ACK, FIN_ACK, RST, ACK | 0x08, 0};
	struct talk talk = smtp(11);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	open_many(&fixture, 1, 10);
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	for (size_t i = 0; i < LENGTH(flags); i++) {
		assert_int_equal(fixture_up(&fixture, &talk, flags[i], 2), VERDICT_REFUSE);
		assert_int_equal(fixture_down(&fixture, &talk, flags[i], 2), VERDICT_REFUSE);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 1);
	// A new attempt from the same port is one.
	assert_int_equal(fixture_up(&fixture, &talk, SYN, 99), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 2);
	fixture_stop(&fixture);
}

static void
refused_attempts_do_not_extend_the_period(void **state)
{
	struct fixture fixture;
	uint16_t port = 11;

	(void)state;
	start(&fixture);
	open_many(&fixture, 1, 10);
	for (; fixture.now_ms < 1000000 + PERIOD_MS - 1; fixture.now_ms += 7)
		assert_int_equal(open_smtp(&fixture, port++), VERDICT_REFUSE);
	fixture.now_ms = 1000000 + PERIOD_MS - 1;
	assert_int_equal(open_smtp(&fixture, port++), VERDICT_REFUSE);
	fixture.now_ms++;
	open_many(&fixture, port, 10);
	assert_int_equal(open_smtp(&fixture, port + 10), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
a_session_open_at_the_breach_goes_on(void **state)
{
	struct talk established = smtp(1), half_closed = smtp(2), answered = smtp(3), opening = smtp(4);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	open_many(&fixture, 1, 4);
	fixture_down(&fixture, &established, SYN_ACK, 1);
	fixture_up(&fixture, &established, ACK, 2);
	fixture_down(&fixture, &half_closed, SYN_ACK, 1);
	fixture_up(&fixture, &half_closed, ACK, 2);
	fixture_up(&fixture, &half_closed, FIN_ACK, 3);
	fixture_down(&fixture, &answered, SYN_ACK, 1);
	open_many(&fixture, 5, 6);
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	fixture_assert_goes_on(&fixture, &established);
	fixture_assert_goes_on(&fixture, &half_closed);
	fixture_assert_goes_on(&fixture, &answered);
	assert_int_equal(open_smtp(&fixture, 4), VERDICT_FORWARD);
	fixture_assert_goes_on(&fixture, &opening);
	fixture_stop(&fixture);
}

static void
the_quota_holds_when_the_session_table_is_full(void **state)
{
	const struct engine_size small = {
		.workers = 1, .sessions = 40, .subscribers = 100, .watches = 100, .detectors = 4};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &small);
	fixture_apply_quota(&fixture, 10, PERIOD_MS);
	// Others' counted sessions, answered: nothing else fills it for long.
	for (int i = 1; i <= 60; i++) {
		char other[16];
		snprintf(other, sizeof(other), "10.0.1.%d", i);
		struct talk talk = fixture_talk(other, 1, 25);
		assert_int_equal(fixture_up(&fixture, &talk, SYN, 1), VERDICT_FORWARD);
		assert_int_equal(fixture_down(&fixture, &talk, SYN_ACK, 1), VERDICT_FORWARD);
	}
	assert_true(fixture.engine.pipelines[0].sessions.used <= 40);
	uint64_t full = FIXTURE_COUNTER(&fixture, session_table_full);
	assert_true(full >= 20);
	open_many(&fixture, 1, 10);
	for (uint16_t port = 11; port <= 30; port++)
		assert_int_equal(open_smtp(&fixture, port), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 70);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 20);
	// Each of them without an entry, and the figure is shown.
	assert_int_equal(FIXTURE_COUNTER(&fixture, session_table_full), full + 30);
	// What passed goes on without one.
	struct talk talk = smtp(3);
	fixture_assert_goes_on(&fixture, &talk);
	fixture.now_ms += PERIOD_MS;
	open_many(&fixture, 100, 10);
	assert_int_equal(open_smtp(&fixture, 110), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

// While the quota refuses a service that either side opens, a stranger who guesses the ports must not end what is open.
static void
a_strangers_forged_syn_ends_no_open_session(void **state)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {0, 65535}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors =
			LIST(blob_detector,
			     {.id = 1, .threshold = 4, .period_ms = PERIOD_MS, .signal = 1, .window = 1, .actions = 2}),
	};
	struct talk established = smtp(40001), half_closed = smtp(40002), joined = smtp(40003), opening = smtp(40004);
	const struct talk *open[] = {&established, &half_closed, &joined, &opening};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	fixture_up(&fixture, &joined, ACK, 1);
	for (size_t i = 0; i < LENGTH(open); i++)
		if (open[i] != &joined)
			assert_int_equal(fixture_up(&fixture, open[i], SYN, 1), VERDICT_FORWARD);
	fixture_down(&fixture, &established, SYN_ACK, 1);
	fixture_up(&fixture, &established, ACK, 1);
	fixture_down(&fixture, &half_closed, SYN_ACK, 1);
	fixture_up(&fixture, &half_closed, FIN_ACK, 1);
	open_smtp(&fixture, 4);
	for (size_t i = 0; i < LENGTH(open); i++) {
		assert_int_equal(fixture_down(&fixture, open[i], SYN, 666), VERDICT_REFUSE);
		fixture_assert_goes_on(&fixture, open[i]);
	}
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tenth_passes_and_declares_and_the_eleventh_is_refused),
		cmocka_unit_test(a_breach_touches_nobody_else_and_nothing_else),
		cmocka_unit_test(a_refused_syn_that_is_repeated_is_counted_once_and_passes_after_the_period),
		cmocka_unit_test(nothing_of_a_refused_session_passes_either_way),
		cmocka_unit_test(refused_attempts_do_not_extend_the_period),
		cmocka_unit_test(a_session_open_at_the_breach_goes_on),
		cmocka_unit_test(the_quota_holds_when_the_session_table_is_full),
		cmocka_unit_test(a_strangers_forged_syn_ends_no_open_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

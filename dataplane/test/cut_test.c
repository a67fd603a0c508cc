// SPDX-License-Identifier: Apache-2.0
// judge.c: sessions that a breach cuts, and the verdicts that its actions come to.

#include "release.h"

#include "fixture.h"
#include "test.h"

#define QUOTA     2
#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

// Mail and names are under these actions; so is the web, of which there is never too much.
static void
apply(struct fixture *fixture, uint8_t actions)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP},
				 {.port_range = 1, .port_ranges = 1, .protocol = POLICY_TCP},
				 {.port_range = 2, .port_ranges = 1, .protocol = POLICY_UDP}),
		.port_ranges = LIST(blob_port_range, {25, 25}, {80, 80}, {53, 53}),
		.packages = LIST(blob_package, {.detectors = 3}),
		.detectors =
			LIST(blob_detector, DETECTING(1, 0, QUOTA, PERIOD_MS, actions),
			     DETECTING(2, 1, 1000, PERIOD_MS, actions), DETECTING(3, 2, QUOTA, PERIOD_MS, actions)),
	};

	fixture_apply(fixture, &parts);
}

static void
start(struct fixture *fixture, uint8_t actions)
{
	fixture_start(fixture, &size);
	apply(fixture, actions);
}

static struct talk
established(struct fixture *fixture, uint16_t port, uint16_t server_port)
{
	struct talk talk = fixture_talk("10.0.0.1", port, server_port);

	assert_int_equal(fixture_up(fixture, &talk, SYN, port), VERDICT_FORWARD);
	assert_int_equal(fixture_down(fixture, &talk, SYN_ACK, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_up(fixture, &talk, ACK, 2), VERDICT_FORWARD);
	return talk;
}

// One session of mail that goes on, another that is answered too late.
static struct talk
breach(struct fixture *fixture)
{
	struct talk mail = established(fixture, 2, 25);

	assert_int_equal(fixture_open(fixture, "10.0.0.1", 3, 25), VERDICT_FORWARD);
	return mail;
}

static void
what_is_open_in_the_breached_service_is_refused_both_ways_and_nothing_else(void **state)
{
	struct talk late = fixture_talk("10.0.0.1", 3, 25), other = fixture_talk("10.0.0.2", 2, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture, ACTION_BLOCK | ACTION_CUT);
	struct talk web = established(&fixture, 1, 80), mail = breach(&fixture);
	fixture_up(&fixture, &other, SYN, 1);
	assert_int_equal(fixture_down(&fixture, &late, SYN_ACK, 1), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &late, SYN, 3), VERDICT_REFUSE);
	assert_int_equal(fixture_down(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &mail, FIN_ACK, 3), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_cut), 2);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 0);
	assert_int_equal(fixture_up(&fixture, &web, ACK, 3), VERDICT_FORWARD);
	assert_int_equal(fixture_down(&fixture, &web, ACK, 3), VERDICT_FORWARD);
	assert_int_equal(fixture_down(&fixture, &other, SYN_ACK, 1), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_cut), 2);
	fixture_stop(&fixture);
}

static void
assert_goes_on(struct fixture *fixture, const struct talk *talk, enum session_state as)
{
	uint64_t opened = FIXTURE_COUNTER(fixture, sessions_opened);

	assert_int_equal(fixture_down(fixture, talk, talk->protocol == POLICY_UDP ? 0 : ACK, 3), VERDICT_FORWARD);
	assert_int_equal(fixture_session(fixture, talk)->state, as);
	assert_int_equal(fixture_up(fixture, talk, talk->protocol == POLICY_UDP ? 0 : ACK, 3), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(fixture, sessions_opened), opened);
}

static void
a_cut_session_goes_on_when_the_breach_is_over(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, ACTION_BLOCK | ACTION_CUT);
	struct talk mail = breach(&fixture), name = fixture_talk("10.0.0.1", 100, 53);
	name.protocol = POLICY_UDP;
	for (; name.subscriber_port < 100 + QUOTA; name.subscriber_port++)
		assert_int_equal(fixture_up(&fixture, &name, 0, 0), VERDICT_FORWARD);
	name.subscriber_port = 100;
	for (int i = 0; i < 6; i++) {
		assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
		assert_int_equal(fixture_down(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
		assert_int_equal(fixture_up(&fixture, &name, 0, 0), VERDICT_REFUSE);
		assert_int_equal(fixture_down(&fixture, &name, 0, 0), VERDICT_REFUSE);
		fixture_wait(&fixture, PERIOD_MS / 6, 1000);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_cut), 2);
	assert_goes_on(&fixture, &mail, SESSION_JOINED);
	assert_goes_on(&fixture, &name, SESSION_EXCHANGE);
	// It is cut again by the next breach.
	fixture_open(&fixture, "10.0.0.1", 20, 25);
	fixture_open(&fixture, "10.0.0.1", 21, 25);
	assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_cut), 3);
	fixture_stop(&fixture);
}

static void
a_cut_session_goes_on_when_its_subscriber_is_released(void **state)
{
	const struct address address = address_of("10.0.0.1");
	const struct subscriber_key key = subscriber_key(&address, 128, 0);
	struct fixture fixture;

	(void)state;
	start(&fixture, ACTION_BLOCK | ACTION_CUT);
	struct talk mail = breach(&fixture);
	assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
	assert_int_equal(release_subscriber(&fixture.engine.pipelines[0], &key, 0, fixture.now_ms), 1);
	assert_goes_on(&fixture, &mail, SESSION_JOINED);
	fixture_stop(&fixture);
}

static void
a_cut_session_goes_on_under_a_policy_that_does_not_cut_it(void **state)
{
	static const uint8_t milder[] = {ACTION_REPORT, ACTION_BLOCK};

	(void)state;
	for (size_t i = 0; i < LENGTH(milder); i++) {
		struct fixture fixture;
		start(&fixture, ACTION_BLOCK | ACTION_CUT);
		struct talk mail = breach(&fixture);
		assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
		apply(&fixture, milder[i]);
		assert_goes_on(&fixture, &mail, SESSION_JOINED);
		fixture_stop(&fixture);
	}
}

static void
what_was_refused_as_it_opened_is_no_cut_session(void **state)
{
	struct talk late = fixture_talk("10.0.0.1", 3, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture, ACTION_BLOCK | ACTION_CUT);
	breach(&fixture);
	assert_int_equal(fixture_down(&fixture, &late, SYN_ACK, 1), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &late, SYN, 3), VERDICT_REFUSE);
	fixture.now_ms += PERIOD_MS;
	assert_int_equal(fixture_down(&fixture, &late, ACK, 1), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &late, SYN, 3), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

static void
a_session_joined_during_the_breach_is_cut_too(void **state)
{
	struct talk joined = fixture_talk("10.0.0.1", 2000, 25), web = fixture_talk("10.0.0.1", 2000, 80);
	struct fixture fixture;

	(void)state;
	start(&fixture, ACTION_BLOCK | ACTION_CUT);
	breach(&fixture);
	assert_int_equal(fixture_down(&fixture, &joined, ACK, 1), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &joined, ACK, 1), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &web, ACK, 1), VERDICT_FORWARD);
	// One that was joined before its subscriber's breach, by a fast path that was restarted.
	fixture_wait(&fixture, 2 * PERIOD_MS, 1000);
	joined.subscriber_port = 2001;
	assert_int_equal(fixture_up(&fixture, &joined, ACK, 1), VERDICT_FORWARD);
	for (uint16_t port = 20; port < 20 + QUOTA; port++)
		assert_int_equal(fixture_open(&fixture, "10.0.0.1", port, 25), VERDICT_FORWARD);
	assert_int_equal(fixture_down(&fixture, &joined, ACK, 1), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
a_policy_that_begins_to_cut_ends_what_goes_on(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, ACTION_BLOCK);
	struct talk mail = breach(&fixture);
	assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), VERDICT_FORWARD);
	assert_false(fixture_session(&fixture, &mail)->cuttable);
	apply(&fixture, ACTION_BLOCK | ACTION_CUT);
	assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
the_actions_give_the_verdict_on_openings_and_on_all_that_follows(void **state)
{
	static const struct {
		uint8_t actions;
		enum verdict wanted;
	} rows[] = {
		{ACTION_REPORT | ACTION_BLOCK, VERDICT_REFUSE},
		{ACTION_BLOCK | ACTION_RESET, VERDICT_RESET},
		{ACTION_BLOCK | ACTION_RESET | ACTION_RESET_BOTH, VERDICT_RESET_BOTH},
		{ACTION_BLOCK | ACTION_CUT | ACTION_RESET, VERDICT_RESET},
		{ACTION_BLOCK | ACTION_CUT | ACTION_RESET | ACTION_RESET_BOTH, VERDICT_RESET_BOTH},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct talk refused = fixture_talk("10.0.0.1", 4, 25), name = fixture_talk("10.0.0.1", 4, 53);
		struct fixture fixture;
		start(&fixture, rows[i].actions);
		struct talk mail = breach(&fixture);
		bool cut = rows[i].actions & ACTION_CUT;
		for (int again = 0; again < 2; again++) {
			assert_int_equal(fixture_up(&fixture, &refused, SYN, 4), rows[i].wanted);
			assert_int_equal(fixture_up(&fixture, &refused, ACK, 4), rows[i].wanted);
			assert_int_equal(fixture_up(&fixture, &mail, ACK, 3), cut ? rows[i].wanted : VERDICT_FORWARD);
			assert_int_equal(fixture_down(&fixture, &mail, ACK, 3), cut ? rows[i].wanted : VERDICT_FORWARD);
		}
		// An exchange of UDP has nothing to be reset.
		name.protocol = POLICY_UDP;
		for (; name.subscriber_port < 4 + QUOTA; name.subscriber_port++)
			assert_int_equal(fixture_up(&fixture, &name, 0, 0), VERDICT_FORWARD);
		assert_int_equal(fixture_up(&fixture, &name, 0, 0), VERDICT_REFUSE);
		assert_int_equal(fixture_down(&fixture, &name, 0, 0), VERDICT_REFUSE);
		fixture_stop(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_in_the_breached_service_is_refused_both_ways_and_nothing_else),
		cmocka_unit_test(a_cut_session_goes_on_when_the_breach_is_over),
		cmocka_unit_test(a_cut_session_goes_on_when_its_subscriber_is_released),
		cmocka_unit_test(a_cut_session_goes_on_under_a_policy_that_does_not_cut_it),
		cmocka_unit_test(what_was_refused_as_it_opened_is_no_cut_session),
		cmocka_unit_test(a_session_joined_during_the_breach_is_cut_too),
		cmocka_unit_test(a_policy_that_begins_to_cut_ends_what_goes_on),
		cmocka_unit_test(the_actions_give_the_verdict_on_openings_and_on_all_that_follows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

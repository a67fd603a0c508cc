// SPDX-License-Identifier: Apache-2.0
// Overrides at work on packets: what is exempt is not counted, what is blocked is refused and not counted, a package given by one
// judges in place of the group's, and what is open stays as it was.

#include "changes.h"
#include "test.h"

#define PERIOD_MS 60000
#define MAIL      1u
#define OFF_NET   2u
#define UNTIL_MS  1500000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

// Package 0 takes two sessions of mail, and one of it off-net; package 1 takes five of mail.
static void
apply_to(struct fixture *fixture, const char *whom, const struct blob_override *override)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP},
				 {.port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 2}, {.detector = 2, .detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, PERIOD_MS), BLOCKING(2, 1, 1, PERIOD_MS),
				  BLOCKING(3, 0, 5, PERIOD_MS)),
		.overrides = {override, 1},
		.override_prefixes = LIST(blob_prefix, prefix_of(whom, 0)),
	};

	fixture_apply(fixture, &parts);
}

static void
apply(struct fixture *fixture, const struct blob_override *override)
{
	apply_to(fixture, "10.0.0.1/32", override);
}

static void
start(struct fixture *fixture, struct blob_override override)
{
	fixture_start(fixture, &size);
	apply(fixture, &override);
}

static const struct blob_override nothing = OVERRIDE(1, POLICY_NONE, POLICY_NONE, .exempt = {0}),
				  off_net_exempt = OVERRIDE(1, POLICY_NONE, POLICY_NONE, .exempt = {OFF_NET}),
				  all_exempt = OVERRIDE(1, POLICY_NONE, POLICY_NONE, .exempt = {MAIL | OFF_NET}),
				  blocked = OVERRIDE(1, POLICY_NONE, POLICY_NONE, .blocked = {MAIL}),
				  wider = OVERRIDE(1, POLICY_NONE, 1, .exempt = {0});

static void
an_exempt_service_leaves_the_others_counted(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, nothing);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 1);
	fixture_stop(&fixture);
	start(&fixture, off_net_exempt);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 2);
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 1, 1);
	fixture_stop(&fixture);
}

static void
who_is_exempt_in_all_is_never_watched(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, all_exempt);
	for (uint16_t port = 1; port < 50; port++)
		assert_int_equal(fixture_open(&fixture, "10.0.0.1", port, 25), VERDICT_FORWARD);
	assert_int_equal(fixture.engine.pipelines[0].watches.used, 0);
	// Hidden ports may be any service's.
	struct talk talk = fixture_talk("10.0.0.1", 99, 25);
	struct packet packet = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 1);
	uint8_t verdict;
	packet.kind = PACKET_EVASIVE;
	fixture_burst(&fixture, &packet, 1, &verdict);
	assert_int_equal(verdict, VERDICT_FORWARD);
	assert_int_equal(fixture.engine.pipelines[0].watches.used, 0);
	fixture_stop(&fixture);
}

static void
a_block_refuses_from_the_first_on_and_counts_in_no_window(void **state)
{
	struct talk talk = fixture_talk("10.0.0.1", 99, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture, blocked);
	for (uint16_t port = 1; port < 10; port++)
		assert_int_equal(fixture_open(&fixture, "10.0.0.1", port, 25), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 9);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 0);
	assert_int_equal(fixture_open(&fixture, "10.0.0.1", 1, 80), VERDICT_FORWARD);
	// What is opened to him, and what is hidden.
	talk.subscriber_port = 25;
	assert_int_equal(fixture_down(&fixture, &talk, SYN, 1), VERDICT_REFUSE);
	struct packet packet = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 1);
	uint8_t verdict;
	packet.kind = PACKET_EVASIVE;
	fixture_burst(&fixture, &packet, 1, &verdict);
	assert_int_equal(verdict, VERDICT_REFUSE);
	// Lifted, there is no trace of it.
	apply(&fixture, &nothing);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 100, 1);
	fixture_stop(&fixture);
}

static void
a_given_package_judges_in_place_of_the_groups(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, wider);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 5);
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 1, 1);
	fixture_stop(&fixture);
}

static void
a_given_package_without_the_detector_ends_its_breach(void **state)
{
	struct fixture fixture;
	struct event event;

	(void)state;
	start(&fixture, nothing);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 1);
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 1, 1);
	while (fixture_event(&fixture, &event))
		assert_int_equal(event.kind, EVENT_BREACH_STARTED);
	fixture_wait(&fixture, SWEEP_WATCHES_MS, 10);
	assert_false(fixture_event(&fixture, &event));
	apply(&fixture, &wider);
	fixture_wait(&fixture, SWEEP_WATCHES_MS, 10);
	const struct address address = address_of("10.0.0.1");
	assert_true(fixture_event(&fixture, &event));
	assert_memory_equal(&event.address, &address, sizeof(address));
	assert_int_equal(event.kind, EVENT_BREACH_ENDED);
	assert_int_equal(event.reason, EVENT_POLICY);
	assert_int_equal(event.generation, fixture.policy->generation);
	assert_false(fixture_event(&fixture, &event));
	fixture_stop(&fixture);
}

// The name 1, who has 10.0.0.1, passes so many sessions, is in breach then, and a sweep thinks so too.
static void
assert_named_quota(struct fixture *fixture, uint16_t passed)
{
	struct event event;

	FIXTURE_CHANGE(fixture, change_name(1, 0), change_map(1, "10.0.0.1/32", TAGS_ANY));
	fixture_assert_quota(fixture, "10.0.0.1", 25, 1, passed);
	assert_true(fixture_event(fixture, &event));
	assert_int_equal(event.kind, EVENT_BREACH_STARTED);
	while (fixture_event(fixture, &event))
		assert_int_equal(event.kind, EVENT_BREACH_STARTED);
	fixture_wait(fixture, 3 * SWEEP_WATCHES_MS, 10);
	assert_int_equal(fixture_open(fixture, "10.0.0.1", 100, 25), VERDICT_REFUSE);
	assert_false(fixture_event(fixture, &event));
}

static void
a_package_given_to_an_address_is_not_that_of_the_name_that_has_it(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, wider);
	assert_named_quota(&fixture, 1);
	fixture_stop(&fixture);
}

static void
a_package_given_to_a_name_judges_in_place_of_its_own(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	apply_to(&fixture, "100::1/128", &wider);
	assert_named_quota(&fixture, 5);
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 1, 1);
	fixture_stop(&fixture);
}

static void
an_override_ends_by_itself(void **state)
{
	struct blob_override until = blocked;
	struct fixture fixture;

	(void)state;
	until.until_ms[0] = UNTIL_MS;
	until.until_ms[1] = 0;
	start(&fixture, until);
	fixture.now_ms = UNTIL_MS - 1;
	assert_int_equal(fixture_open(&fixture, "10.0.0.1", 1, 25), VERDICT_REFUSE);
	fixture.now_ms = UNTIL_MS;
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 2, 1);
	fixture_stop(&fixture);
}

static void
what_is_open_goes_on_and_what_was_refused_stays_refused(void **state)
{
	struct talk talk = fixture_talk("10.0.0.1", 1, 25), refused = fixture_talk("10.0.0.1", 2, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture, nothing);
	assert_int_equal(fixture_up(&fixture, &talk, SYN, 1), VERDICT_FORWARD);
	apply(&fixture, &blocked);
	fixture_assert_goes_on(&fixture, &talk);
	assert_int_equal(fixture_up(&fixture, &refused, SYN, 1), VERDICT_REFUSE);
	apply(&fixture, &all_exempt);
	assert_int_equal(fixture_up(&fixture, &refused, ACK, 2), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &refused, SYN, 3), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exempt_service_leaves_the_others_counted),
		cmocka_unit_test(who_is_exempt_in_all_is_never_watched),
		cmocka_unit_test(a_block_refuses_from_the_first_on_and_counts_in_no_window),
		cmocka_unit_test(a_given_package_judges_in_place_of_the_groups),
		cmocka_unit_test(a_given_package_without_the_detector_ends_its_breach),
		cmocka_unit_test(a_package_given_to_an_address_is_not_that_of_the_name_that_has_it),
		cmocka_unit_test(a_package_given_to_a_name_judges_in_place_of_its_own),
		cmocka_unit_test(an_override_ends_by_itself),
		cmocka_unit_test(what_is_open_goes_on_and_what_was_refused_stays_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// belonging.c and signal_sessions.c: what packets add to the usage of their subscriber, and when it is there.

#include "fixture.h"
#include "test.h"

#define PERIOD_MS 1000

static const struct engine_size size = {
	.workers = 1, .sessions = 100, .subscribers = 10, .watches = 10, .detectors = 4};

// Mail is measured and counted, the web is measured, and another is neither.
static void
apply(struct fixture *fixture, const struct blob_override *override)
{
	const struct blob_prefix overridden = prefix_of("10.0.0.1/32", 0);
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.id = 7, .port_ranges = 1, .protocol = POLICY_TCP},
				 {.id = 8, .port_range = 1, .port_ranges = 1, .protocol = POLICY_TCP},
				 {.id = 9, .port_range = 2, .port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}, {80, 80}, {443, 443}),
		.packages = LIST(blob_package, {.detectors = 1, .measured = {3}}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, PERIOD_MS)),
		.overrides = {override, override != NULL},
		.override_prefixes = {&overridden, override != NULL},
	};

	fixture_apply(fixture, &parts);
}

static void
start(struct fixture *fixture)
{
	fixture_start(fixture, &size);
	apply(fixture, NULL);
}

// All that is known of the subscriber's minutes in a service.
static struct usage_minute
usage_of(const struct fixture *fixture, const char *subscriber, uint32_t service)
{
	const struct subscriber *record = fixture_subscriber(fixture, subscriber, 128, 0);
	struct usage_minute sum = {0};

	if (record == NULL || subscriber_handle(record).slot == RECORD_NONE)
		return sum;
	struct watch *watch = fixture_watch(fixture, subscriber_handle(record).slot);
	const struct usage *usages = watch_usages(watch, fixture->size.detectors);
	for (uint64_t left = watch->usages_used; left != 0; left &= left - 1) {
		const struct usage *usage = &usages[__builtin_ctzll(left)];
		for (int m = 0; m < 2 && usage->service == service; m++) {
			sum.sessions += usage->minutes[m].sessions;
			sum.refused += usage->minutes[m].refused;
			sum.bytes += usage->minutes[m].bytes;
		}
	}
	return sum;
}

static void
say(struct fixture *fixture, const struct talk *talk, enum side side, uint8_t flags, uint16_t length)
{
	struct packet packet = fixture_packet(talk, side, flags, 1);
	uint8_t verdict;

	packet.length = length;
	fixture_burst(fixture, &packet, 1, &verdict);
}

static void
a_session_adds_its_frames_both_ways_within_a_sweep_of_all_sessions(void **state)
{
	struct talk mail = fixture_talk("10.0.0.1", 2000, 25), web = fixture_talk("10.0.0.1", 2000, 80),
		    other = fixture_talk("10.0.0.1", 2000, 443);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	const struct talk talks[] = {mail, web, other};
	for (size_t i = 0; i < LENGTH(talks); i++) {
		say(&fixture, &talks[i], SIDE_SUBSCRIBER, SYN, 60);
		say(&fixture, &talks[i], SIDE_NETWORK, SYN_ACK, 60);
		for (int n = 0; n < 10; n++) {
			say(&fixture, &talks[i], SIDE_SUBSCRIBER, ACK, 1500);
			say(&fixture, &talks[i], SIDE_NETWORK, ACK, 64);
		}
	}
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 7).bytes, 0);
	fixture_wait(&fixture, SWEEP_SESSIONS_MS + 100, 100);
	for (uint32_t service = 7; service <= 8; service++) {
		struct usage_minute usage = usage_of(&fixture, "10.0.0.1", service);
		assert_int_equal(usage.bytes, 2 * 60 + 10 * (1500 + 64));
		assert_int_equal(usage.sessions, 1);
		assert_int_equal(usage.refused, 0);
	}
	assert_int_equal(fixture_session(&fixture, &other)->bytes, 0);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 9).bytes, 0);
	// Once each.
	fixture_wait(&fixture, SWEEP_SESSIONS_MS + 100, 100);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 7).bytes, 2 * 60 + 10 * (1500 + 64));
	fixture_stop(&fixture);
}

static void
what_is_not_swept_yet_is_added_when_the_entry_makes_room_or_overflows(void **state)
{
	struct talk mail = fixture_talk("10.0.0.1", 2000, 25), web = fixture_talk("10.0.0.1", 2000, 80);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	say(&fixture, &mail, SIDE_SUBSCRIBER, SYN, 100);
	// Another session of the same ends.
	say(&fixture, &mail, SIDE_SUBSCRIBER, RST, 50);
	fixture_up(&fixture, &mail, SYN, 77);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 7).bytes, 150);
	say(&fixture, &web, SIDE_SUBSCRIBER, SYN, 100);
	fixture_session(&fixture, &web)->bytes = UINT32_MAX - 10;
	say(&fixture, &web, SIDE_SUBSCRIBER, ACK, 20);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 8).bytes, UINT32_MAX - 10);
	assert_int_equal(fixture_session(&fixture, &web)->bytes, 20);
	fixture_stop(&fixture);
}

static void
refused_attempts_are_usage_and_refused_frames_are_not(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 5; port++) {
		struct talk mail = fixture_talk("10.0.0.1", port, 25);
		say(&fixture, &mail, SIDE_SUBSCRIBER, SYN, 100);
		say(&fixture, &mail, SIDE_SUBSCRIBER, SYN, 100);
	}
	fixture_wait(&fixture, SWEEP_SESSIONS_MS + 100, 100);
	struct usage_minute usage = usage_of(&fixture, "10.0.0.1", 7);
	assert_int_equal(usage.sessions, 2);
	assert_int_equal(usage.refused, 3);
	assert_int_equal(usage.bytes, 2 * 2 * 100);
	fixture_stop(&fixture);
}

// After a fast path was restarted every session is joined, and its bytes are as much his.
static void
a_session_joined_in_the_middle_adds_bytes_and_is_none_that_was_opened(void **state)
{
	struct talk mail = fixture_talk("10.0.0.1", 2000, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	say(&fixture, &mail, SIDE_SUBSCRIBER, ACK, 1000);
	say(&fixture, &mail, SIDE_NETWORK, ACK, 500);
	assert_int_equal(fixture_subscriber(&fixture, "10.0.0.1", 128, 0)->open_sessions, 0);
	fixture_wait(&fixture, SWEEP_SESSIONS_MS + 100, 100);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 7).bytes, 1500);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 7).sessions, 0);
	fixture_stop(&fixture);
}

static void
who_is_exempt_is_not_measured_and_who_is_blocked_is_refused_in_usage(void **state)
{
	const struct blob_override exempt = OVERRIDE(1, POLICY_NONE, POLICY_NONE, .exempt = {3}),
				   blocked = OVERRIDE(1, POLICY_NONE, POLICY_NONE, .blocked = {2});
	struct talk web = fixture_talk("10.0.0.1", 2000, 80);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	apply(&fixture, &exempt);
	say(&fixture, &web, SIDE_SUBSCRIBER, SYN, 100);
	fixture_wait(&fixture, SWEEP_SESSIONS_MS + 100, 100);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 8).sessions, 0);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 8).bytes, 0);
	apply(&fixture, &blocked);
	for (web.subscriber_port = 3000; web.subscriber_port < 3004; web.subscriber_port++)
		say(&fixture, &web, SIDE_SUBSCRIBER, SYN, 100);
	assert_int_equal(usage_of(&fixture, "10.0.0.1", 8).refused, 4);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_adds_its_frames_both_ways_within_a_sweep_of_all_sessions),
		cmocka_unit_test(what_is_not_swept_yet_is_added_when_the_entry_makes_room_or_overflows),
		cmocka_unit_test(refused_attempts_are_usage_and_refused_frames_are_not),
		cmocka_unit_test(a_session_joined_in_the_middle_adds_bytes_and_is_none_that_was_opened),
		cmocka_unit_test(who_is_exempt_is_not_measured_and_who_is_blocked_is_refused_in_usage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

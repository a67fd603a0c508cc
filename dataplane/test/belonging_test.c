// SPDX-License-Identifier: Apache-2.0
// pipeline.c: who a session belongs to, and which services and quotas it is in.

#include "pipeline.h"

#include "fixture.h"
#include "test.h"

#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

static void
subscribers_of_ipv6_are_the_prefixes_of_their_group(void **state)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("2001:db8::/32", 0), prefix_of("2001:db9::/32", 1),
				       prefix_of("2001:dba::/32", 2)),
		.groups = LIST(blob_group, {.prefix_length = 64}, {.prefix_length = 128}, {.prefix_length = 56}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, PERIOD_MS)),
	};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	assert_int_equal(fixture_open(&fixture, "2001:db8:0:1::1", 1, 25), VERDICT_FORWARD);
	fixture_assert_quota(&fixture, "2001:db8:0:1:ffff::", 25, 2, 1);
	fixture_assert_quota(&fixture, "2001:db8:0:2::1", 25, 4, 2);
	fixture_assert_quota(&fixture, "2001:db9:0:1::1", 25, 1, 2);
	fixture_assert_quota(&fixture, "2001:db9:0:1::2", 25, 1, 2);
	assert_int_equal(fixture_open(&fixture, "2001:dba:0:100::1", 1, 25), VERDICT_FORWARD);
	fixture_assert_quota(&fixture, "2001:dba:0:1ff::1", 25, 2, 1);
	fixture_assert_quota(&fixture, "2001:dba:0:200::1", 25, 4, 2);
	assert_non_null(fixture_subscriber(&fixture, "2001:db8:0:1::", 64, 0));
	assert_non_null(fixture_subscriber(&fixture, "2001:db9:0:1::2", 128, 0));
	assert_non_null(fixture_subscriber(&fixture, "2001:dba:0:100::", 56, 0));
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), 6);
	fixture_stop(&fixture);
}

static void
one_address_under_two_tags_is_two_subscribers(void **state)
{
	static const struct frame_tag tags[][FRAME_TAGS] = {
		{{0}},
		{{0x8100, 5}},
		{{0x8100, 6}},
		{{0x88a8, 5}, {0x8100, 6}},
		{{0x88a8, 6}, {0x8100, 5}},
		{{0x88a8, 6}, {0x8100, 6}},
	};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 3, PERIOD_MS);
	for (size_t t = 0; t < LENGTH(tags); t++) {
		struct talk talk = fixture_talk("10.0.0.1", 1, 25);
		memcpy(talk.tags, tags[t], sizeof(talk.tags));
		for (uint32_t sequence = 1; sequence <= 4; sequence++)
			assert_int_equal(fixture_up(&fixture, &talk, SYN, sequence),
					 sequence <= 3 ? VERDICT_FORWARD : VERDICT_REFUSE);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), LENGTH(tags));
	fixture_stop(&fixture);
}

static void
the_longest_group_prefix_gives_the_package(void **state)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("10.1.0.0/16", 1)),
		.groups = LIST(blob_group, {.template_number = 3, .prefix_length = 64},
			       {.template_number = 4, .package = 1, .prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}, {.detector = 1, .detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, PERIOD_MS), BLOCKING(2, 0, 5, PERIOD_MS)),
	};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 2);
	fixture_assert_quota(&fixture, "10.1.0.1", 25, 1, 5);
	assert_int_equal(fixture_subscriber(&fixture, "10.0.0.1", 128, 0)->number, 3);
	assert_int_equal(fixture_subscriber(&fixture, "10.1.0.1", 128, 0)->number, 4);
	for (uint16_t port = 1; port < 20; port++)
		assert_int_equal(fixture_open(&fixture, "11.0.0.1", port, 25), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), 2);
	fixture_stop(&fixture);
}

static void
a_scan_from_the_network_makes_no_subscriber_and_the_first_answer_does(void **state)
{
	static const struct {
		uint8_t protocol, scan, answer;
	} rows[] = {{POLICY_TCP, SYN, SYN_ACK}, {POLICY_TCP, ACK, ACK}, {POLICY_TCP, SYN, RST}, {POLICY_UDP, 0, 0}};

	(void)state;
	for (size_t r = 0; r < LENGTH(rows); r++) {
		struct talk scan = fixture_talk("10.0.0.1", 25, 40000);
		struct fixture fixture;
		scan.protocol = rows[r].protocol;
		fixture_start(&fixture, &size);
		fixture_apply_quota(&fixture, 3, PERIOD_MS);
		assert_int_equal(fixture_down(&fixture, &scan, rows[r].scan, 1), VERDICT_FORWARD);
		assert_int_equal(fixture_down(&fixture, &scan, ACK, 1), VERDICT_FORWARD);
		assert_null(fixture_subscriber(&fixture, "10.0.0.1", 128, 0));
		assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), 0);

		assert_int_equal(fixture_up(&fixture, &scan, rows[r].answer, 1), VERDICT_FORWARD);
		assert_non_null(fixture_subscriber(&fixture, "10.0.0.1", 128, 0));
		for (int i = 0; i < 5; i++)
			fixture_up(&fixture, &scan, ACK, 1);
		assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), 1);
		assert_false(fixture_session(&fixture, &scan)->unbound);
		fixture_stop(&fixture);
	}
}

// A service that the network opens, or either side: what comes to a known subscriber is counted on him.
static void
sessions_from_the_network_count_for_a_service_that_it_opens(void **state)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services =
			LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_NETWORK}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 3, PERIOD_MS)),
	};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	for (uint16_t port = 1; port <= 10; port++) {
		struct talk unknown = fixture_talk("10.0.0.2", 25, port);
		assert_int_equal(fixture_down(&fixture, &unknown, SYN, 1), VERDICT_FORWARD);
	}
	fixture_open(&fixture, "10.0.0.1", 1, 80);
	for (uint16_t port = 1; port <= 10; port++) {
		struct talk known = fixture_talk("10.0.0.1", 25, port);
		assert_int_equal(fixture_down(&fixture, &known, SYN, 1), port <= 3 ? VERDICT_FORWARD : VERDICT_REFUSE);
	}
	fixture_stop(&fixture);
}

static void
exchanges_of_udp_are_sessions(void **state)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service,
				 {.port_ranges = 1, .protocol = POLICY_UDP, .initiator = INITIATOR_SUBSCRIBER}),
		.port_ranges = LIST(blob_port_range, {53, 53}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 3, 5000)),
	};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	for (uint16_t port = 1; port <= 5; port++) {
		struct talk talk = fixture_talk("10.0.0.1", port, 53);
		enum verdict wanted = port <= 3 ? VERDICT_FORWARD : VERDICT_REFUSE;
		talk.protocol = POLICY_UDP;
		for (int packet = 0; packet < 3; packet++) {
			assert_int_equal(fixture_up(&fixture, &talk, 0, 0), wanted);
			assert_int_equal(fixture_down(&fixture, &talk, 0, 0), wanted);
		}
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 3);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 2);
	fixture.now_ms += 5000;
	// The first packet of a refused exchange after the period opens it, and counts.
	for (uint16_t port = 4; port <= 9; port++) {
		struct talk talk = fixture_talk("10.0.0.1", port, 53);
		talk.protocol = POLICY_UDP;
		assert_int_equal(fixture_up(&fixture, &talk, 0, 0), port <= 6 ? VERDICT_FORWARD : VERDICT_REFUSE);
	}
	fixture_stop(&fixture);
}

static void
two_services_have_two_quotas_and_a_session_in_both_obeys_both(void **state)
{
	// 0: all of port 25, 1: what of it is off-net
	const struct policy_parts parts = {
		.zone_prefixes = LIST(blob_prefix, prefix_of("192.0.2.0/24", 5)),
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP},
				 {.port_ranges = 1, .protocol = POLICY_TCP, .zone_rule = ZONE_EXCLUDE, .zone = 5}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 2}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 8, PERIOD_MS), BLOCKING(2, 1, 3, PERIOD_MS)),
	};
	struct talk home = {"10.0.0.1", "192.0.2.25", 100, 25, 0, {{0}}};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply(&fixture, &parts);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 3);
	for (uint32_t sequence = 1; sequence <= 6; sequence++)
		assert_int_equal(fixture_up(&fixture, &home, SYN, sequence),
				 sequence <= 5 ? VERDICT_FORWARD : VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 2);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subscribers_of_ipv6_are_the_prefixes_of_their_group),
		cmocka_unit_test(one_address_under_two_tags_is_two_subscribers),
		cmocka_unit_test(the_longest_group_prefix_gives_the_package),
		cmocka_unit_test(a_scan_from_the_network_makes_no_subscriber_and_the_first_answer_does),
		cmocka_unit_test(sessions_from_the_network_count_for_a_service_that_it_opens),
		cmocka_unit_test(exchanges_of_udp_are_sessions),
		cmocka_unit_test(two_services_have_two_quotas_and_a_session_in_both_obeys_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

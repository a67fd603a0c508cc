// SPDX-License-Identifier: Apache-2.0
// pipeline.c: bursts in order, changed policies, and what is no session.

#include "pipeline.h"

#include "fixture.h"
#include "test.h"

#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

struct quota_policy {
	uint32_t detector, threshold;
	uint16_t port;
};

static void
apply(struct fixture *fixture, struct quota_policy quota)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {quota.port, quota.port}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, BLOCKING(quota.detector, 0, quota.threshold, PERIOD_MS)),
	};

	fixture_apply(fixture, &parts);
}

static void
a_changed_policy_keeps_windows_by_the_detectors_id(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	apply(&fixture, (struct quota_policy){1, 10, 25});
	for (uint16_t port = 1; port <= 4; port++)
		fixture_open(&fixture, "10.0.0.1", port, 25);
	// The same detector with a smaller quota: four are counted.
	apply(&fixture, (struct quota_policy){1, 6, 25});
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 5, 2);
	// A larger one: six are counted, and who was refused may go on.
	apply(&fixture, (struct quota_policy){1, 8, 25});
	assert_int_equal(fixture_open(&fixture, "10.0.0.1", 7, 25), VERDICT_FORWARD);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 8, 1);
	// Another detector counts from nothing.
	apply(&fixture, (struct quota_policy){2, 3, 25});
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 9, 3);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches) - FIXTURE_COUNTER(&fixture, breaches_ended), 1);
	fixture_stop(&fixture);
}

static void
an_open_session_gets_the_terms_of_a_new_policy(void **state)
{
	struct talk talk = fixture_talk("10.0.0.1", 1, 25);
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	apply(&fixture, (struct quota_policy){1, 1, 25});
	fixture_up(&fixture, &talk, SYN, 1);
	assert_int_equal(fixture_session(&fixture, &talk)->counted, 1);
	apply(&fixture, (struct quota_policy){1, 1, 80});
	assert_int_equal(fixture_session(&fixture, &talk)->counted, 1);
	assert_int_equal(fixture_down(&fixture, &talk, SYN_ACK, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_session(&fixture, &talk)->counted, 0);
	apply(&fixture, (struct quota_policy){1, 1, 25});
	assert_int_equal(fixture_up(&fixture, &talk, ACK, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_session(&fixture, &talk)->counted, 1);
	// Also by data alone, when there is nothing else left to decide.
	apply(&fixture, (struct quota_policy){1, 1, 80});
	assert_int_equal(fixture_down(&fixture, &talk, ACK, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_session(&fixture, &talk)->counted, 0);
	// What was decided when it opened stands: it is counted once.
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 1);
	fixture_stop(&fixture);
}

static void
what_is_no_session_passes_unjudged(void **state)
{
	struct fixture fixture;
	uint8_t verdicts[BURST_MAX];
	struct packet packets[BURST_MAX];
	struct talk talk = fixture_talk("10.0.0.1", 1, 25);

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 1, PERIOD_MS);
	fixture_assert_quota(&fixture, "10.0.0.1", 25, 1, 1);
	for (int i = 0; i < BURST_MAX; i++) {
		packets[i] = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 7);
		packets[i].kind = (uint8_t[]){PACKET_OTHER, PACKET_MALFORMED, PACKET_IP, PACKET_TCP}[i % 4];
	}
	fixture_burst(&fixture, packets, BURST_MAX, verdicts);
	for (int i = 0; i < BURST_MAX; i++)
		assert_int_equal(verdicts[i], i % 4 == 3 ? VERDICT_REFUSE : VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, malformed), BURST_MAX / 4);
	fixture_stop(&fixture);
}

static void
a_whole_handshake_in_one_burst_is_one_session(void **state)
{
	struct talk talk = fixture_talk("10.0.0.1", 1, 25);
	struct packet packets[] = {
		fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 1),  fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 1),
		fixture_packet(&talk, SIDE_NETWORK, SYN_ACK, 1), fixture_packet(&talk, SIDE_SUBSCRIBER, ACK, 2),
		fixture_packet(&talk, SIDE_SUBSCRIBER, ACK, 2),
	};
	uint8_t verdicts[LENGTH(packets)];
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 10, PERIOD_MS);
	fixture_burst(&fixture, packets, LENGTH(packets), verdicts);
	for (size_t i = 0; i < LENGTH(packets); i++)
		assert_int_equal(verdicts[i], VERDICT_FORWARD);
	assert_int_equal(fixture_session(&fixture, &talk)->state, SESSION_ESTABLISHED);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, retransmissions), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_joined), 0);
	fixture_stop(&fixture);
}

static void
a_burst_is_judged_in_order(void **state)
{
	struct packet packets[BURST_MAX];
	uint8_t verdicts[BURST_MAX];
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 10, PERIOD_MS);
	for (uint16_t i = 0; i < BURST_MAX; i++) {
		struct talk talk = fixture_talk(i % 3 == 2 ? "10.0.0.2" : "10.0.0.1", 100 + i, 25);
		packets[i] = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, i);
	}
	fixture_burst(&fixture, packets, BURST_MAX, verdicts);
	for (unsigned i = 0, opened[2] = {0}; i < BURST_MAX; i++)
		assert_int_equal(verdicts[i], opened[i % 3 == 2]++ < 10 ? VERDICT_FORWARD : VERDICT_REFUSE);
	fixture_stop(&fixture);
}

// The entry that a packet's look-up was begun for is evicted by an earlier packet of the burst.
static void
a_session_evicted_in_the_burst_is_not_found_again(void **state)
{
	const struct engine_size tiny = {.workers = 1, .sessions = 8, .subscribers = 10, .watches = 10, .detectors = 4};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &tiny);
	fixture_apply_quota(&fixture, 1000, PERIOD_MS);
	for (uint16_t round = 0; round < 200; round++) {
		struct packet packets[16];
		uint8_t verdicts[16];
		for (uint16_t i = 0; i < 8; i++) {
			struct talk old = fixture_talk("10.0.0.1", (uint16_t)(16 * round + i), 25);
			struct talk new = fixture_talk("10.0.0.1", (uint16_t)(16 * round + 8 + i), 25);
			fixture_up(&fixture, &old, SYN, 1);
			fixture_up(&fixture, &old, RST, 1);
			packets[i] = fixture_packet(&new, SIDE_SUBSCRIBER, SYN, 1);
			packets[8 + i] = fixture_packet(&old, SIDE_NETWORK, ACK, 1);
		}
		fixture_burst(&fixture, packets, 16, verdicts);
		for (int i = 0; i < 16; i++)
			assert_int_equal(verdicts[i], VERDICT_FORWARD);
		uint32_t used = fixture.engine.pipelines[0].sessions.used;
		assert_true(used <= 8);
		assert_true(fixture_subscriber(&fixture, "10.0.0.1", 128, 0)->open_sessions <= used);
		fixture_wait(&fixture, 2 * session_idle_ms[SESSION_JOINED], 100000);
	}
	assert_true(FIXTURE_COUNTER(&fixture, sessions_evicted) > 100);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_changed_policy_keeps_windows_by_the_detectors_id),
		cmocka_unit_test(an_open_session_gets_the_terms_of_a_new_policy),
		cmocka_unit_test(what_is_no_session_passes_unjudged),
		cmocka_unit_test(a_whole_handshake_in_one_burst_is_one_session),
		cmocka_unit_test(a_burst_is_judged_in_order),
		cmocka_unit_test(a_session_evicted_in_the_burst_is_not_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// judge.c and signal_sessions.c: a detector that counts established sessions counts a handshake that was completed by who saw the
// other end's numbers, once, and no forgery.

#include "fixture.h"
#include "test.h"

#define QUOTA     3
#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

static void
apply(struct fixture *fixture, enum policy_count count)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, {.id = 1 + (uint32_t)count,
						  .threshold = QUOTA,
						  .period_ms = PERIOD_MS,
						  .signal = SIGNAL_SESSIONS,
						  .window = WINDOW_FIXED,
						  .actions = ACTION_BLOCK,
						  .count = (uint8_t)count}),
	};

	fixture_apply(fixture, &parts);
}

static void
start(struct fixture *fixture)
{
	fixture_start(fixture, &size);
	apply(fixture, COUNT_ESTABLISHED);
}

static enum verdict
say(struct fixture *fixture, const struct talk *talk, enum side side, uint8_t flags, uint32_t sequence,
    uint32_t acknowledgement)
{
	struct packet packet = fixture_packet(talk, side, flags, sequence);
	uint8_t verdict;

	packet.tcp_acknowledgement = acknowledgement;
	fixture_burst(fixture, &packet, 1, &verdict);
	return verdict;
}

// The numbers of a session's ends, from its subscriber's port.
static uint32_t
opening(const struct talk *talk)
{
	return 0xffffff00 + talk->subscriber_port;
}

static uint32_t
answer(const struct talk *talk)
{
	return UINT32_MAX - talk->subscriber_port % 2;
}

static enum verdict
open_only(struct fixture *fixture, const struct talk *talk)
{
	return say(fixture, talk, SIDE_SUBSCRIBER, SYN, opening(talk), 0);
}

static void
be_answered(struct fixture *fixture, const struct talk *talk)
{
	say(fixture, talk, SIDE_NETWORK, SYN_ACK, answer(talk), opening(talk) + 1);
}

static void
acknowledge(struct fixture *fixture, const struct talk *talk)
{
	say(fixture, talk, SIDE_SUBSCRIBER, ACK, opening(talk) + 1, answer(talk) + 1);
}

// Signals that the subscriber's detector has counted: what is left of the quota tells.
static void
assert_counted(struct fixture *fixture, const char *subscriber, unsigned counted)
{
	struct talk talk = fixture_talk(subscriber, 5000, 25);

	for (; counted < QUOTA; counted++, talk.subscriber_port++) {
		assert_int_equal(open_only(fixture, &talk), VERDICT_FORWARD);
		be_answered(fixture, &talk);
		acknowledge(fixture, &talk);
	}
	assert_int_equal(open_only(fixture, &talk), VERDICT_REFUSE);
}

static void
a_handshake_counts_once_when_it_is_complete(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 2; port++) {
		struct talk talk = fixture_talk("10.0.0.1", port, 25);
		assert_int_equal(open_only(&fixture, &talk), VERDICT_FORWARD);
		assert_int_equal(open_only(&fixture, &talk), VERDICT_FORWARD);
		be_answered(&fixture, &talk);
		be_answered(&fixture, &talk);
		for (int i = 0; i < 3; i++)
			acknowledge(&fixture, &talk);
		be_answered(&fixture, &talk);
		acknowledge(&fixture, &talk);
	}
	assert_counted(&fixture, "10.0.0.1", 2);
	fixture_stop(&fixture);
}

static void
forged_openings_and_acknowledgements_count_nothing(void **state)
{
	struct talk flood = fixture_talk("10.0.0.1", 1, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (; flood.subscriber_port < 100; flood.subscriber_port++) {
		assert_int_equal(open_only(&fixture, &flood), VERDICT_FORWARD);
		// Before the answer, and after it by who did not see it.
		acknowledge(&fixture, &flood);
		be_answered(&fixture, &flood);
		say(&fixture, &flood, SIDE_SUBSCRIBER, ACK, opening(&flood) + 1, answer(&flood));
		say(&fixture, &flood, SIDE_SUBSCRIBER, ACK, opening(&flood) + 1, answer(&flood) + 2);
		say(&fixture, &flood, SIDE_SUBSCRIBER, RST, opening(&flood) + 1, answer(&flood) + 1);
		say(&fixture, &flood, SIDE_SUBSCRIBER, 0, opening(&flood) + 1, answer(&flood) + 1);
		// Nor does the other end complete it, or answer what was not asked.
		say(&fixture, &flood, SIDE_NETWORK, ACK, answer(&flood) + 1, answer(&flood) + 1);
		say(&fixture, &flood, SIDE_NETWORK, SYN_ACK, 7, opening(&flood) + 9);
		say(&fixture, &flood, SIDE_SUBSCRIBER, ACK, opening(&flood) + 1, 8);
	}
	assert_counted(&fixture, "10.0.0.1", 0);
	fixture_stop(&fixture);
}

// A host that sends rubbish first, or a reset that its server never sees, is counted all the same.
static void
a_subscriber_does_not_hide_his_handshake_behind_other_segments(void **state)
{
	struct talk early = fixture_talk("10.0.0.1", 1, 25), reset = fixture_talk("10.0.0.1", 2, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	open_only(&fixture, &early);
	say(&fixture, &early, SIDE_SUBSCRIBER, ACK, opening(&early) + 1, 12345);
	assert_int_equal(fixture_session(&fixture, &early)->state, SESSION_ESTABLISHED);
	be_answered(&fixture, &early);
	acknowledge(&fixture, &early);
	open_only(&fixture, &reset);
	be_answered(&fixture, &reset);
	say(&fixture, &reset, SIDE_SUBSCRIBER, RST, opening(&reset) + 1, 0);
	assert_int_equal(fixture_session(&fixture, &reset)->state, SESSION_CLOSED);
	acknowledge(&fixture, &reset);
	assert_counted(&fixture, "10.0.0.1", 2);
	fixture_stop(&fixture);
}

static enum verdict
acknowledge_in_fragments(struct fixture *fixture, const struct talk *talk, enum side side, bool tiny)
{
	struct packet packet = fixture_packet(talk, side, tiny ? SYN : ACK, opening(talk) + 1);
	uint8_t verdict;

	packet.fragment_id = 7;
	packet.first_fragment = true;
	packet.evasive = tiny;
	fixture_burst(fixture, &packet, 1, &verdict);
	return verdict;
}

static void
an_acknowledgement_that_a_fragment_hides_does_not_reach_the_server(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 2; port++) {
		struct talk talk = fixture_talk("10.0.0.1", port, 25);
		open_only(&fixture, &talk);
		be_answered(&fixture, &talk);
		assert_int_equal(acknowledge_in_fragments(&fixture, &talk, SIDE_NETWORK, false), VERDICT_FORWARD);
		assert_int_equal(acknowledge_in_fragments(&fixture, &talk, SIDE_SUBSCRIBER, port == 1), VERDICT_REFUSE);
		acknowledge(&fixture, &talk);
		assert_int_equal(acknowledge_in_fragments(&fixture, &talk, SIDE_SUBSCRIBER, false), VERDICT_FORWARD);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, evasive), 2);
	assert_counted(&fixture, "10.0.0.1", 2);
	fixture_stop(&fixture);
}

// To count it would let a neighbour's forgery block him; to pass it would let him open sessions that are not followed.
static void
a_packet_whose_ports_are_hidden_is_refused_and_not_counted(void **state)
{
	struct talk talk = fixture_talk("10.0.0.1", 1, 25), stranger = fixture_talk("192.0.2.1", 1, 25);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (int i = 0; i < 2 * QUOTA; i++) {
		struct packet packets[] = {fixture_packet(&talk, SIDE_SUBSCRIBER, 0, 0),
					   fixture_packet(&talk, SIDE_NETWORK, 0, 0),
					   fixture_packet(&stranger, SIDE_SUBSCRIBER, 0, 0)};
		uint8_t verdicts[3];
		for (int p = 0; p < 3; p++) {
			packets[p].kind = PACKET_EVASIVE;
			packets[p].evasive = true;
		}
		fixture_burst(&fixture, packets, 3, verdicts);
		assert_int_equal(verdicts[0], VERDICT_REFUSE);
		assert_int_equal(verdicts[1], VERDICT_FORWARD);
		assert_int_equal(verdicts[2], VERDICT_FORWARD);
	}
	assert_counted(&fixture, "10.0.0.1", 0);
	fixture_stop(&fixture);
}

static void
a_session_joined_or_opened_under_another_policy_is_not_counted(void **state)
{
	struct talk joined = fixture_talk("10.0.0.1", 1, 25), older = fixture_talk("10.0.0.1", 2, 25);
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	apply(&fixture, COUNT_ATTEMPTS);
	open_only(&fixture, &older);
	be_answered(&fixture, &older);
	apply(&fixture, COUNT_ESTABLISHED);
	acknowledge(&fixture, &older);
	be_answered(&fixture, &joined);
	acknowledge(&fixture, &joined);
	assert_counted(&fixture, "10.0.0.1", 0);
	fixture_stop(&fixture);
}

// Whatever the number of sessions in flight, each that passed its SYN goes on.
static void
handshakes_in_flight_at_the_breach_are_counted_and_go_on(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 2 * QUOTA; port++) {
		struct talk talk = fixture_talk("10.0.0.1", port, 25);
		assert_int_equal(open_only(&fixture, &talk), VERDICT_FORWARD);
		be_answered(&fixture, &talk);
	}
	for (uint16_t port = 1; port <= 2 * QUOTA; port++) {
		struct talk talk = fixture_talk("10.0.0.1", port, 25);
		acknowledge(&fixture, &talk);
		assert_int_equal(say(&fixture, &talk, SIDE_SUBSCRIBER, ACK, 3, 4), VERDICT_FORWARD);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 1);
	assert_counted(&fixture, "10.0.0.1", QUOTA);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_counts_once_when_it_is_complete),
		cmocka_unit_test(forged_openings_and_acknowledgements_count_nothing),
		cmocka_unit_test(a_subscriber_does_not_hide_his_handshake_behind_other_segments),
		cmocka_unit_test(an_acknowledgement_that_a_fragment_hides_does_not_reach_the_server),
		cmocka_unit_test(a_packet_whose_ports_are_hidden_is_refused_and_not_counted),
		cmocka_unit_test(a_session_joined_or_opened_under_another_policy_is_not_counted),
		cmocka_unit_test(handshakes_in_flight_at_the_breach_are_counted_and_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

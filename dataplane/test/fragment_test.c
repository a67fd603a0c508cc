// SPDX-License-Identifier: Apache-2.0
// Fragments and what hides its ports: later fragments follow the first, and hiding is no way past a quota.

#include "fragment_table.h"

#include "fixture.h"
#include "test.h"

#define PERIOD_MS 60000
#define QUOTA     3
#define FATE_MS   30000
#define ENTRIES   4096 // of the fragment table
#define TCP       6
#define UDP       17

#define FIRST 0x2000 // more fragments
#define FLAGS 0x0001 // the last, at TCP's flags
#define REST  0x0005 // the last, behind TCP's header

static const struct engine_size size = {
	.workers = 1, .sessions = 9000, .subscribers = 100, .watches = 100, .detectors = 4};

static const struct frame_spec mail = {
	.source = "10.0.0.1",
	.destination = "198.51.100.25",
	.source_port = 1000,
	.destination_port = 25,
	.protocol = TCP,
};

static void
start(struct fixture *fixture)
{
	fixture_start(fixture, &size);
	fixture_apply_quota(fixture, QUOTA, PERIOD_MS);
}

// `cut`: bytes behind the IPv4 header; 0: all.
static enum verdict
judge(struct fixture *fixture, const struct frame_spec *spec, uint32_t cut)
{
	struct frame frame;
	struct packet packet;
	uint8_t verdict;

	frame_build(&frame, spec);
	uint32_t length = cut == 0 ? frame.length : frame.transport + cut;
	if (cut != 0)
		frame.bytes[frame.network + 3] = (uint8_t)(length - frame.network);
	memset(&packet, 0xa5, sizeof(packet));
	packet_parse(&packet, frame.bytes, length, length, 0, SIDE_SUBSCRIBER);
	fixture_burst(fixture, &packet, 1, &verdict);
	return verdict;
}

// Fragment `fragment` of datagram `id` of the segment; `cut` as above.
static enum verdict
judge_fragment(struct fixture *fixture, const struct frame_spec *segment, uint16_t id, uint16_t fragment, uint32_t cut)
{
	struct frame_spec spec = *segment;

	spec.fragment_id = id;
	spec.fragment = fragment;
	spec.payload = 24;
	return judge(fixture, &spec, cut);
}

// A SYN from this port in fragments: its ports in the first, its flags in the second.
static enum verdict
open_tiny(struct fixture *fixture, uint16_t port)
{
	struct frame_spec segment = mail;

	segment.source_port = port;
	segment.tcp_flags = TCP_SYN;
	segment.tcp_sequence = port;
	enum verdict first = judge_fragment(fixture, &segment, port, FIRST, 8);
	assert_int_equal(judge_fragment(fixture, &segment, port, FLAGS, 0), first);
	return first;
}

static void
block(struct fixture *fixture, const char *subscriber)
{
	fixture_assert_quota(fixture, subscriber, 25, 1, QUOTA);
}

static void
later_fragments_follow_the_first(void **state)
{
	struct frame_spec refused = mail, passed = mail;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	block(&fixture, "10.0.0.1");
	refused.source_port = QUOTA + 1;
	passed.source_port = QUOTA;
	for (uint16_t id = 1; id < 100; id++) {
		const struct frame_spec *segment = id % 2 ? &refused : &passed;
		enum verdict verdict = id % 2 ? VERDICT_REFUSE : VERDICT_FORWARD;
		assert_int_equal(judge_fragment(&fixture, segment, id, FIRST, 0), verdict);
		assert_int_equal(judge_fragment(&fixture, segment, id, REST | FIRST, 0), verdict);
		assert_int_equal(judge_fragment(&fixture, segment, id, REST + 3, 0), verdict);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, fragments), 2 * 99);
	assert_int_equal(FIXTURE_COUNTER(&fixture, evasive), 0);
	fixture_stop(&fixture);
}

static void
a_later_fragment_of_which_nothing_is_known_passes(void **state)
{
	struct frame_spec refused = mail;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	block(&fixture, "10.0.0.1");
	refused.source_port = QUOTA + 1;
	// Overtaken by the second, which helps nobody: the first is refused.
	assert_int_equal(judge_fragment(&fixture, &refused, 7, REST, 0), VERDICT_FORWARD);
	assert_int_equal(judge_fragment(&fixture, &refused, 7, FIRST, 0), VERDICT_REFUSE);
	fixture.now_ms += FATE_MS - 1;
	assert_int_equal(judge_fragment(&fixture, &refused, 7, REST, 0), VERDICT_REFUSE);
	fixture.now_ms += 1;
	assert_int_equal(judge_fragment(&fixture, &refused, 7, REST, 0), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

static void
a_datagram_that_passes_does_not_inherit_an_earlier_ones_fate(void **state)
{
	struct frame_spec refused = mail, passed = mail;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	block(&fixture, "10.0.0.1");
	refused.source_port = QUOTA + 1;
	passed.source_port = QUOTA;
	assert_int_equal(judge_fragment(&fixture, &refused, 7, FIRST, 0), VERDICT_REFUSE);
	assert_int_equal(judge_fragment(&fixture, &passed, 7, FIRST, 0), VERDICT_FORWARD);
	assert_int_equal(judge_fragment(&fixture, &passed, 7, REST, 0), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

static void
a_syn_whose_flags_are_hidden_counts_and_is_refused_like_any_other(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= QUOTA; port++)
		assert_int_equal(open_tiny(&fixture, port), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 1);
	assert_int_equal(open_tiny(&fixture, QUOTA + 1), VERDICT_REFUSE);
	assert_int_equal(fixture_open(&fixture, "10.0.0.1", QUOTA + 2, 25), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), QUOTA);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_refused), 2);
	assert_int_equal(FIXTURE_COUNTER(&fixture, evasive), 2 * (QUOTA + 1));
	fixture.now_ms += PERIOD_MS;
	assert_int_equal(open_tiny(&fixture, QUOTA + 1), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

// RFC 3128: the first fragment is a harmless segment, the second would make it a SYN.
static void
a_fragment_that_overlays_the_flags_is_refused_for_a_subscriber(void **state)
{
	struct frame_spec segment = mail, stranger = mail;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	segment.tcp_flags = TCP_ACK;
	assert_int_equal(judge_fragment(&fixture, &segment, 7, FIRST, 0), VERDICT_FORWARD);
	assert_int_equal(judge_fragment(&fixture, &segment, 7, FLAGS, 0), VERDICT_REFUSE);
	assert_int_equal(judge_fragment(&fixture, &segment, 8, FLAGS, 0), VERDICT_REFUSE);
	stranger.source = "192.0.2.1";
	assert_int_equal(judge_fragment(&fixture, &stranger, 7, FLAGS, 0), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, evasive), 3);
	fixture_stop(&fixture);
}

// A TCP header that the parser may not read to: behind 248 bytes of options.
static enum verdict
judge_hidden(struct fixture *fixture, const char *source, const char *destination, enum side side)
{
	const struct frame_spec spec = {
		.source = source,
		.destination = destination,
		.source_port = 1000,
		.destination_port = 25,
		.protocol = TCP,
		.tcp_flags = TCP_SYN,
		.extensions = {{60, 248, 0}},
	};
	struct frame frame;
	struct packet packet;
	uint8_t verdict;

	frame_build(&frame, &spec);
	memset(&packet, 0xa5, sizeof(packet));
	packet_parse(&packet, frame.bytes, PACKET_CONTIGUOUS, frame.length, 0, side);
	assert_int_equal(packet.kind, PACKET_EVASIVE);
	fixture_burst(fixture, &packet, 1, &verdict);
	return verdict;
}

static void
a_packet_whose_ports_are_hidden_counts_as_an_opening(void **state)
{
	static const char hider[] = "2001:db8:1:2::3", server[] = "2001:db9:ffff::25";
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (int i = 0; i < QUOTA; i++)
		assert_int_equal(judge_hidden(&fixture, hider, server, SIDE_SUBSCRIBER), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 1);
	assert_int_equal(judge_hidden(&fixture, hider, server, SIDE_SUBSCRIBER), VERDICT_REFUSE);
	assert_int_equal(fixture_open(&fixture, hider, 7, 25), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, evasive), QUOTA + 1);
	// Nobody else is touched, and what comes to him he did not hide.
	assert_int_equal(judge_hidden(&fixture, "2001:db8:1:3::3", server, SIDE_SUBSCRIBER), VERDICT_FORWARD);
	assert_int_equal(judge_hidden(&fixture, server, hider, SIDE_NETWORK), VERDICT_FORWARD);
	assert_int_equal(judge_hidden(&fixture, server, server, SIDE_SUBSCRIBER), VERDICT_FORWARD);
	fixture.now_ms += PERIOD_MS;
	assert_int_equal(judge_hidden(&fixture, hider, server, SIDE_SUBSCRIBER), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

static void
a_datagram_of_another_protocol_does_not_inherit_a_refused_ones_fate(void **state)
{
	struct frame_spec refused = {
		.source = "2001:db8:1:2::3",
		.destination = "2001:db9:ffff::25",
		.source_port = 1000,
		.destination_port = 25,
		.protocol = TCP,
		.tcp_flags = TCP_SYN,
		.extensions = {{44, 8, 1}},
	};
	struct frame_spec echo = refused, rest = refused;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	block(&fixture, refused.source);
	assert_int_equal(judge(&fixture, &refused, 0), VERDICT_REFUSE);
	rest.extensions[0].offset = 64;
	assert_int_equal(judge(&fixture, &rest, 0), VERDICT_REFUSE);
	echo.protocol = 58;
	assert_int_equal(judge(&fixture, &echo, 0), VERDICT_FORWARD);
	assert_int_equal(judge(&fixture, &rest, 0), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

// A blocked subscriber's datagrams, each begun and not ended.
static void
a_flood_of_first_fragments_forgets_its_own_and_counts_them(void **state)
{
	struct frame_spec refused = mail, passed = mail;
	struct fixture fixture;
	uint32_t leaked = 0;

	(void)state;
	start(&fixture);
	block(&fixture, "10.0.0.1");
	refused.source_port = QUOTA + 1;
	for (uint32_t i = 0; i < 4 * ENTRIES; i++) {
		assert_int_equal(judge_fragment(&fixture, &refused, (uint16_t)(i + 1), FIRST, 0), VERDICT_REFUSE);
		fixture.now_ms += i % 8 == 0;
	}
	for (uint32_t i = 0; i < 4 * ENTRIES; i++)
		leaked += judge_fragment(&fixture, &refused, (uint16_t)(i + 1), REST, 0) == VERDICT_FORWARD;
	assert_int_equal(FIXTURE_COUNTER(&fixture, fragments_displaced), leaked);
	assert_in_range(leaked, 3 * ENTRIES, 3 * ENTRIES + ENTRIES / 8);
	// Of others nothing is in the table, and nothing can be forgotten.
	passed.source = "10.0.0.2";
	passed.protocol = UDP;
	assert_int_equal(judge_fragment(&fixture, &passed, 7, FIRST, 0), VERDICT_FORWARD);
	assert_int_equal(judge_fragment(&fixture, &passed, 7, REST, 0), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, fragments_displaced), leaked);
	fixture.now_ms += PERIOD_MS;
	fixture_assert_quota(&fixture, "10.0.0.2", 25, 1, QUOTA);
	fixture_stop(&fixture);
}

static void
fragments_of_two_subscribers_with_one_address_are_told_apart(void **state)
{
	struct frame_spec refused = mail, other = mail;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	block(&fixture, "10.0.0.1");
	refused.source_port = QUOTA + 1;
	other.tags[0] = (struct frame_tag){0x8100, 7};
	assert_int_equal(judge_fragment(&fixture, &refused, 7, FIRST, 0), VERDICT_REFUSE);
	assert_int_equal(judge_fragment(&fixture, &other, 7, REST, 0), VERDICT_FORWARD);
	assert_int_equal(judge_fragment(&fixture, &refused, 7, REST, 0), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
what_has_no_ports_is_counted_by_what_it_is(void **state)
{
	const uint8_t protocols[] = {1, 4, 41, 47, 50, 132};
	struct frame_spec spec = mail;
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (size_t i = 0; i < LENGTH(protocols); i++) {
		spec.protocol = protocols[i];
		assert_int_equal(judge(&fixture, &spec, 0), VERDICT_FORWARD);
	}
	spec.labels = 9;
	assert_int_equal(judge(&fixture, &spec, 0), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, tunnels), 4);
	assert_int_equal(FIXTURE_COUNTER(&fixture, not_ip), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 0);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_fragments_follow_the_first),
		cmocka_unit_test(a_later_fragment_of_which_nothing_is_known_passes),
		cmocka_unit_test(a_datagram_that_passes_does_not_inherit_an_earlier_ones_fate),
		cmocka_unit_test(a_syn_whose_flags_are_hidden_counts_and_is_refused_like_any_other),
		cmocka_unit_test(a_fragment_that_overlays_the_flags_is_refused_for_a_subscriber),
		cmocka_unit_test(a_packet_whose_ports_are_hidden_counts_as_an_opening),
		cmocka_unit_test(a_datagram_of_another_protocol_does_not_inherit_a_refused_ones_fate),
		cmocka_unit_test(a_flood_of_first_fragments_forgets_its_own_and_counts_them),
		cmocka_unit_test(fragments_of_two_subscribers_with_one_address_are_told_apart),
		cmocka_unit_test(what_has_no_ports_is_counted_by_what_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

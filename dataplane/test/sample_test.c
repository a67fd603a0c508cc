// SPDX-License-Identifier: Apache-2.0
// sample.c: which packets a filter chooses, and what a sample says of a packet.

#include "sample.h"

#include "policy_parts.h"
#include "smtp.h"

static struct packet
packet_with(const char *subscriber, const char *network, uint16_t subscriber_port, uint8_t protocol)
{
	const struct talk talk = {subscriber, network, subscriber_port, 25, protocol, {{0}}};

	return fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 1);
}

static struct sample_filter
prefix_filter(const char *prefix)
{
	const struct blob_prefix parsed = prefix_of(prefix, 0);

	return (struct sample_filter){.address = parsed.address, .prefix_length = (uint8_t)parsed.length};
}

static void
each_field_that_is_set_must_match(void **state)
{
	const struct packet tcp = packet_with("10.0.0.5", "198.51.100.25", 4000, 6);
	const struct packet udp = packet_with("2001:db8:1::5", "2001:db8:25::1", 4000, 17);
	const struct packet other = {.kind = PACKET_OTHER, .link = 1, .side = SIDE_NETWORK};
	const struct {
		struct sample_filter filter;
		bool tcp, udp, other;
	} cases[] = {
		{{.port = 0}, true, true, true},
		{prefix_filter("10.0.0.5/32"), true, false, false},
		{prefix_filter("10.0.0.6/32"), false, false, false},
		{prefix_filter("198.51.100.0/24"), true, false, false},
		{prefix_filter("2001:db8:25::/64"), false, true, false},
		{prefix_filter("2001:db8:1::/48"), false, true, false},
		{{.port = 25}, true, true, false},
		{{.port = 4000}, true, true, false},
		{{.port = 26}, false, false, false},
		{{.protocol = 6}, true, false, false},
		{{.protocol = 17, .port = 25}, false, true, false},
		{{.kinds = 1u << PACKET_OTHER}, false, false, true},
		{{.kinds = 1u << PACKET_TCP | 1u << PACKET_UDP}, true, true, false},
		{{.links = 1u << 1}, false, false, true},
		{{.links = 1u << 0, .protocol = 6}, true, false, false},
		{{.verdicts = 1u << SAMPLE_FORWARDED}, true, true, true},
		{{.verdicts = 1u << SAMPLE_DROPPED(DROP_refused)}, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct sample_filter *filter = &cases[i].filter;
		assert_int_equal(sample_filter_matches(filter, &tcp, SAMPLE_FORWARDED), cases[i].tcp);
		assert_int_equal(sample_filter_matches(filter, &udp, SAMPLE_FORWARDED), cases[i].udp);
		assert_int_equal(sample_filter_matches(filter, &other, SAMPLE_FORWARDED), cases[i].other);
		assert_null(sample_filter_check(filter));
	}
	const struct sample_filter refused = {.verdicts = 1u << SAMPLE_DROPPED(DROP_refused)};
	assert_true(sample_filter_matches(&refused, &tcp, SAMPLE_DROPPED(DROP_refused)));
}

static void
a_source_port_is_that_of_the_end_that_sent_the_packet(void **state)
{
	const struct sample_filter filter = {.source_ports = {67, 547}};
	const struct sample_filter one = {.source_ports = {67}};
	const struct {
		uint16_t subscriber_port, network_port;
		enum side side;
		bool both, first;
	} cases[] = {
		{68, 67, SIDE_NETWORK, true, true},      {546, 547, SIDE_NETWORK, true, false},
		{67, 68, SIDE_NETWORK, false, false},    {67, 68, SIDE_SUBSCRIBER, true, true},
		{68, 67, SIDE_SUBSCRIBER, false, false}, {68, 0, SIDE_NETWORK, false, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct packet packet = packet_with("10.0.0.5", "198.51.100.25", cases[i].subscriber_port, 17);
		packet.key.network_port = cases[i].network_port;
		packet.side = (uint8_t)cases[i].side;
		assert_int_equal(sample_filter_matches(&filter, &packet, SAMPLE_FORWARDED), cases[i].both);
		assert_int_equal(sample_filter_matches(&one, &packet, SAMPLE_FORWARDED), cases[i].first);
	}
	const struct packet portless = {.kind = PACKET_IP, .side = SIDE_NETWORK};
	assert_false(sample_filter_matches(&one, &portless, SAMPLE_FORWARDED));
}

static void
a_stranger_is_who_is_not_among_the_sources_on_the_network_side(void **state)
{
	struct sample_sources sources = {0};
	struct packet packet = packet_with("198.51.100.25", "198.51.100.25", 4000, 17);
	const struct packet other = {.kind = PACKET_OTHER, .side = SIDE_NETWORK};

	(void)state;
	packet.side = SIDE_NETWORK;
	assert_false(sample_from_stranger(&sources, &packet));
	sources.addresses[0] = address_of("198.51.100.24");
	assert_true(sample_from_stranger(&sources, &packet));
	sources.addresses[1] = address_of("198.51.100.25");
	assert_false(sample_from_stranger(&sources, &packet));
	assert_true(sample_from_stranger(&sources, &other));
	packet.side = SIDE_SUBSCRIBER;
	assert_true(sample_from_stranger(&sources, &packet));
	packet.side = SIDE_NETWORK;
	for (int s = 0; s < SAMPLE_SOURCES; s++)
		sources.addresses[s] = address_of("198.51.100.24");
	assert_true(sample_from_stranger(&sources, &packet));
	sources.addresses[SAMPLE_SOURCES - 1] = packet.key.network;
	assert_false(sample_from_stranger(&sources, &packet));
}

static void
a_prefix_that_is_none_is_refused(void **state)
{
	struct sample_filter filter = prefix_filter("10.0.0.0/8");

	(void)state;
	filter.prefix_length = 129;
	assert_non_null(sample_filter_check(&filter));
	filter.prefix_length = 96;
	assert_non_null(sample_filter_check(&filter));
	filter.prefix_length = 104;
	assert_null(sample_filter_check(&filter));
}

static void
a_sample_says_what_became_of_the_packets_session(void **state)
{
	struct fixture fixture;
	struct sample sample;
	struct pipeline *pipeline = &fixture.engine.pipelines[0];

	(void)state;
	start(&fixture);
	open_many(&fixture, 1, 10);
	for (uint16_t port = 10; port <= 11; port++) {
		const struct talk talk = smtp(port);
		struct packet packet = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, 1000u + port);
		uint8_t verdict;
		fixture_burst(&fixture, &packet, 1, &verdict);
		bool refused = port == 11;
		assert_int_equal(verdict, refused ? VERDICT_REFUSE : VERDICT_FORWARD);
		unsigned told = refused ? SAMPLE_DROPPED(DROP_refused) : SAMPLE_FORWARDED;
		sample_describe(&sample, pipeline, &packet, told);
		assert_int_equal(sample.state, refused ? SESSION_REFUSED : SESSION_SYN);
		assert_int_equal(sample.services, 1);
		assert_int_equal(sample.verdict, told);
		assert_int_equal(sample.kind, PACKET_TCP);
		assert_true(address_equal(&sample.subscriber, &packet.key.subscriber));
	}
	fixture_stop(&fixture);
}

static void
a_packet_without_owner_or_session_has_none_in_its_sample(void **state)
{
	struct fixture fixture;
	struct packet stranger = packet_with("10.0.0.5", "198.51.100.25", 4000, 6);
	struct packet other = {.kind = PACKET_OTHER};
	struct sample sample;

	(void)state;
	start(&fixture);
	memset(&other.key, 0xff, sizeof(other.key));
	memset(&sample, 0xff, sizeof(sample));
	sample_describe(&sample, &fixture.engine.pipelines[0], &other, SAMPLE_FORWARDED);
	assert_true(address_equal(&sample.subscriber, &(struct address){0}));
	assert_int_equal(sample.tags, 0);
	assert_int_equal(sample.services, 0);
	assert_int_equal(sample.state, SESSION_FREE);
	sample_describe(&sample, NULL, &stranger, SAMPLE_DROPPED(DROP_cutoff));
	assert_int_equal(sample.state, SESSION_FREE);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_that_is_set_must_match),
		cmocka_unit_test(a_source_port_is_that_of_the_end_that_sent_the_packet),
		cmocka_unit_test(a_stranger_is_who_is_not_among_the_sources_on_the_network_side),
		cmocka_unit_test(a_prefix_that_is_none_is_refused),
		cmocka_unit_test(a_sample_says_what_became_of_the_packets_session),
		cmocka_unit_test(a_packet_without_owner_or_session_has_none_in_its_sample),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// packet.c: what each kind of frame is read as, that both sides give one key, and that nothing is read that may not be.

#include "packet.h"

#include "frame.h"
#include "packet_reference.h"
#include "test.h"

#define TCP    6
#define UDP    17
#define ICMP   1
#define ICMPV6 58
#define V4     .source = "10.1.2.3", .destination = "203.0.113.25", .source_port = 40000, .destination_port = 25
#define V6     .source = "2001:db8:1:2::3", .destination = "2001:db8:f::19", .source_port = 40000, .destination_port = 25

struct row {
	const char *name;
	struct frame_spec spec;
	enum packet_kind kind;
	uint32_t outer, inner; // VLAN ids
};

static const struct row rows[] = {
	{"TCP", {V4, .protocol = TCP, .tcp_flags = TCP_SYN, .tcp_sequence = 0xfedcba98}, PACKET_TCP, 0, 0},
	{"UDP", {V4, .protocol = UDP, .payload = 12}, PACKET_UDP, 0, 0},
	{"ICMP", {V4, .protocol = ICMP}, PACKET_IP, 0, 0},
	{"IP in IP", {V4, .protocol = 4}, PACKET_IP, 0, 0},
	{"6in4", {V4, .protocol = 41}, PACKET_IP, 0, 0},
	{"GRE", {V4, .protocol = 47}, PACKET_IP, 0, 0},
	{"TCP with payload and options", {V4, .protocol = TCP, .tcp_options = 40, .payload = 99}, PACKET_TCP, 0, 0},
	{"padded to 60 bytes", {V4, .protocol = TCP, .padding = 6}, PACKET_TCP, 0, 0},
	{"IPv4 options", {V4, .protocol = TCP, .ip_options = 40}, PACKET_TCP, 0, 0},
	{"do not fragment", {V4, .protocol = TCP, .fragment = 0x4000}, PACKET_TCP, 0, 0},
	{"first fragment", {V4, .protocol = UDP, .fragment = 0x2000, .payload = 16}, PACKET_UDP, 0, 0},
	{"later fragment", {V4, .protocol = TCP, .fragment = 0x2002, .payload = 16}, PACKET_FRAGMENT, 0, 0},
	{"fragment over the flags", {V4, .protocol = TCP, .fragment = 0x2001, .payload = 16}, PACKET_FRAGMENT, 0, 0},
	{"last fragment", {V4, .protocol = UDP, .fragment = 0x1fff}, PACKET_FRAGMENT, 0, 0},
	{"IPv6 TCP", {V6, .protocol = TCP, .tcp_sequence = 7}, PACKET_TCP, 0, 0},
	{"IPv6 UDP", {V6, .protocol = UDP}, PACKET_UDP, 0, 0},
	{"IPv6 ICMP", {V6, .protocol = ICMPV6}, PACKET_IP, 0, 0},
	{"IPv6 hop by hop", {V6, .protocol = TCP, .extensions = {{0, 8, 0}}}, PACKET_TCP, 0, 0},
	{"IPv6 routing header", {V6, .protocol = TCP, .extensions = {{43, 24, 0}}}, PACKET_TCP, 0, 0},
	{"IPv6 destination options", {V6, .protocol = UDP, .extensions = {{60, 16, 0}}}, PACKET_UDP, 0, 0},
	{"IPv6 authentication", {V6, .protocol = TCP, .extensions = {{51, 24, 0}}}, PACKET_TCP, 0, 0},
	{"IPv6 chain of eight",
	 {V6, .protocol = TCP,
	  .extensions = {{0, 8}, {60, 8}, {43, 8}, {51, 16}, {135, 8}, {139, 8}, {140, 8}, {60, 8}}},
	 PACKET_TCP,
	 0,
	 0},
	{"IPv6 chain of ten",
	 {V6, .protocol = TCP,
	  .extensions = {{0, 8}, {60, 8}, {60, 8}, {60, 8}, {60, 8}, {60, 8}, {60, 8}, {60, 8}, {60, 8}, {60, 8}}},
	 PACKET_TCP,
	 0,
	 0},
	{"IPv6 first fragment", {V6, .protocol = UDP, .extensions = {{44, 8, 1}}, .payload = 16}, PACKET_UDP, 0, 0},
	{"IPv6 whole fragment", {V6, .protocol = TCP, .extensions = {{44, 8, 0}}}, PACKET_TCP, 0, 0},
	{"IPv6 later fragment", {V6, .protocol = UDP, .extensions = {{44, 8, 64 | 1}}}, PACKET_FRAGMENT, 0, 0},
	{"IPv6 fragment behind options",
	 {V6, .protocol = TCP, .extensions = {{0, 8, 0}, {44, 8, 1}, {60, 8, 0}}, .payload = 8},
	 PACKET_TCP,
	 0,
	 0},
	{"802.1Q", {V4, .protocol = TCP, .tags = {{0x8100, 100}}}, PACKET_TCP, 100, 0},
	{"802.1Q with priority and DEI", {V4, .protocol = TCP, .tags = {{0x8100, 0xf064}}}, PACKET_TCP, 100, 0},
	{"802.1Q priority only", {V4, .protocol = TCP, .tags = {{0x8100, 0xe000}}}, PACKET_TCP, 0, 0},
	{"QinQ 88a8/8100", {V4, .protocol = TCP, .tags = {{0x88a8, 4095}, {0x8100, 7}}}, PACKET_TCP, 4095, 7},
	{"QinQ 8100/8100", {V6, .protocol = UDP, .tags = {{0x8100, 5}, {0x8100, 4094}}}, PACKET_UDP, 5, 4094},
	{"QinQ 9100/8100", {V4, .protocol = ICMP, .tags = {{0x9100, 5}, {0x8100, 6}}}, PACKET_IP, 5, 6},
	{"QinQ 9200/8100", {V4, .protocol = UDP, .tags = {{0x9200, 5}, {0x8100, 6}}}, PACKET_UDP, 5, 6},
	{"three tags", {V4, .protocol = TCP, .tags = {{0x88a8, 1}, {0x8100, 2}, {0x8100, 3}}}, PACKET_TCP, 2, 3},
	{"four tags",
	 {V4, .protocol = TCP, .tags = {{0x88a8, 1}, {0x8100, 2}, {0x8100, 3}, {0x8100, 4}}},
	 PACKET_TCP,
	 3,
	 4},
	{"priority tags around one",
	 {V4, .protocol = TCP, .tags = {{0x8100, 0xe000}, {0x8100, 7}, {0x8100, 0}, {0x8100, 0x2000}}},
	 PACKET_TCP,
	 7,
	 0},
	{"priority tag within two",
	 {V4, .protocol = UDP, .tags = {{0x88a8, 5}, {0x8100, 6}, {0x8100, 0}}},
	 PACKET_UDP,
	 5,
	 6},
	{"nine tags",
	 {V4, .protocol = TCP,
	  .tags = {{0x8100, 1},
		   {0x8100, 2},
		   {0x8100, 3},
		   {0x8100, 4},
		   {0x8100, 5},
		   {0x8100, 6},
		   {0x8100, 7},
		   {0x8100, 8},
		   {0x8100, 9}}},
	 PACKET_OTHER,
	 7,
	 8},
	{"PPPoE", {V4, .protocol = TCP, .tcp_flags = TCP_SYN, .pppoe = 2}, PACKET_TCP, 0, 0},
	{"PPPoE, padded", {V4, .protocol = UDP, .pppoe = 2, .padding = 9}, PACKET_UDP, 0, 0},
	{"PPPoE with IPv6", {V6, .protocol = TCP, .pppoe = 2}, PACKET_TCP, 0, 0},
	{"PPPoE, protocol compressed", {V4, .protocol = TCP, .pppoe = 1}, PACKET_TCP, 0, 0},
	{"PPPoE with IPv6, protocol compressed", {V6, .protocol = UDP, .pppoe = 1, .payload = 1}, PACKET_UDP, 0, 0},
	{"PPPoE in QinQ", {V4, .protocol = TCP, .pppoe = 2, .tags = {{0x88a8, 30}, {0x8100, 94}}}, PACKET_TCP, 30, 94},
	{"MPLS", {V4, .protocol = TCP, .labels = 1}, PACKET_TCP, 0, 0},
	{"MPLS with IPv6", {V6, .protocol = UDP, .labels = 3}, PACKET_UDP, 0, 0},
	{"MPLS with eight labels", {V4, .protocol = ICMP, .labels = 8, .tags = {{0x8100, 9}}}, PACKET_IP, 9, 0},
	{"MPLS with nine labels", {V4, .protocol = TCP, .labels = 9}, PACKET_OTHER, 0, 0},
};

// Parses from a buffer of exactly the contiguous bytes, so the sanitizer sees a read behind them.
static struct packet
parse(const uint8_t *bytes, uint32_t contiguous, uint32_t total, enum side side)
{
	struct packet packet;
	uint8_t *exact = exact_memory(contiguous);

	// What an earlier packet left there.
	memset(&packet, 0xa5, sizeof(packet));
	memcpy(exact, bytes, contiguous);
	packet_parse(&packet, exact, contiguous, total, 3, side);
	free(exact);
	return packet;
}

static struct packet
parse_spec(const struct frame_spec *spec, enum side side)
{
	struct frame frame;

	frame_build(&frame, spec);
	return parse(frame.bytes, frame.length, frame.length, side);
}

static void
every_kind_of_frame_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		struct frame frame;
		frame_build(&frame, &row->spec);
		struct packet packet = parse(frame.bytes, frame.length, frame.length, SIDE_SUBSCRIBER);

		if (packet.kind != row->kind)
			fail_msg("%s: kind %d, not %d", row->name, packet.kind, row->kind);
		assert_int_equal(packet.link, 3);
		assert_int_equal(packet.side, SIDE_SUBSCRIBER);
		assert_int_equal(session_key_tags(&packet.key), row->outer << 12 | row->inner);
		assert_int_equal(packet.tcp_flags, row->kind == PACKET_TCP ? row->spec.tcp_flags : 0);
		assert_int_equal(packet.tcp_sequence, row->kind == PACKET_TCP ? row->spec.tcp_sequence : 0);
		if (row->kind >= PACKET_IP && row->kind != PACKET_EVASIVE)
			assert_int_equal(session_key_protocol(&packet.key), row->spec.protocol);
		if (row->kind < PACKET_TCP)
			continue;
		assert_int_equal(packet.key.subscriber_port, 40000);
		assert_int_equal(packet.key.network_port, 25);
	}
}

static void
addresses_are_kept_in_one_form(void **state)
{
	static const uint8_t v4[16] = {[10] = 0xff, 0xff, 10, 1, 2, 3};
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, [15] = 3};

	(void)state;
	struct packet packet = parse_spec(&(struct frame_spec){V4, .protocol = TCP}, SIDE_SUBSCRIBER);
	assert_memory_equal(packet.key.subscriber.bytes, v4, 16);
	assert_true(address_is_ipv4(&packet.key.subscriber));
	packet = parse_spec(&(struct frame_spec){V6, .protocol = ICMPV6}, SIDE_SUBSCRIBER);
	assert_memory_equal(packet.key.subscriber.bytes, v6, 16);
	assert_false(address_is_ipv4(&packet.key.subscriber));
}

static void
both_directions_of_a_session_have_one_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct frame_spec back = frame_reply(&rows[i].spec);
		struct packet there = parse_spec(&rows[i].spec, SIDE_SUBSCRIBER);
		struct packet here = parse_spec(&back, SIDE_NETWORK);

		assert_int_equal(here.kind, there.kind);
		assert_int_equal(here.side, SIDE_NETWORK);
		assert_memory_equal(&here.key, &there.key, sizeof(here.key));
	}
}

static void
what_is_not_ip_is_other(void **state)
{
	static const uint16_t types[] = {0x0806, 0x8863, 0x8809, 0x8902, 0x88cc, 0x0026, 0x05dc, 0xffff};

	(void)state;
	for (size_t i = 0; i < LENGTH(types); i++) {
		struct frame frame;
		frame_build(&frame, &(struct frame_spec){V4, .protocol = TCP});
		frame.bytes[12] = (uint8_t)(types[i] >> 8);
		frame.bytes[13] = (uint8_t)types[i];
		for (uint32_t length = 0; length <= frame.length; length++)
			assert_int_equal(parse(frame.bytes, length, length, SIDE_NETWORK).kind, PACKET_OTHER);
	}
}

// A frame cut anywhere, and a whole frame of which only the beginning lies in one piece.
static void
a_frame_cut_anywhere_is_read_only_as_far_as_it_goes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct frame frame;
		frame_build(&frame, &rows[i].spec);
		uint32_t datagram_end = frame.length - rows[i].spec.padding;

		for (uint32_t length = 0; length <= frame.length; length++) {
			struct packet cut = parse(frame.bytes, length, length, SIDE_SUBSCRIBER);
			struct packet partly = parse(frame.bytes, length, frame.length, SIDE_SUBSCRIBER);
			uint32_t headers = rows[i].kind == PACKET_TCP ? 20 : rows[i].kind == PACKET_UDP ? 8 : 0;

			if (length < 14)
				assert_true(cut.kind == PACKET_OTHER && partly.kind == PACKET_OTHER);
			else if (length < datagram_end && rows[i].spec.labels > 0)
				assert_true(cut.kind <= PACKET_MALFORMED);
			else if (length < datagram_end && rows[i].kind != PACKET_OTHER)
				assert_int_equal(cut.kind, PACKET_MALFORMED);
			else if (length >= datagram_end)
				assert_int_equal(cut.kind, rows[i].kind);
			if (length >= frame.transport + headers)
				assert_int_equal(partly.kind, rows[i].kind);
			else
				assert_true(partly.kind <= PACKET_MALFORMED || partly.kind == PACKET_EVASIVE ||
					    partly.kind == rows[i].kind);
		}
	}
}

struct lie {
	const char *name;
	struct frame_spec spec;
	enum { ETHERNET, NETWORK, TRANSPORT } header;
	uint32_t offset;
	uint8_t value[2];
	enum packet_kind kind;
};

static const struct lie lies[] = {
	{"IPv4 version 6", {V4, .protocol = TCP}, NETWORK, 0, {0x65, 0}, PACKET_MALFORMED},
	{"IPv4 header of 16 bytes", {V4, .protocol = TCP}, NETWORK, 0, {0x44, 0}, PACKET_MALFORMED},
	{"IPv4 header of no bytes", {V4, .protocol = TCP}, NETWORK, 0, {0x40, 0}, PACKET_MALFORMED},
	{"IPv4 header longer than the datagram", {V4, .protocol = TCP}, NETWORK, 0, {0x4f, 0}, PACKET_MALFORMED},
	{"IPv4 length 0", {V4, .protocol = TCP}, NETWORK, 2, {0, 0}, PACKET_MALFORMED},
	{"IPv4 length below its header", {V4, .protocol = TCP}, NETWORK, 2, {0, 19}, PACKET_MALFORMED},
	{"IPv4 length with no room for TCP",
	 {V4, .protocol = TCP, .padding = 99},
	 NETWORK,
	 2,
	 {0, 39},
	 PACKET_MALFORMED},
	{"IPv4 length with no room for UDP",
	 {V4, .protocol = UDP, .padding = 99},
	 NETWORK,
	 2,
	 {0, 27},
	 PACKET_MALFORMED},
	{"IPv4 length beyond the frame", {V4, .protocol = TCP}, NETWORK, 2, {0, 41}, PACKET_MALFORMED},
	{"IPv4 length of all bits", {V4, .protocol = ICMP}, NETWORK, 2, {0xff, 0xff}, PACKET_MALFORMED},
	{"IPv6 version 4", {V6, .protocol = TCP}, NETWORK, 0, {0x40, 0}, PACKET_MALFORMED},
	{"IPv6 payload beyond the frame", {V6, .protocol = TCP}, NETWORK, 4, {0, 21}, PACKET_MALFORMED},
	{"IPv6 payload of all bits", {V6, .protocol = ICMPV6}, NETWORK, 4, {0xff, 0xff}, PACKET_MALFORMED},
	{"IPv6 payload with no room for TCP",
	 {V6, .protocol = TCP, .padding = 99},
	 NETWORK,
	 4,
	 {0, 19},
	 PACKET_MALFORMED},
	{"IPv6 payload of 0", {V6, .protocol = UDP, .padding = 99}, NETWORK, 4, {0, 0}, PACKET_UDP},
	{"first fragment with no byte of TCP",
	 {V4, .protocol = TCP, .fragment = 0x2000},
	 NETWORK,
	 2,
	 {0, 20},
	 PACKET_EVASIVE},
	{"first fragment with no byte of UDP",
	 {V4, .protocol = UDP, .fragment = 0x2000},
	 NETWORK,
	 2,
	 {0, 20},
	 PACKET_EVASIVE},
	{"first fragment with 20 bytes of TCP",
	 {V4, .protocol = TCP, .fragment = 0x2000},
	 NETWORK,
	 2,
	 {0, 40},
	 PACKET_TCP},
	{"TCP header of 16 bytes", {V4, .protocol = TCP}, TRANSPORT, 12, {0x40, 0}, PACKET_MALFORMED},
	{"TCP header of no bytes", {V4, .protocol = TCP}, TRANSPORT, 12, {0x00, 0}, PACKET_MALFORMED},
	{"TCP header longer than its segment", {V4, .protocol = TCP}, TRANSPORT, 12, {0x60, 0}, PACKET_MALFORMED},
	{"TCP header reaching into the padding",
	 {V6, .protocol = TCP, .padding = 9},
	 TRANSPORT,
	 12,
	 {0x60, 0},
	 PACKET_MALFORMED},
	{"TCP options that go on in the next fragment",
	 {V4, .protocol = TCP, .fragment = 0x2000},
	 TRANSPORT,
	 12,
	 {0x60, 0},
	 PACKET_TCP},
	{"TCP header that just fits", {V4, .protocol = TCP, .payload = 4}, TRANSPORT, 12, {0x60, 0}, PACKET_TCP},
	{"UDP length below its header", {V4, .protocol = UDP}, TRANSPORT, 4, {0, 7}, PACKET_MALFORMED},
	{"UDP length 0", {V4, .protocol = UDP}, TRANSPORT, 4, {0, 0}, PACKET_MALFORMED},
	{"UDP length 0 over IPv6", {V6, .protocol = UDP, .payload = 4}, TRANSPORT, 4, {0, 0}, PACKET_UDP},
	{"UDP length beyond the datagram", {V4, .protocol = UDP, .padding = 9}, TRANSPORT, 4, {0, 9}, PACKET_MALFORMED},
	{"UDP length below the datagram", {V4, .protocol = UDP, .payload = 9}, TRANSPORT, 4, {0, 8}, PACKET_UDP},
	{"UDP length of a datagram in fragments",
	 {V4, .protocol = UDP, .fragment = 0x2000},
	 TRANSPORT,
	 4,
	 {9, 9},
	 PACKET_UDP},
	{"IPv6 extension beyond the datagram",
	 {V6, .protocol = TCP, .extensions = {{60, 8, 0}}},
	 NETWORK,
	 40,
	 {TCP, 9},
	 PACKET_MALFORMED},
	{"IPv6 extension beyond the first fragment",
	 {V6, .protocol = TCP, .extensions = {{44, 8, 1}, {60, 8, 0}}},
	 NETWORK,
	 48,
	 {TCP, 9},
	 PACKET_EVASIVE},
	{"IPv6 chain that ends with the first fragment",
	 {V6, .protocol = TCP, .extensions = {{44, 8, 1}, {60, 8, 0}}},
	 NETWORK,
	 4,
	 {0, 16},
	 PACKET_EVASIVE},
	{"IPv6 without a next header", {V6, .protocol = TCP}, NETWORK, 6, {59, 64}, PACKET_IP},
	{"PPPoE of another version", {V4, .protocol = TCP, .pppoe = 2}, ETHERNET, 14, {0x21, 0}, PACKET_TCP},
	{"PPPoE with a code", {V4, .protocol = TCP, .pppoe = 2}, ETHERNET, 14, {0x11, 0xa7}, PACKET_TCP},
	{"PPPoE with LCP", {V4, .protocol = TCP, .pppoe = 2}, ETHERNET, 20, {0xc0, 0x21}, PACKET_OTHER},
	{"PPPoE length beyond the frame", {V4, .protocol = TCP, .pppoe = 2}, ETHERNET, 18, {0, 43}, PACKET_MALFORMED},
	{"PPPoE length of no protocol", {V4, .protocol = TCP, .pppoe = 2}, ETHERNET, 18, {0, 1}, PACKET_MALFORMED},
	{"PPPoE length below the datagram", {V4, .protocol = TCP, .pppoe = 2}, ETHERNET, 18, {0, 41}, PACKET_MALFORMED},
	{"MPLS with a control word", {V4, .protocol = TCP, .labels = 1}, NETWORK, 0, {0x00, 0}, PACKET_OTHER},
	{"MPLS with what is no IP after all", {V4, .protocol = TCP, .labels = 1}, NETWORK, 0, {0x41, 0}, PACKET_OTHER},
	{"IPv4 type, IPv6 within", {V6, .protocol = TCP}, ETHERNET, 12, {0x08, 0x00}, PACKET_MALFORMED},
	{"IPv6 type, IPv4 within", {V4, .protocol = TCP}, ETHERNET, 12, {0x86, 0xdd}, PACKET_MALFORMED},
};

static void
a_length_that_does_not_fit_is_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(lies); i++) {
		const struct lie *lie = &lies[i];
		struct frame frame;
		frame_build(&frame, &lie->spec);
		uint32_t at = lie->header == ETHERNET ? 0 : lie->header == NETWORK ? frame.network : frame.transport;

		memcpy(frame.bytes + at + lie->offset, lie->value, 2);
		struct packet packet = parse(frame.bytes, frame.length, frame.length, SIDE_SUBSCRIBER);
		if (packet.kind != lie->kind)
			fail_msg("%s: kind %d, not %d", lie->name, packet.kind, lie->kind);
	}
}

struct tiny {
	const char *name;
	struct frame_spec spec;
	uint16_t cut; // bytes of TCP in the first fragment
};

static const struct tiny tinies[] = {
	{"8 bytes", {V4, .protocol = TCP, .fragment = 0x2000, .tcp_sequence = 77}, 8},
	{"16 bytes", {V4, .protocol = TCP, .fragment = 0x2000, .tcp_sequence = 77}, 16},
	{"8 bytes, IPv6", {V6, .protocol = TCP, .extensions = {{44, 8, 1}}, .tcp_sequence = 77}, 8},
	{"8 bytes behind options",
	 {V6, .protocol = TCP, .extensions = {{44, 8, 1}, {60, 8, 0}}, .tcp_sequence = 77},
	 8},
};

static void
a_first_fragment_without_the_flags_is_taken_for_a_syn(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(tinies); i++) {
		struct frame frame;
		frame_build(&frame, &tinies[i].spec);
		uint32_t length = frame.transport + tinies[i].cut;
		bool ipv4 = tinies[i].spec.extensions[0].bytes == 0;
		frame.bytes[frame.network + (ipv4 ? 3 : 5)] = (uint8_t)(length - frame.network - (ipv4 ? 0 : 40));

		struct packet packet = parse(frame.bytes, length, length, SIDE_SUBSCRIBER);
		assert_int_equal(packet.kind, PACKET_TCP);
		assert_true(packet.evasive && packet.first_fragment);
		assert_int_equal(packet.tcp_flags, TCP_SYN);
		assert_int_equal(packet.tcp_sequence, 77);
		assert_int_equal(packet.key.network_port, 25);
	}
}

static void
a_fragment_carries_its_number(void **state)
{
	const struct frame_spec fragments[] = {
		{V4, .protocol = UDP, .fragment = 0x2000, .fragment_id = 4711, .payload = 8},
		{V4, .protocol = UDP, .fragment = 0x0002, .fragment_id = 4711, .payload = 8},
		{V6, .protocol = UDP, .extensions = {{44, 8, 1}}, .fragment_id = 4711, .payload = 8},
		{V6, .protocol = UDP, .extensions = {{44, 8, 16}}, .fragment_id = 4711, .payload = 8},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(fragments); i++) {
		struct packet packet = parse_spec(&fragments[i], SIDE_NETWORK);
		assert_int_equal(packet.fragment_id, 4711);
		assert_int_equal(packet.first_fragment, i % 2 == 0);
		assert_int_equal(packet.kind, i % 2 == 0 ? PACKET_UDP : PACKET_FRAGMENT);
		assert_false(packet.evasive);
	}
}

static void
what_may_not_be_read_of_a_long_chain_is_hidden(void **state)
{
	const struct frame_spec spec = {V6, .protocol = TCP, .extensions = {{60, 248, 0}}};
	struct frame frame;

	(void)state;
	frame_build(&frame, &spec);
	struct packet packet = parse(frame.bytes, PACKET_CONTIGUOUS, frame.length, SIDE_SUBSCRIBER);
	assert_int_equal(packet.kind, PACKET_EVASIVE);
	assert_true(packet.evasive);
	assert_false(packet.first_fragment);
	assert_int_equal(parse(frame.bytes, frame.length, frame.length, SIDE_SUBSCRIBER).kind, PACKET_TCP);
}

static void
an_ipv4_mapped_address_on_the_wire_is_malformed(void **state)
{
	const struct frame_spec spec = {.source = "::ffff:10.1.2.3", .destination = "2001:db8::1", .protocol = TCP};
	const struct frame_spec reply = frame_reply(&spec);

	(void)state;
	assert_int_equal(parse_spec(&spec, SIDE_SUBSCRIBER).kind, PACKET_MALFORMED);
	assert_int_equal(parse_spec(&reply, SIDE_SUBSCRIBER).kind, PACKET_MALFORMED);
}

static void
assert_as_reference(const uint8_t *bytes, uint32_t contiguous, uint32_t total)
{
	struct packet packet = parse(bytes, contiguous, total, SIDE_NETWORK), wanted;

	packet_reference(&wanted, bytes, contiguous, total, SIDE_NETWORK);
	const char *difference = packet_difference(&packet, &wanted);
	if (difference != NULL)
		fail_msg("another %s", difference);
}

// Random changes of random frames, cut at random: nothing is read that may not be, and a second reader agrees.
static void
mutated_frames_are_read_as_by_a_second_reader(void **state)
{
	static const uint8_t telling[] = {0,  1,    4,    5,    6,    17,   43,   44,   51,
					  60, 0x40, 0x45, 0x60, 0x7f, 0x80, 0x81, 0x86, 0xff};
	uint64_t seed = 20261121;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct frame frame;
		frame_build(&frame, &rows[random_below(&seed, LENGTH(rows))].spec);
		for (uint32_t changes = random_below(&seed, 5); changes > 0; changes--)
			frame.bytes[random_below(&seed, frame.length)] =
				random_below(&seed, 2) ? (uint8_t)random_next(&seed)
						       : telling[random_below(&seed, LENGTH(telling))];
		uint32_t total = random_below(&seed, 4) ? frame.length : random_below(&seed, frame.length + 1);
		uint32_t contiguous = random_below(&seed, 4) ? total : random_below(&seed, total + 1);
		assert_as_reference(frame.bytes, contiguous, total);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_frame_is_read),
		cmocka_unit_test(addresses_are_kept_in_one_form),
		cmocka_unit_test(both_directions_of_a_session_have_one_key),
		cmocka_unit_test(what_is_not_ip_is_other),
		cmocka_unit_test(a_frame_cut_anywhere_is_read_only_as_far_as_it_goes),
		cmocka_unit_test(a_length_that_does_not_fit_is_malformed),
		cmocka_unit_test(a_first_fragment_without_the_flags_is_taken_for_a_syn),
		cmocka_unit_test(a_fragment_carries_its_number),
		cmocka_unit_test(what_may_not_be_read_of_a_long_chain_is_hidden),
		cmocka_unit_test(an_ipv4_mapped_address_on_the_wire_is_malformed),
		cmocka_unit_test(mutated_frames_are_read_as_by_a_second_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

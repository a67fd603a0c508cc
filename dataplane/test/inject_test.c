// SPDX-License-Identifier: Apache-2.0
// inject.c: a reset for each end of a refused segment, in every framing that is read, and which segments get none.

#include "inject.h"

#include "frame.h"
#include "packet_reference.h"
#include "reset_reference.h"
#include "test.h"

#include <rte_common.h>

#define TCP  6
#define UDP  17
#define PSH  8
#define V4   .source = "10.1.2.3", .destination = "203.0.113.25", .source_port = 40000, .destination_port = 25
#define V6   .source = "2001:db8:1:2::3", .destination = "2001:db8:f::19", .source_port = 40000, .destination_port = 25
#define SYN  V4, .protocol = TCP, .tcp_flags = TCP_SYN, .tcp_sequence = 0xfffffffe
#define SYN6 V6, .protocol = TCP, .tcp_flags = TCP_SYN, .tcp_sequence = 0xfffffffe

static const enum inject_target targets[] = {INJECT_TO_SENDER, INJECT_TO_RECEIVER};

struct reset {
	uint8_t bytes[INJECT_BYTES_MAX];
	uint32_t length;
	struct packet packet; // as it is read, from the side that it seems to come from
};

static struct reset
reset_of(const uint8_t *bytes, uint32_t length, enum side side, enum inject_target target)
{
	const struct inject_frame frame = {bytes, RTE_MIN(length, (uint32_t)PACKET_CONTIGUOUS), length};
	struct packet packet, wanted;
	struct reset reset;

	// Exact, for the sanitizer.
	uint8_t *exact = exact_memory(INJECT_BYTES_MAX);
	packet_parse(&packet, bytes, frame.contiguous, length, 0, side);
	packet_reference(&wanted, bytes, frame.contiguous, length, side);
	wanted.tcp_acknowledgement = packet.tcp_acknowledgement;
	reset.length = inject_reset(exact, &packet, &frame, target);
	const char *fault = reset_fault(exact, reset.length, &wanted, &frame, target);
	if (fault != NULL)
		fail_msg("wrong: %s", fault);
	memcpy(reset.bytes, exact, INJECT_BYTES_MAX);
	free(exact);
	if (reset.length > 0)
		packet_parse(&reset.packet, reset.bytes, reset.length, reset.length, 0,
			     target == INJECT_TO_SENDER ? side_other(side) : side);
	return reset;
}

static void
put_acknowledgement(struct frame *frame, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		frame->bytes[frame->transport + 8 + i] = (uint8_t)(number >> (24 - 8 * i));
}

static struct reset
reset_of_spec(const struct frame_spec *spec, uint32_t acknowledgement, enum inject_target target)
{
	struct frame frame;

	frame_build(&frame, spec);
	put_acknowledgement(&frame, acknowledgement);
	return reset_of(frame.bytes, frame.length, SIDE_SUBSCRIBER, target);
}

// What inject_reset makes of a SYN, bytes counted.
static const struct {
	const char *name;
	struct frame_spec spec;
	uint32_t length;
} framings[] = {
	{"IPv4", {SYN}, 60},
	{"IPv4 with options", {SYN, .ip_options = 40, .tcp_options = 20}, 60},
	{"IPv4, padded", {SYN, .padding = 6}, 60},
	{"IPv6", {SYN6}, 74},
	{"IPv6 behind extension headers", {SYN6, .extensions = {{0, 8}, {60, 8}, {43, 24}, {51, 16}, {140, 8}}}, 74},
	{"IPv6 in an atomic fragment", {SYN6, .extensions = {{44, 8, 0}}}, 74},
	{"802.1Q", {SYN, .tags = {{0x8100, 0xf064}}}, 60},
	{"QinQ 88a8/8100", {SYN, .tags = {{0x88a8, 30}, {0x8100, 94}}}, 62},
	{"QinQ 9100/8100 with IPv6", {SYN6, .tags = {{0x9100, 30}, {0x8100, 94}}}, 82},
	{"QinQ 9200/8100", {SYN, .tags = {{0x9200, 30}, {0x8100, 94}}}, 62},
	{"priority only", {SYN, .tags = {{0x8100, 0xe000}}}, 60},
	{"PPPoE", {SYN, .pppoe = 2}, 62},
	{"PPPoE, protocol compressed", {SYN, .pppoe = 1, .padding = 5}, 61},
	{"PPPoE with IPv6 in QinQ", {SYN6, .pppoe = 2, .tags = {{0x88a8, 30}, {0x8100, 94}}}, 90},
	{"eight tags",
	 {SYN6, .pppoe = 2,
	  .tags = {{0x8100, 1},
		   {0x8100, 2},
		   {0x8100, 3},
		   {0x8100, 4},
		   {0x8100, 5},
		   {0x8100, 6},
		   {0x8100, 7},
		   {0x8100, 8}}},
	 INJECT_BYTES_MAX},
};

static void
a_reset_has_the_framing_of_its_segment_and_no_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(framings); i++) {
		struct reset reset = reset_of_spec(&framings[i].spec, 0, INJECT_TO_SENDER);
		if (reset.length != framings[i].length)
			fail_msg("%s: %u bytes", framings[i].name, reset.length);
		assert_int_equal(reset.packet.tcp_acknowledgement, 0xffffffff);
	}
}

static void
the_sender_of_a_segment_without_ack_sees_all_of_it_acknowledged(void **state)
{
	static const struct {
		struct frame_spec spec;
		uint32_t acknowledged;
	} rows[] = {
		{{SYN}, 1},
		{{SYN, .payload = 100}, 101},
		{{SYN, .payload = 1, .tcp_options = 40, .ip_options = 8, .padding = 9}, 2},
		{{SYN6, .payload = 33, .extensions = {{0, 8}, {60, 16}}, .padding = 7}, 34},
		{{SYN, .payload = 10, .pppoe = 2, .padding = 6}, 11},
		{{V4, .protocol = TCP, .tcp_flags = TCP_FIN, .tcp_sequence = 0xfffffffe, .payload = 5}, 6},
		{{V4, .protocol = TCP, .tcp_sequence = 0xfffffffe, .payload = 1000}, 1000},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct reset reset = reset_of_spec(&rows[i].spec, 77, INJECT_TO_SENDER);
		assert_int_equal(reset.packet.tcp_flags, TCP_RST | TCP_ACK);
		assert_int_equal(reset.packet.tcp_sequence, 0);
		assert_int_equal(reset.packet.tcp_acknowledgement, 0xfffffffe + rows[i].acknowledged);
	}
}

static void
the_sender_of_a_segment_with_ack_is_reset_where_he_waits(void **state)
{
	static const uint8_t flags[] = {TCP_ACK, TCP_ACK | PSH, TCP_SYN | TCP_ACK, TCP_FIN | TCP_ACK};

	(void)state;
	for (size_t i = 0; i < LENGTH(flags); i++) {
		struct frame_spec spec = {V6, .protocol = TCP, .tcp_flags = flags[i], .tcp_sequence = 5000,
					  .payload = 9};
		struct reset reset = reset_of_spec(&spec, 0x80000001, INJECT_TO_SENDER);
		assert_int_equal(reset.packet.tcp_flags, TCP_RST);
		assert_int_equal(reset.packet.tcp_sequence, 0x80000001);
		assert_int_equal(reset.packet.tcp_acknowledgement, 0);
	}
}

static void
the_receiver_is_reset_as_if_by_the_sender(void **state)
{
	static const uint8_t flags[] = {TCP_ACK, TCP_ACK | PSH, TCP_SYN | TCP_ACK, TCP_FIN | TCP_ACK};

	(void)state;
	for (size_t i = 0; i < LENGTH(flags); i++) {
		struct frame_spec spec = {V4, .protocol = TCP, .tcp_flags = flags[i], .tcp_sequence = 5000,
					  .payload = 9};
		struct reset reset = reset_of_spec(&spec, 0x80000001, INJECT_TO_RECEIVER);
		assert_int_equal(reset.packet.tcp_flags, TCP_RST | TCP_ACK);
		assert_int_equal(reset.packet.tcp_sequence, 5000);
		assert_int_equal(reset.packet.tcp_acknowledgement, 0x80000001);
	}
}

static void
a_reset_to_the_receiver_keeps_the_time_to_live_and_says_nothing_of_congestion(void **state)
{
	struct frame_spec spec = {V4, .protocol = TCP, .tcp_flags = TCP_ACK};
	struct frame_spec spec6 = {V6, .protocol = TCP, .tcp_flags = TCP_ACK};
	struct frame frame;

	(void)state;
	frame_build(&frame, &spec);
	frame.bytes[frame.network + 1] = 0xbb; // EF, congestion experienced
	frame.bytes[frame.network + 8] = 119;
	struct reset reset = reset_of(frame.bytes, frame.length, SIDE_NETWORK, INJECT_TO_RECEIVER);
	assert_int_equal(reset.bytes[frame.network + 1], 0xb8);
	assert_int_equal(reset.bytes[frame.network + 8], 119);
	assert_int_equal(reset_of(frame.bytes, frame.length, SIDE_NETWORK, INJECT_TO_SENDER).bytes[frame.network + 8],
			 64);

	static const uint8_t before[] = {0x6b, 0xb1, 0x23, 0x45}, after[] = {0x6b, 0x81, 0x23, 0x45};
	frame_build(&frame, &spec6);
	memcpy(frame.bytes + frame.network, before, sizeof(before));
	frame.bytes[frame.network + 7] = 119;
	reset = reset_of(frame.bytes, frame.length, SIDE_NETWORK, INJECT_TO_RECEIVER);
	assert_memory_equal(reset.bytes + frame.network, after, sizeof(after));
	assert_int_equal(reset.bytes[frame.network + 7], 119);
	assert_int_equal(reset_of(frame.bytes, frame.length, SIDE_NETWORK, INJECT_TO_SENDER).bytes[frame.network + 7],
			 64);
}

static void
what_may_not_be_answered_gets_no_reset(void **state)
{
	static const struct {
		const char *name;
		struct frame_spec spec;
	} rows[] = {
		{"a reset", {V4, .protocol = TCP, .tcp_flags = TCP_RST}},
		{"a reset with ACK", {V6, .protocol = TCP, .tcp_flags = TCP_RST | TCP_ACK}},
		{"a SYN with a reset", {V4, .protocol = TCP, .tcp_flags = TCP_RST | TCP_SYN}},
		{"a first fragment", {SYN, .fragment = 0x2000, .payload = 16}},
		{"a first fragment of IPv6", {SYN6, .extensions = {{44, 8, 1}}, .payload = 16}},
		{"a later fragment", {V4, .protocol = TCP, .fragment = 0x2001, .payload = 16}},
		{"UDP", {V4, .protocol = UDP}},
		{"ICMP", {V4, .protocol = 1}},
		{"behind a label", {SYN, .labels = 1}},
		{"behind labels and a tag", {SYN6, .labels = 3, .tags = {{0x8100, 9}}}},
		{"behind nine tags",
		 {SYN, .tags = {{0x8100, 1},
				{0x8100, 2},
				{0x8100, 3},
				{0x8100, 4},
				{0x8100, 5},
				{0x8100, 6},
				{0x8100, 7},
				{0x8100, 8},
				{0x8100, 9}}}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (size_t t = 0; t < LENGTH(targets); t++)
			if (reset_of_spec(&rows[i].spec, 1, targets[t]).length != 0)
				fail_msg("%s", rows[i].name);
	assert_int_equal(reset_of_spec(&(struct frame_spec){SYN}, 0, INJECT_TO_RECEIVER).length, 0);
}

static void
a_group_of_stations_is_neither_reset_nor_does_it_reset(void **state)
{
	static const uint32_t group_bits[] = {0, 6};
	struct frame_spec spec = {V4, .protocol = TCP, .tcp_flags = TCP_ACK};

	(void)state;
	for (size_t i = 0; i < LENGTH(group_bits); i++) {
		struct frame frame;
		frame_build(&frame, &spec);
		frame.bytes[group_bits[i]] |= 1;
		for (size_t t = 0; t < LENGTH(targets); t++)
			assert_int_equal(reset_of(frame.bytes, frame.length, SIDE_SUBSCRIBER, targets[t]).length, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_has_the_framing_of_its_segment_and_no_options),
		cmocka_unit_test(the_sender_of_a_segment_without_ack_sees_all_of_it_acknowledged),
		cmocka_unit_test(the_sender_of_a_segment_with_ack_is_reset_where_he_waits),
		cmocka_unit_test(the_receiver_is_reset_as_if_by_the_sender),
		cmocka_unit_test(a_reset_to_the_receiver_keeps_the_time_to_live_and_says_nothing_of_congestion),
		cmocka_unit_test(what_may_not_be_answered_gets_no_reset),
		cmocka_unit_test(a_group_of_stations_is_neither_reset_nor_does_it_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

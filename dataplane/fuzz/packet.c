// SPDX-License-Identifier: Apache-2.0
// Fuzz target: packet_parse says of every frame what the reference reader says, and reads only its contiguous bytes.
//
// Input: bit 0 of a byte the side, two bytes how much of the frame lies elsewhere, then the frame's contiguous bytes.

#include "pipeline.h"

#include "input.h"
#include "packet_reference.h"

static struct packet
parse(const uint8_t *bytes, uint32_t contiguous, uint32_t total, enum side side)
{
	struct packet packet;

	// What an earlier packet left there.
	memset(&packet, 0xa5, sizeof(packet));
	packet_parse(&packet, bytes, contiguous, total, 3, side);
	return packet;
}

static void
check_same(const struct packet *packet, const struct packet *wanted)
{
	CHECK(packet->kind == wanted->kind);
	CHECK(packet->side == wanted->side);
	CHECK(packet->length == wanted->length);
	if (!packet_owned(wanted))
		return;
	CHECK(address_equal(&packet->key.subscriber, &wanted->key.subscriber));
	CHECK(address_equal(&packet->key.network, &wanted->key.network));
	CHECK(session_key_tags(&packet->key) == session_key_tags(&wanted->key));
	if (wanted->kind != PACKET_TCP && wanted->kind != PACKET_UDP)
		return;
	CHECK(memcmp(&packet->key, &wanted->key, sizeof(packet->key)) == 0);
	CHECK(packet->tcp_flags == wanted->tcp_flags);
	CHECK(packet->tcp_sequence == wanted->tcp_sequence);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	enum side side = input_u8(&input) & 1 ? SIDE_NETWORK : SIDE_SUBSCRIBER;
	uint32_t elsewhere = input_u16(&input), contiguous = (uint32_t)input.left, total = contiguous + elsewhere;
	uint8_t *bytes = input_exact(&input, contiguous);

	// A frame's length is 16 bits.
	if (total <= UINT16_MAX) {
		struct packet packet = parse(bytes, contiguous, total, side), wanted;
		packet_reference(&wanted, bytes, contiguous, total, side);
		check_same(&packet, &wanted);
	}
	free(bytes);
	return 0;
}

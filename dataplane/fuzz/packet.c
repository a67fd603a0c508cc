// SPDX-License-Identifier: Apache-2.0
// Fuzz target: packet_parse says of every frame what the reference reader says, and reads only its contiguous bytes.
//
// Input: bit 0 of a byte the side, two bytes how much of the frame lies elsewhere, then the frame's contiguous bytes.

#include "packet.h"

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
		const char *difference = packet_difference(&packet, &wanted);
		if (difference != NULL)
			fprintf(stderr, "another %s\n", difference);
		CHECK(difference == NULL);
	}
	free(bytes);
	return 0;
}

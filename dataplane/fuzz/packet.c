// SPDX-License-Identifier: Apache-2.0
// Fuzz target: packet_parse says of every frame what the reference reader says, and reads only its contiguous bytes; and what
// inject_reset makes of a segment for each of its ends is a right reset.
//
// Input: bit 0 of a byte the side, two bytes how much of the frame lies elsewhere, then the frame's contiguous bytes.

#include "packet.h"
#include "inject.h"

#include "input.h"
#include "packet_reference.h"
#include "reset_reference.h"

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
check_resets(const struct packet *packet, const struct inject_frame *frame)
{
	static const enum inject_target targets[] = {INJECT_TO_SENDER, INJECT_TO_RECEIVER};

	for (unsigned i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		// Exact, for the sanitizer.
		uint8_t *reset = malloc(INJECT_BYTES_MAX);
		CHECK(reset != NULL);
		uint32_t length = inject_reset(reset, packet, frame, targets[i]);
		const char *fault = reset_fault(reset, length, packet, frame, targets[i]);
		if (fault != NULL)
			fprintf(stderr, "wrong %s\n", fault);
		CHECK(fault == NULL);
		free(reset);
	}
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
		check_resets(&packet, &(struct inject_frame){bytes, contiguous, total});
	}
	free(bytes);
	return 0;
}

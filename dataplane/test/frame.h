// SPDX-License-Identifier: Apache-2.0
// Frames for the tests: described by their fields, built without a checksum, which nothing here reads.

#pragma once

#include <stdint.h>

#define FRAME_MAX  512
#define FRAME_TAGS 3

struct frame {
	uint32_t length;
	uint32_t network;   // offset of the IP header
	uint32_t transport; // offset of the header behind it
	uint8_t bytes[FRAME_MAX];
};

struct frame_tag {
	uint16_t type;    // 0: no tag
	uint16_t control; // priority, drop eligible, VLAN id
};

struct frame_spec {
	const char *source; // as text; its family is the frame's
	const char *destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t protocol; // 6 and 17 get their header and ports, any other 8 bytes of its own
	uint8_t tcp_flags;
	uint32_t tcp_sequence; // the acknowledgement number is the same
	uint16_t fragment;     // IPv4: flags and offset, host order
	uint8_t ip_options;    // IPv4: bytes, a multiple of 4
	uint8_t tcp_options;   // bytes, a multiple of 4
	uint8_t extension;     // IPv6: number of an 8-byte extension header before the transport; 0: none
	uint16_t payload;      // bytes
	uint16_t padding;      // bytes behind the datagram
	struct frame_tag tags[FRAME_TAGS];
};

void frame_build(struct frame *frame, const struct frame_spec *spec);

// The same packet on its way back: source and destination exchanged.
struct frame_spec frame_reply(const struct frame_spec *spec);

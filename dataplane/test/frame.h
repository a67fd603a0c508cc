// SPDX-License-Identifier: Apache-2.0
// Frames for the tests: described by their fields, built without a checksum, which nothing here reads.

#pragma once

#include <stdint.h>

#define FRAME_MAX        2048
#define FRAME_TAGS       9
#define FRAME_EXTENSIONS 10

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

// An IPv6 extension header.
struct frame_extension {
	uint8_t type;    // 0: hop by hop
	uint16_t bytes;  // of the whole header; a multiple of 8
	uint16_t offset; // of a fragment header: offset * 8 | more fragments
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
	uint16_t fragment_id;  // of both families; 0: 0x1234
	uint8_t ip_options;    // IPv4: bytes, a multiple of 4
	uint8_t tcp_options;   // bytes, a multiple of 4
	uint8_t pppoe;         // in a PPPoE session: bytes of PPP's protocol, 1 or 2
	uint8_t labels;        // of MPLS, so many
	uint16_t payload;      // bytes
	uint16_t padding;      // bytes behind the datagram
	struct frame_tag tags[FRAME_TAGS];
	struct frame_extension extensions[FRAME_EXTENSIONS]; // IPv6, up to the first of no bytes
};

void frame_build(struct frame *frame, const struct frame_spec *spec);

// The same packet on its way back: source and destination exchanged.
struct frame_spec frame_reply(const struct frame_spec *spec);

// SPDX-License-Identifier: Apache-2.0
// The frames of the bench's packets: what one packet is, and its bytes in each framing.

#pragma once

#include "packet.h"

#include <stdint.h>

// What a packet travels in, each time with the same TCP or UDP header and payload.
enum framing {
	FRAMING_IPV4,  // 64 bytes on the wire
	FRAMING_IPV6,  // 84
	FRAMING_QINQ,  // 72: IPv4 behind an 88a8 and an 8100 tag of the subscriber's own
	FRAMING_PPPOE, // 72: IPv4 in a PPPoE session of the subscriber's own
	FRAMINGS,
};

extern const char *const framing_names[FRAMINGS];

// What is wrong with a frame.
enum damage {
	DAMAGE_NONE,
	DAMAGE_LONG,   // its IP length goes beyond it
	DAMAGE_HEADER, // its TCP header is shorter than one can be
	DAMAGE_CUT,    // its IP length ends before the TCP flags
};

// One packet between a subscriber (10.0.0.0 or the /64 2001:db8:0:0:: plus his number) and a server (198.18.0.0/15, the
// block of RFC 2544 for benchmarks, or 2001:2::/48, that of RFC 5180).
struct frame_plan {
	uint64_t server;     // its host part: 17 bits in IPv4, all in IPv6
	uint32_t subscriber; // below 2^24
	uint16_t subscriber_port;
	uint16_t server_port;
	uint16_t identification; // of an IPv4 datagram
	uint16_t fragment;       // IPv4 flags and offset, host order
	uint8_t protocol;        // IPPROTO_TCP or IPPROTO_UDP
	uint8_t from;            // enum side
	uint8_t tcp_flags;
	uint8_t damage; // enum damage; of IPv4
};

#define FRAME_LENGTH_MAX 128

// Writes the packet's frame, at most FRAME_LENGTH_MAX bytes, and returns its length: that on the wire less 4 bytes of
// checksum, which no driver hands over.
uint16_t frame_write(uint8_t *frame, const struct frame_plan *plan, enum framing framing);

// The first 8 bytes of every server's IPv6 address.
extern const uint8_t frame_server_prefix[8];

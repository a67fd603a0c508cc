// SPDX-License-Identifier: Apache-2.0
// The bench's wire: packets by number, as pure functions, and their frames of 64 bytes.

#pragma once

#include "packet.h"

#include <stdint.h>

// 64 bytes on the wire with the checksum, which no driver hands over.
#define FRAME_LENGTH 60

// One packet. The subscriber's address is 10.0.0.0 plus its number, below 2^24.
struct frame_plan {
	uint32_t subscriber;
	uint16_t subscriber_port;
	uint16_t server_port;
	uint8_t protocol; // IPPROTO_TCP or IPPROTO_UDP
	uint8_t from;     // enum side
	uint8_t tcp_flags;
};

// One session of each of `sessions` subscribers, SMTP, HTTP, HTTPS and QUIC in equal parts. The first 3 * sessions packets
// are the handshakes; each one after is of a session drawn at random, 32 from one side, 32 from the other.
struct frame_plan traffic_established(uint32_t sessions, uint64_t number);

// SYNs: the first `sessions` open a session of each subscriber, the next `sessions` another one each, in an order without
// locality. HTTP, which no detector counts; and SMTP, which one does.
struct frame_plan traffic_http(uint32_t sessions, uint64_t number);
struct frame_plan traffic_smtp(uint32_t sessions, uint64_t number);

// Writes FRAME_LENGTH bytes.
void traffic_frame(uint8_t *frame, const struct frame_plan *plan);

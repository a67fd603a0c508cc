// SPDX-License-Identifier: Apache-2.0
// From bytes to a packet view: who talks to whom, seen from the subscriber's side. Called by the adapter for each frame
// before the pipeline; reads only, and only the contiguous bytes.

#pragma once

#include "address.h"

#include <stdbool.h>
#include <stdint.h>

// At least this much of a frame is contiguous, or all of it: the adapter's buffers hold a frame in one piece. The longest headers
// read here take 14 + 2*4 + 60 + 20 = 102 bytes.
#define PACKET_CONTIGUOUS 256

// A port's side gives a packet's direction.
enum side {
	SIDE_SUBSCRIBER = 0,
	SIDE_NETWORK = 1,
	SIDES = 2,
};

static inline enum side
side_other(enum side side)
{
	return side == SIDE_SUBSCRIBER ? SIDE_NETWORK : SIDE_SUBSCRIBER;
}

enum packet_kind {
	PACKET_OTHER,     // no IP that we read: forwarded untouched
	PACKET_MALFORMED, // a length that does not fit: forwarded untouched, counted
	PACKET_EVASIVE,   // IPv4 fragments that only hide a TCP header (RFC 1858, RFC 3128): refused
	PACKET_IP,        // addresses known, no ports: later fragments, ICMP, extension headers...
	PACKET_TCP,
	PACKET_UDP,
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

// What a session is known by: normalised, so both directions have one key. No padding: it is hashed and compared as bytes.
struct session_key {
	struct address subscriber;
	struct address network;
	uint16_t subscriber_port; // host order
	uint16_t network_port;    // host order
	uint32_t
		tags_protocol; // outer VLAN id << 20 | inner VLAN id << 8 | IP protocol; no tag and VLAN id 0 are the same
};

// Outer VLAN id << 12 | inner VLAN id: the part of a key that tells two subscribers with one address apart.
static inline uint32_t
session_key_tags(const struct session_key *key)
{
	return key->tags_protocol >> 8;
}

static inline uint8_t
session_key_protocol(const struct session_key *key)
{
	return (uint8_t)key->tags_protocol;
}

struct packet {
	struct session_key key;       // addresses from PACKET_IP up, all of it for PACKET_TCP and PACKET_UDP
	uint64_t hash;                // of the key; the pipeline's
	uint32_t tcp_sequence;        // host order; 0 for what is not TCP
	uint32_t tcp_acknowledgement; // host order; only of TCP
	uint16_t length;              // of the whole frame, without its checksum
	uint8_t kind;                 // enum packet_kind
	uint8_t side;                 // enum side: where it came in
	uint8_t tcp_flags;
	uint8_t link;
};
_Static_assert(sizeof(struct session_key) == 40, "hashed and compared as bytes");
_Static_assert(sizeof(struct packet) == 64, "one cache line; travels in an mbuf's private area");

// Fills `packet` from a frame of `total` bytes of which the first `contiguous` may be read. Never fails: what cannot be
// read is PACKET_OTHER or PACKET_MALFORMED.
void packet_parse(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, uint8_t link,
		  enum side side);

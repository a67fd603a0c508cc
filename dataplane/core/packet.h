// SPDX-License-Identifier: Apache-2.0
// From bytes to a packet view: who talks to whom, seen from the subscriber's side. Called by the adapter for each frame
// before the pipeline; reads only, and only the contiguous bytes.

#pragma once

#include "address.h"

#include <stdbool.h>
#include <stdint.h>

// At least this much of a frame is contiguous, or all of it. Of the headers read here only a chain of IPv6 extension headers can be
// longer; what lies behind one that is counts as hidden.
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

// Framing that is read: up to eight VLAN tags, a PPPoE session, up to eight MPLS labels. Tunnels are seen as what they are and not
// entered.
enum packet_kind {
	PACKET_OTHER,     // no IP that we read: forwarded untouched
	PACKET_MALFORMED, // a length that does not fit: forwarded untouched, counted
	PACKET_IP,        // neither TCP nor UDP: ICMP, tunnels...
	PACKET_EVASIVE, // the ports are hidden: by fragments (RFC 1858, RFC 7112) or by a long chain of IPv6 extension headers
	PACKET_FRAGMENT, // a later one: no ports
	PACKET_TCP,      // whole, or the first fragment
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
	// Outer VLAN id << 20 | inner VLAN id << 8 | IP protocol. Tags with VLAN id 0 do not count; of more than two, the two innermost
	// do. A PPPoE session's number and MPLS labels are no part of it: they may differ in the two directions.
	uint32_t tags_protocol;
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
	struct session_key key; // addresses and protocol from PACKET_IP up, all of it for PACKET_TCP and PACKET_UDP
	uint64_t hash;          // of the key; the pipeline's
	uint32_t tcp_sequence;  // host order; 0 for what is not TCP
	union {
		uint32_t tcp_acknowledgement; // host order; only of TCP in one piece
		uint32_t fragment_id;         // of every fragment
	};
	uint8_t kind;      // enum packet_kind
	uint8_t side;      // enum side: where it came in
	uint8_t tcp_flags; // SYN where a fragment hides them
	uint8_t link;
	bool first_fragment; // others follow
	bool evasive;        // hides the ports or TCP's flags, as no sender does by chance
	uint16_t length;     // of the frame; at most UINT16_MAX of it
};
_Static_assert(sizeof(struct session_key) == 40, "hashed and compared as bytes");
_Static_assert(sizeof(struct packet) == 64, "one cache line; travels in an mbuf's private area");

// Fills `packet` from a frame of `total` bytes of which the first `contiguous` may be read. Never fails: what cannot be
// read is PACKET_OTHER or PACKET_MALFORMED.
void packet_parse(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, uint8_t link,
		  enum side side);

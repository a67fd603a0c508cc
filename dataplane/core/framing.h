// SPDX-License-Identifier: Apache-2.0
// What lies between Ethernet's addresses and an IP packet, in numbers: for who reads a frame and who finds his way in one.

#pragma once

#include <rte_ether.h>

#include <stdbool.h>
#include <stdint.h>

// Tag types of QinQ before 802.1ad, still met at edges.
#define ETHERTYPE_QINQ_9100 0x9100
#define ETHERTYPE_QINQ_9200 0x9200
#define ETHERTYPE_PPPOE     0x8864 // session stage (RFC 2516); discovery is not IP

#define TAGS_MAX 8

// RFC 2516 4: version and type, code, session id, length. Then PPP's protocol: two bytes, or one, which is odd (RFC 1661 2). PPPoE
// should not compress it (RFC 2516 7), and version, type and code have one value only; but Linux takes the one
// (ppp_decompress_proto) and does not look at the others (pppoe_rcv).
#define PPPOE_BYTES    6
#define PPPOE_LENGTH   4 // offset of the length of what follows the header
#define PPP_BYTES      2
#define PPP_COMPRESSED 1

static inline bool
framing_is_tag(uint16_t ether_type)
{
	return ether_type == RTE_ETHER_TYPE_VLAN || ether_type == RTE_ETHER_TYPE_QINQ ||
	       ether_type == ETHERTYPE_QINQ_9100 || ether_type == ETHERTYPE_QINQ_9200;
}

// SPDX-License-Identifier: Apache-2.0
// Framing: Ethernet, VLAN tags, PPPoE, MPLS. Pure: owns nothing, writes only the packet it is given.

#include "packet.h"

#include "framing.h"
#include "packet_ip.h"

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_ip.h>

#define LABELS_MAX 8

#define PPP_IPV4        0x0021
#define PPP_IPV6        0x0057
#define MPLS_BYTES      4
#define MPLS_LAST_LABEL 0x100 // bottom of stack (RFC 3032 2.1)

static enum packet_kind
parse_pppoe(struct packet *packet, struct cursor cursor)
{
	if (cursor.contiguous < PPPOE_BYTES + PPP_BYTES)
		return PACKET_MALFORMED;
	uint32_t length = cursor_be16(&cursor, PPPOE_LENGTH);
	if (length < PPP_BYTES || length > cursor.total - PPPOE_BYTES)
		return PACKET_MALFORMED;

	bool compressed = cursor.at[PPPOE_BYTES] & PPP_COMPRESSED;
	uint16_t protocol = compressed ? cursor.at[PPPOE_BYTES] : cursor_be16(&cursor, PPPOE_BYTES);
	cursor_cut(&cursor, PPPOE_BYTES + length);
	cursor_skip(&cursor, PPPOE_BYTES + (compressed ? 1 : PPP_BYTES));
	if (protocol == PPP_IPV4)
		return packet_parse_ipv4(packet, cursor);
	if (protocol == PPP_IPV6)
		return packet_parse_ipv6(packet, cursor);
	return PACKET_OTHER;
}

// A stack of labels does not say what it carries: IP is told by its version, as routers do (RFC 4928 2). A pseudowire whose
// control word is missing may look like it; its lengths will hardly.
static enum packet_kind
parse_mpls(struct packet *packet, struct cursor cursor)
{
	enum packet_kind kind = PACKET_OTHER;
	bool last = false;

	for (int labels = 0; !last && labels < LABELS_MAX; labels++) {
		if (cursor.contiguous < MPLS_BYTES)
			return PACKET_MALFORMED;
		last = cursor_be32(&cursor, 0) & MPLS_LAST_LABEL;
		cursor_skip(&cursor, MPLS_BYTES);
	}
	if (!last || cursor.contiguous == 0)
		return PACKET_OTHER;
	if (cursor.at[0] >> 4 == 4)
		kind = packet_parse_ipv4(packet, cursor);
	else if (cursor.at[0] >> 4 == 6)
		kind = packet_parse_ipv6(packet, cursor);
	return kind == PACKET_MALFORMED ? PACKET_OTHER : kind;
}

static enum packet_kind
parse_ethernet(struct packet *packet, struct cursor cursor)
{
	const struct rte_ether_hdr *ethernet = (const void *)cursor.at;
	uint32_t ids = 0;

	if (cursor.contiguous < sizeof(*ethernet))
		return PACKET_OTHER;
	uint16_t type = rte_be_to_cpu_16(ethernet->ether_type);
	cursor_skip(&cursor, sizeof(*ethernet));

	int named = 0;
	for (int tags = 0; tags < TAGS_MAX && framing_is_tag(type); tags++) {
		if (cursor.contiguous < sizeof(struct rte_vlan_hdr))
			return PACKET_MALFORMED;
		uint32_t id = cursor_be16(&cursor, 0) & 0xfff;
		// VLAN id 0 names none: the tag is there for its priority (IEEE 802.1Q 6.9), and switches take it off.
		if (id != 0) {
			ids = ids << 12 | id;
			named++;
		}
		type = cursor_be16(&cursor, 2);
		cursor_skip(&cursor, sizeof(struct rte_vlan_hdr));
	}
	// A lone tag is the outer one. What stands before the two innermost is the transport's and tells no subscribers apart.
	packet->key.tags_protocol = (named == 1 ? ids << 12 : ids) << 8;

	switch (type) {
	case RTE_ETHER_TYPE_IPV4:
		return packet_parse_ipv4(packet, cursor);
	case RTE_ETHER_TYPE_IPV6:
		return packet_parse_ipv6(packet, cursor);
	case ETHERTYPE_PPPOE:
		return parse_pppoe(packet, cursor);
	case RTE_ETHER_TYPE_MPLS:
	case RTE_ETHER_TYPE_MPLSM:
		return parse_mpls(packet, cursor);
	default:
		return PACKET_OTHER;
	}
}

void
packet_parse(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, uint8_t link,
	     enum side side)
{
	const struct cursor whole = {.at = bytes, .contiguous = contiguous, .total = total};

	packet->side = (uint8_t)side;
	packet->link = link;
	packet->length = (uint16_t)RTE_MIN(total, (uint32_t)UINT16_MAX);
	packet->tcp_flags = 0;
	packet->tcp_sequence = 0;
	packet->first_fragment = false;
	packet->evasive = false;
	packet->kind = (uint8_t)parse_ethernet(packet, whole);
}

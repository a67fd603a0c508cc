// SPDX-License-Identifier: Apache-2.0
// Ethernet, up to two VLAN tags, IPv4 and IPv6, TCP and UDP. Pure: owns nothing, writes only the packet it is given.

#include "packet.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include <netinet/in.h>

// 0x9100: the tag type of QinQ before 802.1ad, still met at edges.
#define ETHERTYPE_QINQ_OLD 0x9100

// The bytes not yet read.
struct cursor {
	const uint8_t *at;
	uint32_t contiguous;
	uint32_t total;
};

static inline void
cursor_skip(struct cursor *cursor, uint32_t length)
{
	cursor->at += length;
	cursor->contiguous -= length;
	cursor->total -= length;
}

static bool
is_tag(uint16_t ether_type)
{
	return ether_type == RTE_ETHER_TYPE_VLAN || ether_type == RTE_ETHER_TYPE_QINQ ||
	       ether_type == ETHERTYPE_QINQ_OLD;
}

// `fragment`: the datagram's first, so a length in it may be that of the whole.
static __rte_always_inline enum packet_kind
parse_transport(struct packet *packet, struct cursor cursor, uint8_t protocol, bool fragment)
{
	uint16_t source, destination;

	if (protocol == IPPROTO_TCP) {
		const struct rte_tcp_hdr *tcp = (const void *)cursor.at;
		if (cursor.contiguous < sizeof(*tcp))
			return PACKET_MALFORMED;
		uint32_t header = (tcp->data_off >> 4) * 4u;
		if (header < sizeof(*tcp) || header > cursor.total)
			return PACKET_MALFORMED;
		source = rte_be_to_cpu_16(tcp->src_port);
		destination = rte_be_to_cpu_16(tcp->dst_port);
		packet->tcp_sequence = rte_be_to_cpu_32(tcp->sent_seq);
		packet->tcp_acknowledgement = rte_be_to_cpu_32(tcp->recv_ack);
		packet->tcp_flags = tcp->tcp_flags;
	} else if (protocol == IPPROTO_UDP) {
		const struct rte_udp_hdr *udp = (const void *)cursor.at;
		if (cursor.contiguous < sizeof(*udp))
			return PACKET_MALFORMED;
		uint32_t length = rte_be_to_cpu_16(udp->dgram_len);
		if (length < sizeof(*udp) || (length > cursor.total && !fragment))
			return PACKET_MALFORMED;
		source = rte_be_to_cpu_16(udp->src_port);
		destination = rte_be_to_cpu_16(udp->dst_port);
	} else {
		return PACKET_IP;
	}

	packet->key.subscriber_port = packet->side == SIDE_SUBSCRIBER ? source : destination;
	packet->key.network_port = packet->side == SIDE_SUBSCRIBER ? destination : source;
	packet->key.tags_protocol |= protocol;
	return protocol == IPPROTO_TCP ? PACKET_TCP : PACKET_UDP;
}

static void
set_addresses(struct packet *packet, struct address source, struct address destination)
{
	packet->key.subscriber = packet->side == SIDE_SUBSCRIBER ? source : destination;
	packet->key.network = packet->side == SIDE_SUBSCRIBER ? destination : source;
}

// Fragments that no sender makes but to hide TCP's flags: a first one without a whole header (RFC 1858 3.1), and one that
// overlays the flags (RFC 3128, offset 1). Passed on, they would be put together into a SYN that nobody judged.
static bool
hides_tcp(const struct rte_ipv4_hdr *ip, uint32_t payload)
{
	uint16_t fragment = rte_be_to_cpu_16(ip->fragment_offset);
	uint16_t offset = fragment & RTE_IPV4_HDR_OFFSET_MASK;

	if (ip->next_proto_id != IPPROTO_TCP)
		return false;
	return offset == 1 ||
	       (offset == 0 && (fragment & RTE_IPV4_HDR_MF_FLAG) && payload < sizeof(struct rte_tcp_hdr));
}

static enum packet_kind
parse_ipv4(struct packet *packet, struct cursor cursor)
{
	const struct rte_ipv4_hdr *ip = (const void *)cursor.at;
	uint32_t header, length;

	if (cursor.contiguous < sizeof(*ip))
		return PACKET_MALFORMED;
	header = rte_ipv4_hdr_len(ip);
	length = rte_be_to_cpu_16(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header < sizeof(*ip) || length < header || length > cursor.total ||
	    header > cursor.contiguous)
		return PACKET_MALFORMED;

	set_addresses(packet, address_from_ipv4(&ip->src_addr), address_from_ipv4(&ip->dst_addr));
	if (hides_tcp(ip, length - header))
		return PACKET_EVASIVE;
	if (ip->fragment_offset & rte_cpu_to_be_16(RTE_IPV4_HDR_OFFSET_MASK))
		return PACKET_IP;

	// What lies behind the datagram's end is Ethernet padding, not header.
	cursor.total = length;
	if (cursor.contiguous > length)
		cursor.contiguous = length;
	cursor_skip(&cursor, header);
	return parse_transport(packet, cursor, ip->next_proto_id,
			       ip->fragment_offset & rte_cpu_to_be_16(RTE_IPV4_HDR_MF_FLAG));
}

static enum packet_kind
parse_ipv6(struct packet *packet, struct cursor cursor)
{
	const struct rte_ipv6_hdr *ip = (const void *)cursor.at;
	struct address source, destination;
	uint32_t length;

	if (cursor.contiguous < sizeof(*ip))
		return PACKET_MALFORMED;
	// Length 0 is a jumbogram's, and Linux takes UDP in it without the option: it is the rest of the frame then.
	length = ip->payload_len == 0 ? cursor.total : sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	if (cursor.at[0] >> 4 != 6 || length > cursor.total)
		return PACKET_MALFORMED;

	source = address_from_ipv6(ip->src_addr);
	destination = address_from_ipv6(ip->dst_addr);
	// An IPv4-mapped address has no business on the wire (RFC 4942 2.2) and would pass for an IPv4 subscriber here.
	if (address_is_ipv4(&source) || address_is_ipv4(&destination))
		return PACKET_MALFORMED;
	set_addresses(packet, source, destination);

	cursor.total = length;
	if (cursor.contiguous > length)
		cursor.contiguous = length;
	cursor_skip(&cursor, sizeof(*ip));
	return parse_transport(packet, cursor, ip->proto, false);
}

static enum packet_kind
parse_ethernet(struct packet *packet, struct cursor cursor)
{
	const struct rte_ether_hdr *ethernet = (const void *)cursor.at;
	uint32_t tags = 0;
	uint16_t type;

	if (cursor.contiguous < sizeof(*ethernet))
		return PACKET_OTHER;
	type = rte_be_to_cpu_16(ethernet->ether_type);
	cursor_skip(&cursor, sizeof(*ethernet));

	for (int shift = 12; shift >= 0 && is_tag(type); shift -= 12) {
		const struct rte_vlan_hdr *tag = (const void *)cursor.at;
		if (cursor.contiguous < sizeof(*tag))
			return PACKET_MALFORMED;
		tags |= (uint32_t)(rte_be_to_cpu_16(tag->vlan_tci) & 0xfff) << shift;
		type = rte_be_to_cpu_16(tag->eth_proto);
		cursor_skip(&cursor, sizeof(*tag));
	}
	packet->key.tags_protocol = tags << 8;

	if (type == RTE_ETHER_TYPE_IPV4)
		return parse_ipv4(packet, cursor);
	if (type == RTE_ETHER_TYPE_IPV6)
		return parse_ipv6(packet, cursor);
	return PACKET_OTHER;
}

void
packet_parse(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, uint8_t link,
	     enum side side)
{
	const struct cursor whole = {.at = bytes, .contiguous = contiguous, .total = total};

	packet->side = (uint8_t)side;
	packet->link = link;
	packet->length = (uint16_t)total;
	packet->tcp_flags = 0;
	packet->tcp_sequence = 0;
	packet->kind = (uint8_t)parse_ethernet(packet, whole);
}

// SPDX-License-Identifier: Apache-2.0
// IPv4 and IPv6, their fragments and extension headers, TCP and UDP: see packet_ip.h.

#include "packet_ip.h"

#include "ipv6_extension.h"

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#define IPV6_MORE_FRAGMENTS 1

// The first fragment of TCP shows the ports if it shows anything: fragments come in units of 8 bytes (RFC 791 2.3).
#define FRAGMENT_UNIT 8

// The transport's header is there, or will come, but cannot be seen.
static enum packet_kind
hidden(struct packet *packet)
{
	packet->evasive = true;
	return PACKET_EVASIVE;
}

// A header that ends before it should: hidden, if the rest comes in another fragment.
static enum packet_kind
cut_short(struct packet *packet)
{
	return packet->first_fragment ? hidden(packet) : PACKET_MALFORMED;
}

static enum packet_kind
later_fragment(struct packet *packet, uint32_t offset, uint8_t protocol)
{
	packet->key.tags_protocol |= protocol;
	// It brings TCP's flags, or overlays those that were seen (RFC 1858 3.2, RFC 3128).
	packet->evasive = offset == 1 && protocol == IPPROTO_TCP;
	return PACKET_FRAGMENT;
}

static __rte_always_inline void
set_ports(struct packet *packet, rte_be16_t source, rte_be16_t destination)
{
	bool up = packet->side == SIDE_SUBSCRIBER;

	packet->key.subscriber_port = rte_be_to_cpu_16(up ? source : destination);
	packet->key.network_port = rte_be_to_cpu_16(up ? destination : source);
}

// RFC 1858 3.1: a first fragment so short that TCP's flags are in the next one. No sender makes these but to hide a SYN, so it is
// taken for one.
static enum packet_kind
parse_tiny_tcp(struct packet *packet, const struct cursor *cursor)
{
	const struct rte_tcp_hdr *tcp = (const void *)cursor->at;

	if (cursor->contiguous < FRAGMENT_UNIT)
		return hidden(packet);
	set_ports(packet, tcp->src_port, tcp->dst_port);
	packet->tcp_sequence = rte_be_to_cpu_32(tcp->sent_seq);
	packet->tcp_flags = TCP_SYN;
	packet->evasive = true;
	return PACKET_TCP;
}

static __rte_always_inline enum packet_kind
parse_tcp(struct packet *packet, const struct cursor *cursor)
{
	const struct rte_tcp_hdr *tcp = (const void *)cursor->at;

	if (cursor->total < sizeof(*tcp))
		return packet->first_fragment ? parse_tiny_tcp(packet, cursor) : PACKET_MALFORMED;
	if (cursor->contiguous < sizeof(*tcp))
		return hidden(packet);
	uint32_t header = (tcp->data_off >> 4) * 4u;
	// The options of a first fragment may go on in the next one.
	if (header < sizeof(*tcp) || (header > cursor->total && !packet->first_fragment))
		return PACKET_MALFORMED;
	set_ports(packet, tcp->src_port, tcp->dst_port);
	packet->tcp_sequence = rte_be_to_cpu_32(tcp->sent_seq);
	if (!packet->first_fragment)
		packet->tcp_acknowledgement = rte_be_to_cpu_32(tcp->recv_ack);
	packet->tcp_flags = tcp->tcp_flags;
	return PACKET_TCP;
}

static __rte_always_inline enum packet_kind
parse_udp(struct packet *packet, const struct cursor *cursor)
{
	const struct rte_udp_hdr *udp = (const void *)cursor->at;

	if (cursor->total < sizeof(*udp))
		return cut_short(packet);
	if (cursor->contiguous < sizeof(*udp))
		return hidden(packet);
	uint32_t length = rte_be_to_cpu_16(udp->dgram_len);
	// RFC 2675 4: the rest of a jumbogram, and Linux takes it in others too (__udp6_lib_rcv).
	if (length == 0 && !address_is_ipv4(&packet->key.subscriber))
		length = cursor->total;
	// The length of a datagram in fragments is that of the whole.
	if (length < sizeof(*udp) || (length > cursor->total && !packet->first_fragment))
		return PACKET_MALFORMED;
	set_ports(packet, udp->src_port, udp->dst_port);
	return PACKET_UDP;
}

static __rte_always_inline enum packet_kind
parse_transport(struct packet *packet, const struct cursor *cursor, uint8_t protocol)
{
	packet->key.tags_protocol |= protocol;
	if (protocol == IPPROTO_TCP)
		return parse_tcp(packet, cursor);
	if (protocol == IPPROTO_UDP)
		return parse_udp(packet, cursor);
	return PACKET_IP;
}

static __rte_always_inline void
set_addresses(struct packet *packet, struct address source, struct address destination)
{
	packet->key.subscriber = packet->side == SIDE_SUBSCRIBER ? source : destination;
	packet->key.network = packet->side == SIDE_SUBSCRIBER ? destination : source;
}

enum packet_kind
packet_parse_ipv4(struct packet *packet, struct cursor cursor)
{
	const struct rte_ipv4_hdr *ip = (const void *)cursor.at;

	if (cursor.contiguous < sizeof(*ip))
		return PACKET_MALFORMED;
	uint32_t header = rte_ipv4_hdr_len(ip), length = rte_be_to_cpu_16(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header < sizeof(*ip) || length < header || length > cursor.total ||
	    header > cursor.contiguous)
		return PACKET_MALFORMED;

	set_addresses(packet, address_from_ipv4(&ip->src_addr), address_from_ipv4(&ip->dst_addr));
	cursor_cut(&cursor, length);
	cursor_skip(&cursor, header);
	uint16_t fragment = rte_be_to_cpu_16(ip->fragment_offset);
	if (fragment & (RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG)) {
		packet->fragment_id = rte_be_to_cpu_16(ip->packet_id);
		if (fragment & RTE_IPV4_HDR_OFFSET_MASK)
			return later_fragment(packet, fragment & RTE_IPV4_HDR_OFFSET_MASK, ip->next_proto_id);
		packet->first_fragment = true;
	}
	return parse_transport(packet, &cursor, ip->next_proto_id);
}

static enum packet_kind
parse_extensions(struct packet *packet, struct cursor cursor, uint8_t type)
{
	while (ipv6_is_extension(type)) {
		if (cursor.total < IPV6_EXTENSION_BYTES)
			return cut_short(packet);
		if (cursor.contiguous < IPV6_EXTENSION_BYTES)
			return hidden(packet);
		if (type == IPPROTO_FRAGMENT) {
			uint16_t offset_flags = cursor_be16(&cursor, 2);
			packet->fragment_id = cursor_be32(&cursor, 4);
			if (offset_flags >> 3 != 0)
				return later_fragment(packet, offset_flags >> 3, cursor.at[0]);
			// One without either is whole (RFC 6946).
			packet->first_fragment |= offset_flags & IPV6_MORE_FRAGMENTS;
		}
		uint32_t length = ipv6_extension_bytes(&cursor, type);
		if (length > cursor.total)
			return cut_short(packet);
		if (length > cursor.contiguous)
			return hidden(packet);
		type = cursor.at[0];
		cursor_skip(&cursor, length);
	}
	return parse_transport(packet, &cursor, type);
}

enum packet_kind
packet_parse_ipv6(struct packet *packet, struct cursor cursor)
{
	const struct rte_ipv6_hdr *ip = (const void *)cursor.at;

	if (cursor.contiguous < sizeof(*ip))
		return PACKET_MALFORMED;
	// Length 0 is a jumbogram's, and Linux takes UDP in it without the option: it is the rest of the frame then.
	uint32_t length = ip->payload_len == 0 ? cursor.total : sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	if (cursor.at[0] >> 4 != 6 || length > cursor.total)
		return PACKET_MALFORMED;

	struct address source = address_from_ipv6(ip->src_addr), destination = address_from_ipv6(ip->dst_addr);
	// An IPv4-mapped address has no business on the wire (RFC 4942 2.2) and would pass for an IPv4 subscriber here.
	if (address_is_ipv4(&source) || address_is_ipv4(&destination))
		return PACKET_MALFORMED;
	set_addresses(packet, source, destination);
	cursor_cut(&cursor, length);
	cursor_skip(&cursor, sizeof(*ip));
	if (ip->proto == IPPROTO_TCP || ip->proto == IPPROTO_UDP)
		return parse_transport(packet, &cursor, ip->proto);
	return parse_extensions(packet, cursor, ip->proto);
}

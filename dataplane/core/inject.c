// SPDX-License-Identifier: Apache-2.0
// Resets: see inject.h.

#include "inject.h"

#include "framing.h"
#include "layers.h"

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include <netinet/in.h>

#include <string.h>

_Static_assert(INJECT_BYTES_MAX == sizeof(struct rte_ether_hdr) + TAGS_MAX * sizeof(struct rte_vlan_hdr) + PPPOE_BYTES +
					   PPP_BYTES + sizeof(struct rte_ipv6_hdr) + sizeof(struct rte_tcp_hdr),
	       "the longest");

// Hosts answer with it (RFC 1700, "IP time to live").
#define TIME_TO_LIVE 64

// Of the byte that was IPv4's type of service: a reset says nothing of congestion (RFC 3168 6.1.4: control packets are not capable).
#define NO_ECN 0xfc

// A refused segment and what is asked for.
struct refused {
	const struct packet *packet;
	const uint8_t *bytes;
	struct layers layers;
	enum inject_target target;
};

static bool
is_due(const struct packet *packet, enum inject_target target)
{
	if (packet->kind != PACKET_TCP || packet->first_fragment || packet->tcp_flags & TCP_RST)
		return false;
	return target == INJECT_TO_SENDER || (packet->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN;
}

// Sequence numbers that the segment takes: of its data, a SYN and a FIN.
static uint32_t
segment_length(const struct refused *refused)
{
	const struct rte_tcp_hdr *tcp = (const void *)(refused->bytes + refused->layers.tcp);
	uint32_t data = refused->layers.end - refused->layers.tcp - (tcp->data_off >> 4) * 4u;
	uint8_t flags = refused->packet->tcp_flags;

	return data + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
}

static void
number_for_sender(const struct refused *refused, struct rte_tcp_hdr *to)
{
	if (refused->packet->tcp_flags & TCP_ACK) {
		to->sent_seq = rte_cpu_to_be_32(refused->packet->tcp_acknowledgement);
		to->tcp_flags = TCP_RST;
	} else {
		to->recv_ack = rte_cpu_to_be_32(refused->packet->tcp_sequence + segment_length(refused));
		to->tcp_flags = TCP_RST | TCP_ACK;
	}
}

static void
number_for_receiver(const struct refused *refused, struct rte_tcp_hdr *to)
{
	to->sent_seq = rte_cpu_to_be_32(refused->packet->tcp_sequence);
	to->tcp_flags = TCP_RST;
	if (refused->packet->tcp_flags & TCP_ACK) {
		to->recv_ack = rte_cpu_to_be_32(refused->packet->tcp_acknowledgement);
		to->tcp_flags |= TCP_ACK;
	}
}

static void
put_tcp(const struct refused *refused, struct rte_tcp_hdr *to)
{
	const struct rte_tcp_hdr *tcp = (const void *)(refused->bytes + refused->layers.tcp);
	bool back = refused->target == INJECT_TO_SENDER;

	*to = (struct rte_tcp_hdr){
		.src_port = back ? tcp->dst_port : tcp->src_port,
		.dst_port = back ? tcp->src_port : tcp->dst_port,
		.data_off = sizeof(*to) / 4 << 4,
	};
	if (back)
		number_for_sender(refused, to);
	else
		number_for_receiver(refused, to);
}

// Returns the length of header and reset.
static uint32_t
put_ipv4(const struct refused *refused, uint8_t *at)
{
	const struct rte_ipv4_hdr *ip = (const void *)(refused->bytes + refused->layers.ip);
	bool back = refused->target == INJECT_TO_SENDER;
	struct rte_ipv4_hdr *to = (void *)at;
	struct rte_tcp_hdr *tcp = (void *)(to + 1);

	// Not to be fragmented, so its identification tells nothing (RFC 6864 4.1).
	*to = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = ip->type_of_service & NO_ECN,
		.total_length = rte_cpu_to_be_16(sizeof(*to) + sizeof(*tcp)),
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = back ? TIME_TO_LIVE : ip->time_to_live,
		.next_proto_id = IPPROTO_TCP,
		.src_addr = back ? ip->dst_addr : ip->src_addr,
		.dst_addr = back ? ip->src_addr : ip->dst_addr,
	};
	to->hdr_checksum = rte_ipv4_cksum(to);
	put_tcp(refused, tcp);
	tcp->cksum = rte_ipv4_udptcp_cksum(to, tcp);
	return sizeof(*to) + sizeof(*tcp);
}

static uint32_t
put_ipv6(const struct refused *refused, uint8_t *at)
{
	const struct rte_ipv6_hdr *ip = (const void *)(refused->bytes + refused->layers.ip);
	bool back = refused->target == INJECT_TO_SENDER;
	struct rte_ipv6_hdr *to = (void *)at;
	struct rte_tcp_hdr *tcp = (void *)(to + 1);

	// Version, traffic class and flow label are the segment's.
	*to = *ip;
	to->vtc_flow &= ~rte_cpu_to_be_32((uint32_t)(uint8_t)~NO_ECN << RTE_IPV6_HDR_TC_SHIFT);
	to->payload_len = rte_cpu_to_be_16(sizeof(*tcp));
	to->proto = IPPROTO_TCP;
	if (back) {
		to->hop_limits = TIME_TO_LIVE;
		memcpy(to->src_addr, ip->dst_addr, sizeof(to->src_addr));
		memcpy(to->dst_addr, ip->src_addr, sizeof(to->dst_addr));
	}
	put_tcp(refused, tcp);
	tcp->cksum = rte_ipv6_udptcp_cksum(to, tcp);
	return sizeof(*to) + sizeof(*tcp);
}

// Everything before IP is the segment's; false: a group of stations sends or gets it (IEEE 802.3 3.2.3).
static bool
put_framing(const struct refused *refused, uint8_t *reset)
{
	const uint8_t *to = refused->bytes, *from = to + RTE_ETHER_ADDR_LEN;

	if ((*to | *from) & RTE_ETHER_GROUP_ADDR)
		return false;
	memcpy(reset, refused->bytes, refused->layers.ip);
	if (refused->target == INJECT_TO_SENDER) {
		memcpy(reset, from, RTE_ETHER_ADDR_LEN);
		memcpy(reset + RTE_ETHER_ADDR_LEN, to, RTE_ETHER_ADDR_LEN);
	}
	return true;
}

uint32_t
inject_reset(uint8_t reset[INJECT_BYTES_MAX], const struct packet *packet, const struct inject_frame *frame,
	     enum inject_target target)
{
	struct refused refused = {.packet = packet, .bytes = frame->bytes, .target = target};
	const struct layers *layers = &refused.layers;

	if (!is_due(packet, target) || !layers_find(&refused.layers, frame->bytes, frame->contiguous, frame->total) ||
	    !put_framing(&refused, reset))
		return 0;
	uint8_t *ip = reset + layers->ip;
	bool ipv4 = address_is_ipv4(&packet->key.subscriber);
	uint32_t length = layers->ip + (ipv4 ? put_ipv4(&refused, ip) : put_ipv6(&refused, ip));
	if (layers->pppoe > 0) {
		uint32_t inside = length - layers->pppoe - PPPOE_BYTES;
		reset[layers->pppoe + PPPOE_LENGTH] = 0;
		reset[layers->pppoe + PPPOE_LENGTH + 1] = (uint8_t)inside;
	}
	if (length >= INJECT_BYTES_MIN)
		return length;
	memset(reset + length, 0, INJECT_BYTES_MIN - length);
	return INJECT_BYTES_MIN;
}

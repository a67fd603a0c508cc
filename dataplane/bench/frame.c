// SPDX-License-Identifier: Apache-2.0
// The bench's frames: see frame.h.

#include "frame.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include <netinet/in.h>
#include <string.h>

#define ETHERTYPE_PPPOE 0x8864
#define PPP_IPV4        0x0021 // RFC 1332

// A TCP header and 6 bytes: what fills an untagged IPv4 frame of the least size.
#define TRANSPORT_LENGTH 26

const char *const framing_names[FRAMINGS] = {
	[FRAMING_IPV4] = "ipv4",
	[FRAMING_IPV6] = "ipv6",
	[FRAMING_QINQ] = "qinq",
	[FRAMING_PPPOE] = "pppoe",
};

const uint8_t frame_server_prefix[8] = {0x20, 0x01, 0x00, 0x02};

static uint8_t *
put(uint8_t *to, const void *header, size_t length)
{
	memcpy(to, header, length);
	return to + length;
}

static uint8_t *
put_type(uint8_t *to, uint16_t ether_type)
{
	rte_be16_t type = rte_cpu_to_be_16(ether_type);

	return put(to, &type, sizeof(type));
}

static uint8_t *
put_tag(uint8_t *to, uint16_t ether_type, uint32_t vlan)
{
	rte_be16_t control = rte_cpu_to_be_16((uint16_t)vlan);

	return put(put_type(to, ether_type), &control, sizeof(control));
}

// RFC 2516: version and type 1, code 0 of session data; the length counts the PPP protocol's two bytes.
static uint8_t *
put_pppoe(uint8_t *to, uint32_t session, uint16_t payload)
{
	struct __attribute__((packed)) {
		uint8_t version_type, code;
		rte_be16_t session, length, protocol;
	} header = {
		.version_type = 0x11,
		.session = rte_cpu_to_be_16((uint16_t)session),
		.length = rte_cpu_to_be_16((uint16_t)(payload + sizeof(rte_be16_t))),
		.protocol = rte_cpu_to_be_16(PPP_IPV4),
	};

	return put(put_type(to, ETHERTYPE_PPPOE), &header, sizeof(header));
}

// All between the Ethernet addresses and the IP header. An access node has 4,000 subscribers.
static uint8_t *
put_framing(uint8_t *to, const struct frame_plan *plan, enum framing framing)
{
	switch (framing) {
	case FRAMING_IPV6:
		return put_type(to, RTE_ETHER_TYPE_IPV6);
	case FRAMING_QINQ:
		to = put_tag(to, RTE_ETHER_TYPE_QINQ, 1 + plan->subscriber / 4000 % 4094);
		to = put_tag(to, RTE_ETHER_TYPE_VLAN, 1 + plan->subscriber % 4000);
		return put_type(to, RTE_ETHER_TYPE_IPV4);
	case FRAMING_PPPOE:
		return put_pppoe(to, 1 + plan->subscriber % 65534, sizeof(struct rte_ipv4_hdr) + TRANSPORT_LENGTH);
	default:
		return put_type(to, RTE_ETHER_TYPE_IPV4);
	}
}

// No checksums here and below: the engine does not read them.
static uint8_t *
put_ipv4(uint8_t *to, const struct frame_plan *plan)
{
	bool up = plan->from == SIDE_SUBSCRIBER;
	uint32_t subscriber = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 0) | plan->subscriber);
	uint32_t server = rte_cpu_to_be_32(RTE_IPV4(198, 18, 0, 0) | ((uint32_t)plan->server & 0x1ffff));
	uint16_t length = sizeof(struct rte_ipv4_hdr) + TRANSPORT_LENGTH;

	if (plan->damage == DAMAGE_LONG)
		length += 100;
	if (plan->damage == DAMAGE_CUT)
		length = sizeof(struct rte_ipv4_hdr) + 8;
	struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(length),
		.packet_id = rte_cpu_to_be_16(plan->identification),
		.fragment_offset = rte_cpu_to_be_16(plan->fragment),
		.time_to_live = 64,
		.next_proto_id = plan->protocol,
		.src_addr = up ? subscriber : server,
		.dst_addr = up ? server : subscriber,
	};
	return put(to, &ip, sizeof(ip));
}

static uint8_t *
put_ipv6(uint8_t *to, const struct frame_plan *plan)
{
	bool up = plan->from == SIDE_SUBSCRIBER;
	struct rte_ipv6_hdr ip = {
		.vtc_flow = rte_cpu_to_be_32(6u << 28),
		.payload_len = rte_cpu_to_be_16(TRANSPORT_LENGTH),
		.proto = plan->protocol,
		.hop_limits = 64,
	};
	uint8_t *subscriber = up ? ip.src_addr : ip.dst_addr, *server = up ? ip.dst_addr : ip.src_addr;
	rte_be64_t network = rte_cpu_to_be_64(UINT64_C(0x20010db8) << 32 | plan->subscriber);
	rte_be64_t host = rte_cpu_to_be_64(plan->server);

	memcpy(subscriber, &network, sizeof(network));
	subscriber[15] = 1;
	memcpy(server, frame_server_prefix, sizeof(frame_server_prefix));
	memcpy(server + sizeof(frame_server_prefix), &host, sizeof(host));
	return put(to, &ip, sizeof(ip));
}

static void
put_transport(uint8_t *to, const struct frame_plan *plan)
{
	bool up = plan->from == SIDE_SUBSCRIBER;
	rte_be16_t source = rte_cpu_to_be_16(up ? plan->subscriber_port : plan->server_port);
	rte_be16_t destination = rte_cpu_to_be_16(up ? plan->server_port : plan->subscriber_port);
	uint8_t words = plan->damage == DAMAGE_HEADER ? 2 : sizeof(struct rte_tcp_hdr) / 4;
	struct rte_tcp_hdr tcp = {
		.src_port = source,
		.dst_port = destination,
		.data_off = (uint8_t)(words << 4),
		.tcp_flags = plan->tcp_flags,
	};
	struct rte_udp_hdr udp = {
		.src_port = source,
		.dst_port = destination,
		.dgram_len = rte_cpu_to_be_16(TRANSPORT_LENGTH),
	};

	if (plan->protocol == IPPROTO_TCP)
		put(to, &tcp, sizeof(tcp));
	else
		put(to, &udp, sizeof(udp));
}

uint16_t
frame_write(uint8_t *frame, const struct frame_plan *plan, enum framing framing)
{
	uint8_t *to = frame + 2 * sizeof(struct rte_ether_addr);

	memset(frame, 0, FRAME_LENGTH_MAX);
	to = put_framing(to, plan, framing);
	to = framing == FRAMING_IPV6 ? put_ipv6(to, plan) : put_ipv4(to, plan);
	put_transport(to, plan);
	return (uint16_t)(to + TRANSPORT_LENGTH - frame);
}

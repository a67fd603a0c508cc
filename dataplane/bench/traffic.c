// SPDX-License-Identifier: Apache-2.0
// The bench's wire: see traffic.h.

#include "traffic.h"

#include "hash.h"
#include "pipeline.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include <netinet/in.h>

#define PORT_SMTP  25
#define PORT_HTTP  80
#define PORT_HTTPS 443

#define FIRST_SUBSCRIBER_PORT 40000

// A random number for each number: the finaliser of SplitMix64.
static uint64_t
mixed(uint64_t number)
{
	uint64_t x = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

struct frame_plan
traffic_established(uint32_t sessions, uint64_t number)
{
	static const struct {
		uint16_t port;
		uint8_t protocol;
	} services[] = {
		{PORT_SMTP, IPPROTO_TCP},
		{PORT_HTTP, IPPROTO_TCP},
		{PORT_HTTPS, IPPROTO_TCP},
		{PORT_HTTPS, IPPROTO_UDP},
	};
	static const uint8_t handshake[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK};
	uint64_t step = number / sessions;
	bool opening = step < RTE_DIM(handshake);
	uint32_t session = opening ? (uint32_t)(number % sessions) : hash_range((uint32_t)mixed(number), sessions);

	return (struct frame_plan){
		.subscriber = session,
		.subscriber_port = FIRST_SUBSCRIBER_PORT,
		.server_port = services[session % RTE_DIM(services)].port,
		.protocol = services[session % RTE_DIM(services)].protocol,
		.from = (opening ? step : number / BURST_MAX) % 2 == 0 ? SIDE_SUBSCRIBER : SIDE_NETWORK,
		.tcp_flags = opening ? handshake[step] : TCP_ACK,
	};
}

static struct frame_plan
opening(uint32_t sessions, uint64_t number, uint16_t server_port)
{
	// A prime, so that each subscriber has one turn in each pass.
	uint64_t order = number < sessions ? number : number * UINT64_C(7368787);

	return (struct frame_plan){
		.subscriber = (uint32_t)(order % sessions),
		.subscriber_port = (uint16_t)(FIRST_SUBSCRIBER_PORT + number / sessions),
		.server_port = server_port,
		.protocol = IPPROTO_TCP,
		.from = SIDE_SUBSCRIBER,
		.tcp_flags = TCP_SYN,
	};
}

struct frame_plan
traffic_http(uint32_t sessions, uint64_t number)
{
	return opening(sessions, number, PORT_HTTP);
}

struct frame_plan
traffic_smtp(uint32_t sessions, uint64_t number)
{
	return opening(sessions, number, PORT_SMTP);
}

// Servers lie in 198.18.0.0/15, the block of RFC 2544 for benchmarks.
static uint32_t
server_address(uint32_t subscriber)
{
	return RTE_IPV4(198, 18, 0, 0) | (uint32_t)mixed(subscriber) >> 15;
}

void
traffic_frame(uint8_t *frame, const struct frame_plan *plan)
{
	struct headers {
		struct rte_ether_hdr ethernet;
		struct rte_ipv4_hdr ip;
		union {
			struct rte_tcp_hdr tcp;
			struct rte_udp_hdr udp;
		};
	} *to = (void *)frame;
	bool up = plan->from == SIDE_SUBSCRIBER;
	uint32_t subscriber = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 0) | plan->subscriber);
	uint32_t server = rte_cpu_to_be_32(server_address(plan->subscriber));
	rte_be16_t source = rte_cpu_to_be_16(up ? plan->subscriber_port : plan->server_port);
	rte_be16_t destination = rte_cpu_to_be_16(up ? plan->server_port : plan->subscriber_port);

	// No checksums: the engine does not read them.
	to->ethernet = (struct rte_ether_hdr){.ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4)};
	to->ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(FRAME_LENGTH - sizeof(to->ethernet)),
		.time_to_live = 64,
		.next_proto_id = plan->protocol,
		.src_addr = up ? subscriber : server,
		.dst_addr = up ? server : subscriber,
	};
	if (plan->protocol == IPPROTO_TCP)
		to->tcp = (struct rte_tcp_hdr){
			.src_port = source,
			.dst_port = destination,
			.data_off = sizeof(to->tcp) / 4 << 4,
			.tcp_flags = plan->tcp_flags,
		};
	else
		to->udp = (struct rte_udp_hdr){
			.src_port = source,
			.dst_port = destination,
			.dgram_len = rte_cpu_to_be_16(FRAME_LENGTH - sizeof(to->ethernet) - sizeof(to->ip)),
		};
}

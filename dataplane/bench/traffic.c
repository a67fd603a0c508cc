// SPDX-License-Identifier: Apache-2.0
// The bench's wire: see traffic.h.

#include "traffic.h"

#include "hash.h"
#include "pipeline.h"

#include <rte_common.h>

#include <netinet/in.h>

// The finaliser of SplitMix64.
uint64_t
traffic_random(uint64_t number)
{
	uint64_t x = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
server_of(uint32_t subscriber)
{
	return traffic_random(subscriber) & UINT32_MAX >> 15;
}

struct frame_plan
traffic_syn(uint32_t subscriber, uint16_t subscriber_port, uint16_t server_port)
{
	return (struct frame_plan){
		.server = server_of(subscriber),
		.subscriber = subscriber,
		.subscriber_port = subscriber_port,
		.server_port = server_port,
		.protocol = IPPROTO_TCP,
		.from = SIDE_SUBSCRIBER,
		.tcp_flags = TCP_SYN,
	};
}

struct service {
	uint16_t port;
	uint8_t protocol;
};

static struct frame_plan
established(uint32_t sessions, uint64_t number, const struct service services[], uint32_t count)
{
	static const uint8_t handshake[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK};
	uint64_t step = number / sessions;
	bool opening = step < RTE_DIM(handshake);
	uint32_t session =
		opening ? (uint32_t)(number % sessions) : hash_range((uint32_t)traffic_random(number), sessions);

	return (struct frame_plan){
		.server = server_of(session),
		.subscriber = session,
		.subscriber_port = FIRST_SUBSCRIBER_PORT,
		.server_port = services[session % count].port,
		.protocol = services[session % count].protocol,
		.from = (opening ? step : number / BURST_MAX) % 2 == 0 ? SIDE_SUBSCRIBER : SIDE_NETWORK,
		.tcp_flags = opening ? handshake[step] : TCP_ACK,
	};
}

struct frame_plan
traffic_established(uint32_t sessions, uint64_t number)
{
	static const struct service services[] = {
		{PORT_SMTP, IPPROTO_TCP},
		{PORT_HTTP, IPPROTO_TCP},
		{PORT_HTTPS, IPPROTO_TCP},
		{PORT_HTTPS, IPPROTO_UDP},
	};

	return established(sessions, number, services, RTE_DIM(services));
}

struct frame_plan
traffic_established_mail(uint32_t sessions, uint64_t number)
{
	static const struct service mail = {PORT_SMTP, IPPROTO_TCP};

	return established(sessions, number, &mail, 1);
}

struct frame_plan
traffic_established_web(uint32_t sessions, uint64_t number)
{
	static const struct service web = {PORT_HTTP, IPPROTO_TCP};

	return established(sessions, number, &web, 1);
}

static struct frame_plan
opening(uint32_t sessions, uint64_t number, uint16_t server_port)
{
	// A prime, so that each subscriber has one turn in each pass.
	uint64_t order = number < sessions ? number : number * UINT64_C(7368787);

	return traffic_syn((uint32_t)(order % sessions), (uint16_t)(FIRST_SUBSCRIBER_PORT + number / sessions),
			   server_port);
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

struct frame_plan
traffic_http_then_smtp(uint32_t sessions, uint64_t number)
{
	return opening(sessions, number, number < sessions ? PORT_HTTP : PORT_SMTP);
}

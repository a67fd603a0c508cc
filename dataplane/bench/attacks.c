// SPDX-License-Identifier: Apache-2.0
// The bench's attacks: see attacks.h.

#include "attacks.h"

#include "hash.h"
#include "traffic.h"

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_ip.h>

#include <netinet/in.h>
#include <string.h>

#define PORT_NO_SERVICE 7777

// Handshakes of traffic_established.
#define ESTABLISHED_STEPS 3

// What a server answers to a SYN: the entry of a counted session makes no room from then on.
static struct frame_plan
answer(struct frame_plan plan)
{
	plan.from = SIDE_NETWORK;
	plan.tcp_flags = TCP_SYN | TCP_ACK;
	return plan;
}

struct frame_plan
attack_full_table(uint32_t sessions, uint64_t number)
{
	if (number < sessions)
		return traffic_smtp(sessions, number);
	if (number < 2ull * sessions)
		return answer(traffic_smtp(sessions, number - sessions));
	return traffic_http(sessions, number);
}

struct frame_plan
attack_syn_flood(uint32_t sessions, uint64_t number)
{
	(void)sessions;
	struct frame_plan plan = traffic_syn(0, (uint16_t)number, PORT_SMTP);

	plan.server = number >> 16;
	return plan;
}

struct frame_plan
attack_tiny_fragments(uint32_t sessions, uint64_t number)
{
	struct frame_plan plan = attack_syn_flood(sessions, number);

	plan.identification = (uint16_t)number;
	plan.fragment = RTE_IPV4_HDR_MF_FLAG;
	plan.damage = DAMAGE_CUT;
	return plan;
}

struct frame_plan
attack_random_sources(uint32_t sessions, uint64_t number)
{
	(void)sessions;
	// An odd factor: no subscriber comes twice in 2^24 packets.
	return traffic_syn((uint32_t)(number * 0x9e3779b1u) & 0xffffff, FIRST_SUBSCRIBER_PORT, PORT_NO_SERVICE);
}

struct frame_plan
attack_watches(uint32_t sessions, uint64_t number)
{
	uint32_t fillers = sessions / ATTACK_WATCHES_SHARE;

	if (number >= sessions && number < sessions + fillers)
		return traffic_syn((uint32_t)number, FIRST_SUBSCRIBER_PORT, PORT_SMTP);
	return traffic_http_then_smtp(sessions, number);
}

struct frame_plan
attack_collisions(uint32_t sessions, uint64_t number)
{
	struct frame_plan plan = traffic_syn(0, FIRST_SUBSCRIBER_PORT, PORT_SMTP);
	bool answers = number >= sessions && number < 2ull * sessions;

	plan.server = answers ? number - sessions : number;
	return answers ? answer(plan) : plan;
}

// XXH3 of 40 bytes adds up products of two words each: (bytes 16-23 ^ secret 32-39) * (bytes 24-31 ^ secret 40-47), and
// (bytes 24-31 ^ secret 16-23) * (bytes 32-39 ^ secret 24-31). Bytes 24-31 of a session's key are the host part of the
// server's address; where the other factor is 0, they do not matter.
void
attack_weaken(struct hash_secret *secret)
{
	struct session_key key = {
		.subscriber_port = FIRST_SUBSCRIBER_PORT,
		.network_port = PORT_SMTP,
		.tags_protocol = IPPROTO_TCP,
	};

	memcpy(&secret->bytes[32], frame_server_prefix, sizeof(frame_server_prefix));
	memcpy(&secret->bytes[24], &key.subscriber_port, 8);
}

struct frame_plan
attack_fragments(uint32_t sessions, uint64_t number)
{
	static const struct {
		uint16_t fragment;
		uint8_t service; // of traffic_established
	} kinds[] = {
		{RTE_IPV4_HDR_MF_FLAG, 3}, {185, 3}, {RTE_IPV4_HDR_MF_FLAG, 3}, {1, 0}, // RFC 3128
	};
	if (number < (uint64_t)ESTABLISHED_STEPS * sessions)
		return traffic_established(sessions, number);

	uint32_t subscriber = hash_range((uint32_t)traffic_random(number), sessions / 4) * 4;
	struct frame_plan plan = traffic_established(sessions, subscriber + kinds[number % RTE_DIM(kinds)].service);
	plan.identification = (uint16_t)number;
	plan.fragment = kinds[number % RTE_DIM(kinds)].fragment;
	return plan;
}

struct frame_plan
attack_malformed(uint32_t sessions, uint64_t number)
{
	if (number < (uint64_t)ESTABLISHED_STEPS * sessions)
		return traffic_established(sessions, number);

	uint32_t subscriber = hash_range((uint32_t)traffic_random(number), sessions);
	struct frame_plan plan = traffic_syn(subscriber, FIRST_SUBSCRIBER_PORT, PORT_SMTP);
	plan.damage = number % 2 == 0 ? DAMAGE_LONG : DAMAGE_HEADER;
	return plan;
}

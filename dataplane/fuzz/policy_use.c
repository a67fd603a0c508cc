// SPDX-License-Identifier: Apache-2.0
// A compiled policy at work: see policy_use.h.

#include "policy_use.h"

#include "engine_check.h"
#include "fixture.h"
#include "input.h"

#define PREFIXES_TRIED 8
#define PORTS_TRIED    8

static void
judge(struct fixture *fixture, const struct address *subscriber, uint8_t protocol, uint16_t port, enum side side)
{
	struct packet packets[3];
	uint8_t verdicts[3];

	for (uint16_t i = 0; i < 3; i++)
		packets[i] = (struct packet){
			.key = {.subscriber = *subscriber,
				.network = address_from_ipv4("\300\0\2\1"),
				.subscriber_port = side == SIDE_SUBSCRIBER ? 1024 + i : port,
				.network_port = side == SIDE_SUBSCRIBER ? port : 1024 + i,
				.tags_protocol = protocol},
			.kind = protocol == POLICY_TCP ? PACKET_TCP : PACKET_UDP,
			.side = (uint8_t)side,
			.tcp_flags = protocol == POLICY_TCP ? TCP_SYN : 0,
		};
	fixture_burst(fixture, packets, 3, verdicts);
	for (int i = 0; i < 3; i++)
		CHECK(verdicts[i] <= VERDICT_RESET_BOTH);
}

static void
judge_ports(struct fixture *fixture, const struct address *subscriber, uint8_t protocol, const struct port_table *ports)
{
	for (uint32_t p = 0; p < ports->count && p < PORTS_TRIED; p++)
		for (enum side side = SIDE_SUBSCRIBER; side < SIDES; side++)
			judge(fixture, subscriber, protocol, (uint16_t)ports->boundaries[p].first, side);
}

void
policy_use(struct policy *policy)
{
	const struct engine_size size = {.workers = 1, .sessions = 40, .subscribers = 12, .watches = 6, .detectors = 4};
	const struct prefix_table *prefixes = &policy->group_prefixes;
	struct fixture fixture;

	fixture_start(&fixture, &size);
	fixture.policy = policy;
	for (uint32_t i = 0; i < prefixes->count && i < PREFIXES_TRIED; i++) {
		struct address subscriber = address_from_number(prefixes->boundaries[i].first);
		judge_ports(&fixture, &subscriber, POLICY_TCP, &policy->classifier.tcp);
		judge_ports(&fixture, &subscriber, POLICY_UDP, &policy->classifier.udp);
		fixture.now_ms += 100;
		fixture_sweep(&fixture);
	}
	engine_check(&fixture.engine, &fixture.records);
	fixture.now_ms += 1000000;
	fixture_sweep(&fixture);
	engine_check(&fixture.engine, &fixture.records);
	engine_check_gauges(&fixture.engine, &fixture.records);
	fixture_stop(&fixture);
}

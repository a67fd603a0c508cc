// SPDX-License-Identifier: Apache-2.0
// Judging a packet without ports: see judge_portless.h.

#include "judge_portless.h"

#include "belonging.h"
#include "signal_sessions.h"

#include <netinet/in.h>

static bool
is_tunnel(uint8_t protocol)
{
	return protocol == IPPROTO_IPIP || protocol == IPPROTO_IPV6 || protocol == IPPROTO_GRE ||
	       protocol == IPPROTO_ESP;
}

// Any service may be behind hidden ports, and nobody hides them by chance: a subscriber's packet counts as an opening in each, and is
// refused while he is blocked in one. What comes to him from the network he did not hide.
static enum verdict
judge_hidden(struct pipeline *pipeline, const struct packet *packet)
{
	if (packet->side == SIDE_NETWORK)
		return VERDICT_FORWARD;

	struct belonging to = belonging_by_name(pipeline, packet);
	const struct terms_subject subject = {&packet->key.subscriber, belonging_name(pipeline, &to)};
	to.terms = terms_of_services(pipeline->policy, &subject, UINT64_MAX, pipeline->now_ms);
	// Whose handshakes are followed hides none of them. To count it would let who forges his address get him blocked.
	if (to.terms.awaited != 0)
		return VERDICT_REFUSE;
	belonging_by_group(pipeline, packet, &to);
	// There is no session that could be reset.
	return signal_opening(pipeline, &to, packet, true) == 0 ? VERDICT_FORWARD : VERDICT_REFUSE;
}

static bool
is_ours(const struct pipeline *pipeline, const struct packet *packet)
{
	return policy_group(pipeline->policy, &packet->key.subscriber) != NULL ||
	       belonging_by_name(pipeline, packet).holder != RECORD_NONE;
}

static enum verdict
judge_fragment(struct pipeline *pipeline, const struct packet *packet)
{
	enum fragment_fate fate = fragment_table_find(&pipeline->fragments, packet, pipeline->now_ms);

	counter_add(&pipeline->counters->fragments, 1);
	if (packet->evasive)
		counter_add(&pipeline->counters->evasive, 1);
	if (fate == FRAGMENT_REFUSED)
		return VERDICT_REFUSE;
	// One that carries TCP's flags belongs behind one that was judged without them. By itself it is there to turn a segment that
	// passed into a SYN, and only our subscribers' SYNs are our business.
	if (packet->evasive && fate != FRAGMENT_TINY && is_ours(pipeline, packet))
		return VERDICT_REFUSE;
	return VERDICT_FORWARD;
}

void
judge_remember(struct pipeline *pipeline, const struct packet *packet, enum verdict verdict)
{
	enum fragment_fate fate = verdict != VERDICT_FORWARD ? FRAGMENT_REFUSED
				  : packet->evasive          ? FRAGMENT_TINY
							     : FRAGMENT_UNKNOWN;

	if (fragment_table_note(&pipeline->fragments, packet, fate, pipeline->now_ms))
		counter_add(&pipeline->counters->fragments_displaced, 1);
}

enum verdict
judge_portless(struct pipeline *pipeline, const struct packet *packet)
{
	struct engine_counters *counters = pipeline->counters;
	enum verdict verdict = VERDICT_FORWARD;

	switch ((enum packet_kind)packet->kind) {
	case PACKET_OTHER:
		counter_add(&counters->not_ip, 1);
		break;
	case PACKET_MALFORMED:
		counter_add(&counters->malformed, 1);
		break;
	case PACKET_IP:
		counter_add(&counters->tunnels, is_tunnel(session_key_protocol(&packet->key)));
		break;
	case PACKET_EVASIVE:
		counter_add(&counters->evasive, 1);
		verdict = judge_hidden(pipeline, packet);
		break;
	case PACKET_FRAGMENT:
		return judge_fragment(pipeline, packet);
	case PACKET_TCP:
	case PACKET_UDP:
		break;
	}
	if (packet->kind >= PACKET_IP && packet->first_fragment)
		judge_remember(pipeline, packet, verdict);
	return verdict;
}

// SPDX-License-Identifier: Apache-2.0
// A packet's way through the engine on plain memory, and what it did to its session.

#include "offline_engine.h"

#include "offline_parts.h"
#include "plain_copy.h"

#include <string.h>

static void
parse(struct packet *packet, const struct frame *frame, unsigned link, enum offline_side side)
{
	uint32_t contiguous = frame->captured < PACKET_CONTIGUOUS ? frame->captured : PACKET_CONTIGUOUS;

	*packet = (struct packet){0};
	packet_parse(packet, frame->bytes, contiguous, frame->length, (uint8_t)link,
		     side == OFFLINE_SUBSCRIBER ? SIDE_SUBSCRIBER : SIDE_NETWORK);
}

static const struct session *
session_of(struct pipeline *pipeline, const struct packet *packet)
{
	uint64_t hash = hash_bytes(pipeline->secret, &packet->key, sizeof(packet->key));

	if (packet->kind < PACKET_TCP)
		return NULL;
	return session_table_find(&pipeline->sessions, &packet->key, hash, TAG_NO_SLOT);
}

// The engine's counters and the session's state before a packet, to tell what the packet did.
struct moment {
	uint64_t opened, joined, refused;
	uint8_t state;
};

static struct moment
moment_of(const struct offline_engine *engine, const struct session *session)
{
	return (struct moment){
		.opened = counter_read(&engine->counters.engine.sessions_opened),
		.joined = counter_read(&engine->counters.engine.sessions_joined),
		.refused = counter_read(&engine->counters.engine.sessions_refused),
		.state = session == NULL ? SESSION_FREE : session->state,
	};
}

static const char *
change_between(const struct moment *before, const struct moment *after)
{
	if (after->opened != before->opened)
		return "opened";
	if (after->joined != before->joined)
		return "joined";
	if (after->refused != before->refused)
		return "refused";
	return after->state == before->state ? NULL : "state";
}

static struct plain_session
plain_session_of(const struct offline_engine *engine, const struct packet *packet, const struct session *session)
{
	enum side opener = session == NULL ? packet->side : session->opener;
	struct plain_session plain = {
		.state = state_name(session == NULL ? SESSION_FREE : session->state),
		.services = classifier_services(&engine->policy->classifier, &packet->key, opener),
		.subscriber_port = packet->key.subscriber_port,
		.network_port = packet->key.network_port,
		.outer_vlan = session_key_tags(&packet->key) >> 12 & 0xfff,
		.inner_vlan = session_key_tags(&packet->key) & 0xfff,
		.protocol = session_key_protocol(&packet->key),
		.opener = opener == SIDE_SUBSCRIBER ? OFFLINE_SUBSCRIBER : OFFLINE_NETWORK,
	};

	memcpy(plain.subscriber, packet->key.subscriber.bytes, sizeof(plain.subscriber));
	memcpy(plain.network, packet->key.network.bytes, sizeof(plain.network));
	return plain;
}

// Of a packet that nothing was decided about.
static struct offline_answer
forwarded(const struct offline_engine *engine, const struct packet *packet)
{
	return (struct offline_answer){
		.kind = kind_name(packet->kind),
		.verdict = "forward",
		.generation = engine->policy->generation,
	};
}

static struct offline_answer
judge(struct offline_engine *engine, struct packet *packet)
{
	struct pipeline *pipeline = &engine->engine.pipelines[0];
	struct offline_answer answer = forwarded(engine, packet);
	enum link_mode mode = engine->policy->link_mode[packet->link];
	uint8_t verdict;

	if (mode != LINK_FORWARDING) {
		answer.verdict = mode == LINK_CUTOFF ? "cutoff" : "forward";
		return answer;
	}
	struct moment before = moment_of(engine, session_of(pipeline, packet));
	pipeline_burst(pipeline, engine->policy, &packet, 1, engine->now_ms, &verdict);
	const struct session *session = session_of(pipeline, packet);
	struct moment after = moment_of(engine, session);

	answer.verdict = verdict == VERDICT_FORWARD ? "forward" : "refuse";
	const char *change = change_between(&before, &after);
	if (change != NULL)
		answer.session = plain_session_of(engine, packet, session);
	answer.session.change = change;
	return answer;
}

struct offline_answer
offline_engine_packet(struct offline_engine *engine, const struct frame *frame, enum offline_side side, unsigned link,
		      uint64_t now_ms)
{
	struct packet packet;

	turn_clock(engine, now_ms);
	parse(&packet, frame, link, side);
	return judge(engine, &packet);
}

// Who is a subscriber tells the side: the sender, or else the receiver.
static enum offline_side
side_of(const struct offline_engine *engine, const struct packet *from_subscriber)
{
	if (from_subscriber->kind < PACKET_IP)
		return OFFLINE_NEITHER;
	if (policy_group(engine->policy, &from_subscriber->key.subscriber) != NULL)
		return OFFLINE_SUBSCRIBER;
	return policy_group(engine->policy, &from_subscriber->key.network) != NULL ? OFFLINE_NETWORK : OFFLINE_NEITHER;
}

struct offline_answer
offline_engine_replay(struct offline_engine *engine, const struct frame *frame, uint64_t time_ms,
		      enum offline_side *side)
{
	struct packet packet;

	// A window that started at 0 is one that never did.
	offline_engine_advance(engine, time_ms == 0 ? 1 : time_ms);
	parse(&packet, frame, 0, OFFLINE_SUBSCRIBER);
	*side = side_of(engine, &packet);
	if (*side == OFFLINE_NETWORK)
		parse(&packet, frame, 0, OFFLINE_NETWORK);
	if (*side == OFFLINE_NEITHER && packet.kind >= PACKET_IP)
		return forwarded(engine, &packet);
	return judge(engine, &packet);
}

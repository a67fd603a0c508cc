// SPDX-License-Identifier: Apache-2.0
// The naive appliance: see naive.h.

#include "naive.h"

#include "policy_parts.h"
#include "test.h"

static struct naive_session *
find_session(struct naive *naive, const struct session_key *key)
{
	for (uint32_t i = 0; i < naive->session_count; i++)
		if (memcmp(&naive->sessions[i].key, key, sizeof(*key)) == 0)
			return &naive->sessions[i];
	return NULL;
}

static struct naive_session *
set_session(struct naive *naive, struct naive_session *session, const struct naive_session *value)
{
	if (session == NULL) {
		assert_true(naive->session_count < NAIVE_SESSIONS);
		session = &naive->sessions[naive->session_count++];
	}
	*session = *value;
	return session;
}

static struct naive_subscriber *
find_subscriber(struct naive *naive, const struct packet *packet)
{
	const struct blob_prefix groups[] = {prefix_of("10.0.0.0/8", 0), prefix_of("2001:db8::/32", 0)};
	const struct address *address = &packet->key.subscriber;
	bool ours = false;

	for (size_t g = 0; g < LENGTH(groups); g++)
		ours |= memcmp(address, &groups[g].address, groups[g].length / 8) == 0;
	if (!ours)
		return NULL;
	struct naive_subscriber wanted = {.address = *address, .tags = session_key_tags(&packet->key)};
	if (address->bytes[0] == 0x20)
		memset(wanted.address.bytes + 8, 0, 8);
	for (uint32_t i = 0; i < naive->subscriber_count; i++)
		if (memcmp(&naive->subscribers[i].address, &wanted.address, 16) == 0 &&
		    naive->subscribers[i].tags == wanted.tags)
			return &naive->subscribers[i];
	if (packet->side == SIDE_NETWORK)
		return NULL;
	assert_true(naive->subscriber_count < NAIVE_SUBSCRIBERS);
	naive->subscribers[naive->subscriber_count] = wanted;
	return &naive->subscribers[naive->subscriber_count++];
}

static bool
concerns(const struct naive_quota *quota, const struct packet *packet)
{
	return packet->side == SIDE_SUBSCRIBER && packet->key.network_port == quota->port &&
	       session_key_protocol(&packet->key) == quota->protocol;
}

static bool
in_period(const struct naive_window *window, const struct naive_quota *quota, uint64_t now_ms)
{
	return window->counted > 0 && now_ms < window->started_ms + quota->period_ms;
}

// Judged by every quota that concerns it; counted by all of them if none refuses it.
static bool
passes(struct naive *naive, struct naive_subscriber *subscriber, const struct packet *packet, uint64_t now_ms)
{
	for (int q = 0; q < NAIVE_QUOTAS; q++) {
		const struct naive_quota *quota = &naive->quotas[q];
		if (quota->block && concerns(quota, packet) && in_period(&subscriber->windows[q], quota, now_ms) &&
		    subscriber->windows[q].counted >= quota->threshold)
			return false;
	}
	for (int q = 0; q < NAIVE_QUOTAS; q++) {
		struct naive_window *window = &subscriber->windows[q];
		if (!concerns(&naive->quotas[q], packet))
			continue;
		if (!in_period(window, &naive->quotas[q], now_ms))
			*window = (struct naive_window){.started_ms = now_ms};
		window->counted++;
		naive->breaches += window->counted == naive->quotas[q].threshold;
	}
	return true;
}

static bool
is_open(const struct naive_session *session)
{
	return !session->refused && !session->reset && !(session->fin[0] && session->fin[1]);
}

// Both sides have spoken in it, and it is not over.
static bool
goes_on(const struct naive_session *session)
{
	return is_open(session) && (session->joined ? session->fin[0] || session->fin[1] : session->answered);
}

static enum verdict
open_session(struct naive *naive, struct naive_session *session, const struct packet *packet, uint64_t now_ms)
{
	struct naive_subscriber *subscriber = find_subscriber(naive, packet);
	struct naive_session opened = {.key = packet->key, .opener = packet->side, .sequence = packet->tcp_sequence};

	opened.refused = subscriber != NULL && !passes(naive, subscriber, packet, now_ms);
	// A stranger's SYN: what is open stays as it is, unless the subscriber himself opens another.
	if (session != NULL && is_open(session) && session->opener != packet->side &&
	    (opened.refused || packet->side == SIDE_NETWORK))
		return opened.refused ? VERDICT_REFUSE : VERDICT_FORWARD;
	// A refused SYN ends nothing that goes on.
	if (session != NULL && opened.refused && goes_on(session))
		return VERDICT_REFUSE;
	set_session(naive, session, &opened);
	return opened.refused ? VERDICT_REFUSE : VERDICT_FORWARD;
}

static bool
repeats(const struct naive_session *session, const struct packet *packet)
{
	return is_open(session) && !session->joined && !session->fin[0] && !session->fin[1] &&
	       session->opener == packet->side && session->sequence == packet->tcp_sequence;
}

static enum verdict
judge_tcp(struct naive *naive, struct naive_session *session, const struct packet *packet, uint64_t now_ms)
{
	if ((packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
		if (session != NULL && repeats(session, packet))
			return VERDICT_FORWARD;
		return open_session(naive, session, packet, now_ms);
	}
	if (session == NULL) {
		find_subscriber(naive, packet);
		session = set_session(naive, NULL, &(struct naive_session){.key = packet->key, .joined = true});
		// Who opened it is a guess: the lower port is the server's.
		session->opener =
			packet->key.network_port <= packet->key.subscriber_port ? SIDE_SUBSCRIBER : SIDE_NETWORK;
		return VERDICT_FORWARD;
	}
	if (session->refused)
		return VERDICT_REFUSE;
	bool by_opener = packet->side == session->opener, reset = (packet->tcp_flags & TCP_RST) != 0;
	bool acknowledges = packet->tcp_acknowledgement == session->sequence + 1;
	if (reset && !by_opener && !session->answered && !session->joined && !acknowledges)
		return VERDICT_FORWARD;
	bool answer = !by_opener && (packet->tcp_flags & TCP_SYN) != 0;
	bool speaks = by_opener && (packet->tcp_flags & TCP_SYN) == 0;
	session->answered |= !reset && (answer || speaks || (packet->tcp_flags & TCP_FIN) != 0);
	session->reset |= reset;
	session->fin[packet->side] |= (packet->tcp_flags & TCP_FIN) != 0;
	return VERDICT_FORWARD;
}

static enum verdict
judge_udp(struct naive *naive, struct naive_session *session, const struct packet *packet, uint64_t now_ms)
{
	if (session == NULL || (session->refused && session->opener == packet->side))
		return open_session(naive, session, packet, now_ms);
	return session->refused ? VERDICT_REFUSE : VERDICT_FORWARD;
}

enum verdict
naive_judge(struct naive *naive, const struct packet *packet, uint64_t now_ms)
{
	struct naive_session *session;

	if (packet->kind < PACKET_TCP)
		return VERDICT_FORWARD;
	session = find_session(naive, &packet->key);
	// A reset of what is not known is none's.
	if (session == NULL && packet->kind == PACKET_TCP && (packet->tcp_flags & TCP_RST) != 0)
		return VERDICT_FORWARD;
	// The first packet that comes from a subscriber's side makes him known, whatever it is.
	if (packet->side == SIDE_SUBSCRIBER)
		find_subscriber(naive, packet);
	return packet->kind == PACKET_TCP ? judge_tcp(naive, session, packet, now_ms)
					  : judge_udp(naive, session, packet, now_ms);
}

void
naive_forget_sessions(struct naive *naive)
{
	naive->session_count = 0;
}

// SPDX-License-Identifier: Apache-2.0
// Judging one packet: see judge.h.

#include "judge.h"

#include "belonging.h"
#include "judge_portless.h"
#include "signal_sessions.h"

// An entry for a packet whose key has none; NULL when the table is full.
static struct session *
new_session(struct pipeline *pipeline, const struct packet *packet, uint64_t now_ms)
{
	bool evicted;
	struct session *session = session_table_insert(&pipeline->sessions, &packet->key, packet->hash, now_ms,
						       belonging_end, pipeline, &evicted);

	if (evicted)
		counter_add(&pipeline->counters->sessions_evicted, 1);
	return session;
}

static void
describe(struct pipeline *pipeline, const struct policy *policy, struct session *session, const struct belonging *to,
	 enum side opener, enum session_state state, uint64_t now_ms)
{
	session->state = (uint8_t)state;
	belonging_bind(pipeline, session, to, now_ms);
	session->last_seen_ms = (uint32_t)now_ms;
	session->services = to->terms.services;
	session->generation = (uint16_t)policy->generation;
	session->opener = opener;
	session->fin_by_opener = 0;
}

static bool
live(const struct session *session)
{
	return session->state == SESSION_SYN || session->state == SESSION_ANSWERED ||
	       session->state == SESSION_ESTABLISHED;
}

static bool
ended(const struct session *session)
{
	return session->state == SESSION_CLOSED || session->state == SESSION_REFUSED;
}

// A packet that opens a session is judged before an entry is looked for, so the quota holds when the table is full.
static enum verdict
open_session(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet,
	     struct session *session, uint64_t now_ms)
{
	struct terms terms = terms_of(policy, &packet->key, packet->side, now_ms);
	struct belonging to = belonging_of(pipeline, &terms, packet, now_ms);
	bool again = session != NULL && session->state == SESSION_REFUSED && session->opener == packet->side &&
		     session->opening_sequence == packet->tcp_sequence;
	enum verdict verdict = signal_sessions(pipeline, &to, now_ms, !again);
	enum session_state state = packet->kind == PACKET_TCP ? SESSION_SYN : SESSION_EXCHANGE;

	if (verdict == VERDICT_REFUSE) {
		counter_add(again ? &pipeline->counters->retransmissions : &pipeline->counters->sessions_refused, 1);
		state = SESSION_REFUSED;
	} else {
		counter_add(&pipeline->counters->sessions_opened, 1);
	}
	// A stranger's forged SYN neither ends a session that is open nor makes its opener's next SYN another one.
	if (session != NULL && !ended(session) && session->opener != packet->side &&
	    (verdict == VERDICT_REFUSE || packet->side == SIDE_NETWORK))
		return verdict;
	// Nor does a refused SYN end one that was answered: what is open at a breach goes on.
	if (session != NULL && verdict == VERDICT_REFUSE && (SESSION_OPEN >> session->state & 1))
		return verdict;

	if (session == NULL)
		session = new_session(pipeline, packet, now_ms);
	if (session == NULL) {
		counter_add(&pipeline->counters->session_table_full, 1);
		return verdict;
	}
	describe(pipeline, policy, session, &to, packet->side, state, now_ms);
	session->opening_sequence = packet->tcp_sequence;
	return verdict;
}

// TCP without an entry and without a SYN: who opened it is not known. The side with the lower port is taken for the server.
static void
join_session(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, uint64_t now_ms)
{
	enum side opener = packet->key.network_port <= packet->key.subscriber_port ? SIDE_SUBSCRIBER : SIDE_NETWORK;
	struct terms terms = terms_of(policy, &packet->key, opener, now_ms);
	struct belonging to = belonging_of(pipeline, &terms, packet, now_ms);
	struct session *session = new_session(pipeline, packet, now_ms);

	if (session == NULL)
		return;
	counter_add(&pipeline->counters->sessions_joined, 1);
	describe(pipeline, policy, session, &to, opener, SESSION_JOINED, now_ms);
}

// A session that lives on under a new policy gets its services anew; what was decided when it opened stands.
static void
judge_again(const struct policy *policy, struct session *session, uint64_t now_ms)
{
	struct terms terms = terms_of(policy, &session->key, session->opener, now_ms);

	session->services = terms.services;
	session->counted = terms.counted != 0;
	session->generation = (uint16_t)policy->generation;
}

static bool
opens(const struct packet *packet)
{
	return (packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

// A SYN on a known key repeats the opening one, or opens a session after it.
static bool
repeats(const struct session *session, const struct packet *packet)
{
	return live(session) && session->opener == packet->side && session->opening_sequence == packet->tcp_sequence;
}

static enum verdict
judge_tcp(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, struct session *session,
	  uint64_t now_ms)
{
	if (opens(packet)) {
		if (session == NULL || !repeats(session, packet))
			return open_session(pipeline, policy, packet, session, now_ms);
		counter_add(&pipeline->counters->retransmissions, 1);
		session_touch(session, now_ms);
		return VERDICT_FORWARD;
	}
	if (session == NULL) {
		// After a reset there is nothing to join.
		if (!(packet->tcp_flags & TCP_RST))
			join_session(pipeline, policy, packet, now_ms);
		return VERDICT_FORWARD;
	}
	if (session->state == SESSION_REFUSED)
		return VERDICT_REFUSE;

	enum session_input input = session_input(packet->tcp_flags);
	// A SYN is reset by who acknowledges it (RFC 9293 3.10.7.3); another's reset must not make its repetition count.
	if (input == INPUT_RESET && session->state == SESSION_SYN && session->opener != packet->side &&
	    packet->tcp_acknowledgement != session->opening_sequence + 1)
		return VERDICT_FORWARD;
	if (input != INPUT_DATA || session->state < SESSION_ESTABLISHED) {
		bool fin_by_opener = session->fin_by_opener;
		session->state =
			(uint8_t)session_next(session->state, input, session->opener == packet->side, &fin_by_opener);
		session->fin_by_opener = fin_by_opener;
		belonging_answered(pipeline, session);
	}
	session_touch(session, now_ms);
	return VERDICT_FORWARD;
}

static enum verdict
judge_udp(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, struct session *session,
	  uint64_t now_ms)
{
	// A refused exchange is judged anew by each packet of its opener, like a repeated SYN.
	if (session == NULL || (session->state == SESSION_REFUSED && session->opener == packet->side))
		return open_session(pipeline, policy, packet, session, now_ms);
	if (session->state == SESSION_REFUSED)
		return VERDICT_REFUSE;
	session_touch(session, now_ms);
	return VERDICT_FORWARD;
}

enum verdict
judge_packet(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet,
	     struct session *session, uint64_t now_ms)
{
	if (session != NULL && session->generation != (uint16_t)policy->generation)
		judge_again(policy, session, now_ms);
	if (session != NULL && session->unbound && packet->side == SIDE_SUBSCRIBER) {
		struct terms terms = terms_of(policy, &packet->key, session->opener, now_ms);
		struct belonging to = belonging_of(pipeline, &terms, packet, now_ms);
		belonging_bind(pipeline, session, &to, now_ms);
	}
	enum verdict verdict = packet->kind == PACKET_TCP ? judge_tcp(pipeline, policy, packet, session, now_ms)
							  : judge_udp(pipeline, policy, packet, session, now_ms);
	if (packet->evasive)
		counter_add(&pipeline->counters->evasive, 1);
	if (packet->first_fragment)
		judge_remember(pipeline, packet, verdict, now_ms);
	return verdict;
}

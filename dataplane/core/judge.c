// SPDX-License-Identifier: Apache-2.0
// Judging one packet: see judge.h.

#include "judge.h"

#include "belonging.h"
#include "judge_portless.h"
#include "opening.h"
#include "refusal.h"
#include "signal_sessions.h"

static bool
live(const struct session *session)
{
	return session->state == SESSION_SYN || session->state == SESSION_ANSWERED ||
	       session->state == SESSION_ESTABLISHED;
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

// True when the packet begins a session, whatever is known of its key.
static bool
begins(const struct session *session, const struct packet *packet)
{
	if (packet->kind == PACKET_TCP)
		return opens(packet) && (session == NULL || !repeats(session, packet));
	// An exchange that was refused as it opened is judged anew by each packet of its opener, like a repeated SYN.
	return session == NULL ||
	       (session->state == SESSION_REFUSED && !session->cut && session->opener == packet->side);
}

// A session that lives on under a new policy gets its terms; what was decided when it opened stands.
static void
judge_again(struct pipeline *pipeline, struct session *session, const struct packet *packet)
{
	bool bound = session->subscriber != RECORD_NONE;
	struct belonging of =
		bound ? belonging_bound(pipeline, session) : belonging_known(pipeline, packet, session->opener);

	opening_describe(session, pipeline->policy, &of.terms);
	session->awaited &= of.terms.awaited != 0;
	if (session->counted && !bound) {
		belonging_by_group(pipeline, packet, &of);
		belonging_refer(pipeline, session, &of);
	}
}

static void
bind(struct pipeline *pipeline, struct session *session, const struct packet *packet)
{
	struct belonging to = belonging_of(pipeline, packet, session->opener);

	belonging_bind(pipeline, session, &to);
}

// A fragment hides what its opener acknowledges: before the handshake is complete nobody sends one by chance.
static bool
hides_handshake(const struct session *session, const struct packet *packet)
{
	return session->awaited && session->answered && session->opener == packet->side && packet->first_fragment;
}

// A handshake is complete when its opener acknowledges the very number of an answer to its opening: who forges its segments has not
// seen that, unless the answerer is his accomplice. Whatever state a reset has left the session in: another that dies before it
// reaches the answerer would hide the handshake. What the answerer sends afterwards proves nothing: by SYNs of several numbers on one
// key it is led to acknowledge more than the one that we took for its session's.
static void
follow_handshake(struct pipeline *pipeline, struct session *session, const struct packet *packet)
{
	bool by_opener = session->opener == packet->side;

	if (packet->first_fragment || !(packet->tcp_flags & TCP_ACK) || (packet->tcp_flags & TCP_RST))
		return;
	if (!by_opener && (packet->tcp_flags & TCP_SYN) &&
	    packet->tcp_acknowledgement == session->opening_sequence + 1) {
		session->answer_sequence = packet->tcp_sequence;
		session->answered = 1;
	} else if (by_opener && session->answered && packet->tcp_acknowledgement == session->answer_sequence + 1) {
		session->awaited = 0;
		signal_established(pipeline, session);
	}
}

static void
follow(struct pipeline *pipeline, struct session *session, const struct packet *packet)
{
	enum session_input input = session_input(packet->tcp_flags);
	enum session_state before = session->state;

	if (input == INPUT_DATA && before >= SESSION_ESTABLISHED)
		return;
	bool fin_by_opener = session->fin_by_opener;
	session->state = session_next(before, input, session->opener == packet->side, &fin_by_opener);
	session->fin_by_opener = fin_by_opener;
	// One that was joined may be anybody's forgery: it holds nobody.
	if (before == SESSION_SYN && (SESSION_OPEN >> session->state & 1))
		belonging_answered(pipeline, session);
}

// A SYN is reset by who acknowledges it (RFC 9293 3.10.7.3); another's reset must not make its repetition count.
static bool
is_strangers_reset(const struct session *session, const struct packet *packet)
{
	return session_input(packet->tcp_flags) == INPUT_RESET && session->state == SESSION_SYN &&
	       session->opener != packet->side && packet->tcp_acknowledgement != session->opening_sequence + 1;
}

// A packet of a session that is not refused.
static void
continue_session(struct pipeline *pipeline, struct session *session, const struct packet *packet)
{
	session_touch(session, pipeline->now_ms);
	belonging_passed(pipeline, session, packet);
	if (packet->kind != PACKET_TCP)
		return;
	if (opens(packet))
		counter_add(&pipeline->counters->retransmissions, 1);
	else
		follow(pipeline, session, packet);
	if (session->awaited)
		follow_handshake(pipeline, session, packet);
}

// What became of its ends meanwhile is not known.
static void
resume(struct session *session)
{
	session->state = session_key_protocol(&session->key) == POLICY_TCP ? SESSION_JOINED : SESSION_EXCHANGE;
	session->cut = 0;
}

// A session is cut for as long as somebody cuts it: each of its packets asks.
static bool
is_cut(struct pipeline *pipeline, struct session *session)
{
	unsigned actions = session->cuttable ? signal_cut(pipeline, session) : 0;

	if (actions != 0) {
		counter_add(&pipeline->counters->sessions_cut, !session->cut);
		refusal_remember(session, actions);
		session->cut = 1;
	} else if (session->cut) {
		resume(session);
	}
	return actions != 0;
}

static bool
is_refused(struct pipeline *pipeline, struct session *session)
{
	if (session->state == SESSION_REFUSED && !session->cut)
		return true;
	return is_cut(pipeline, session);
}

static enum verdict
judge_known(struct pipeline *pipeline, const struct packet *packet, struct session *session)
{
	if (is_refused(pipeline, session)) {
		session_touch(session, pipeline->now_ms);
		return refusal_verdict(refusal_actions(session), packet);
	}
	if (packet->kind != PACKET_TCP || !is_strangers_reset(session, packet))
		continue_session(pipeline, session, packet);
	return VERDICT_FORWARD;
}

static enum verdict
judge_unknown(struct pipeline *pipeline, const struct packet *packet)
{
	// After a reset there is nothing to join.
	struct session *session = packet->tcp_flags & TCP_RST ? NULL : opening_join(pipeline, packet);

	if (session == NULL)
		return VERDICT_FORWARD;
	if (is_refused(pipeline, session))
		return refusal_verdict(refusal_actions(session), packet);
	belonging_passed(pipeline, session, packet);
	return VERDICT_FORWARD;
}

enum verdict
judge_packet(struct pipeline *pipeline, const struct packet *packet, struct session *session)
{
	enum verdict verdict;

	if (session != NULL && session->generation != (uint16_t)pipeline->policy->generation)
		judge_again(pipeline, session, packet);
	if (session != NULL && session->unbound && packet->side == SIDE_SUBSCRIBER)
		bind(pipeline, session, packet);
	bool hides = session != NULL && hides_handshake(session, packet);
	if (hides)
		verdict = VERDICT_REFUSE;
	else if (begins(session, packet))
		verdict = opening_judge(pipeline, packet, session);
	else
		verdict = session == NULL ? judge_unknown(pipeline, packet) : judge_known(pipeline, packet, session);
	if (packet->evasive || hides)
		counter_add(&pipeline->counters->evasive, 1);
	if (packet->first_fragment)
		judge_remember(pipeline, packet, verdict);
	return verdict;
}

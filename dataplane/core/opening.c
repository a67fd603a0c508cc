// SPDX-License-Identifier: Apache-2.0
// Sessions that begin: see opening.h.

#include "opening.h"

#include "belonging.h"
#include "refusal.h"
#include "signal_sessions.h"

// An entry for a packet whose key has none; NULL when the table is full.
static struct session *
new_session(struct pipeline *pipeline, const struct packet *packet)
{
	bool evicted;
	struct session *session = session_table_insert(&pipeline->sessions, &packet->key, packet->hash,
						       pipeline->now_ms, belonging_end, pipeline, &evicted);

	if (evicted)
		counter_add(&pipeline->counters->sessions_evicted, 1);
	return session;
}

void
opening_describe(struct session *session, const struct policy *policy, const struct terms *terms)
{
	session->generation = (uint16_t)policy->generation;
	session->counted = terms->counted != 0;
	session->measured = terms->measured != 0;
	session->cuttable = terms->cuttable != 0;
}

static void
enter(struct pipeline *pipeline, struct session *session, const struct belonging *to, enum side opener,
      enum session_state state)
{
	belonging_bind(pipeline, session, to);
	opening_describe(session, pipeline->policy, &to->terms);
	session->state = state;
	session->last_seen_ms = (uint32_t)pipeline->now_ms;
	session->opener = opener;
	session->fin_by_opener = 0;
	session->awaited = state == SESSION_SYN && to->terms.awaited != 0;
	session->answered = 0;
	session->cut = 0;
}

static bool
ended(const struct session *session)
{
	return session->state == SESSION_CLOSED || session->state == SESSION_REFUSED;
}

// True when the session that the key has goes on, whatever is said of a packet that would open another.
static bool
stands(const struct session *session, const struct packet *packet, bool refused)
{
	if (session == NULL)
		return false;
	// A stranger's forged SYN neither ends a session that is open nor makes its opener's next SYN another one.
	if (!ended(session) && session->opener != packet->side && (refused || packet->side == SIDE_NETWORK))
		return true;
	// Nor does a refused SYN end one that was answered: what is open at a breach goes on.
	return refused && (SESSION_OPEN >> session->state & 1);
}

enum verdict
opening_judge(struct pipeline *pipeline, const struct packet *packet, struct session *session)
{
	struct belonging to = belonging_of(pipeline, packet, packet->side);
	bool again = session != NULL && session->state == SESSION_REFUSED && session->opener == packet->side &&
		     session->opening_sequence == packet->tcp_sequence;
	unsigned actions = signal_opening(pipeline, &to, packet, !again);
	enum verdict verdict = refusal_verdict(actions, packet);

	if (actions == 0) {
		counter_add(&pipeline->counters->sessions_opened, 1);
		if (belonging_to_nobody(&to))
			counter_add(&pipeline->counters->sessions_unmapped, 1);
	} else {
		counter_add(again ? &pipeline->counters->retransmissions : &pipeline->counters->sessions_refused, 1);
	}
	if (stands(session, packet, actions != 0))
		return verdict;

	if (session == NULL)
		session = new_session(pipeline, packet);
	if (session == NULL) {
		counter_add(&pipeline->counters->session_table_full, 1);
		return verdict;
	}
	enter(pipeline, session, &to, packet->side, packet->kind == PACKET_TCP ? SESSION_SYN : SESSION_EXCHANGE);
	session->opening_sequence = packet->tcp_sequence;
	if (actions != 0)
		refusal_remember(session, actions);
	else
		belonging_passed(pipeline, session, packet);
	return verdict;
}

struct session *
opening_join(struct pipeline *pipeline, const struct packet *packet)
{
	enum side opener = packet->key.network_port <= packet->key.subscriber_port ? SIDE_SUBSCRIBER : SIDE_NETWORK;
	struct belonging to = belonging_of(pipeline, packet, opener);
	struct session *session = new_session(pipeline, packet);

	if (session == NULL)
		return NULL;
	counter_add(&pipeline->counters->sessions_joined, 1);
	enter(pipeline, session, &to, opener, SESSION_JOINED);
	return session;
}

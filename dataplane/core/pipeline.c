// SPDX-License-Identifier: Apache-2.0
// The pipeline: see pipeline.h.

#include "pipeline.h"

#include "fetch.h"
#include "signal_sessions.h"

static void
session_left(void *context, const struct session *session)
{
	struct pipeline *pipeline = context;

	if (session->subscriber == RECORD_NONE)
		return;
	struct subscriber *subscriber = &pipeline->subscribers.records[session->subscriber];
	subscriber->open_sessions--;
	// The session was alive until now as far as its subscriber is concerned; the idle time errs on the side of keeping it.
	subscriber->last_seen_ms = pipeline->swept_ms;
}

// The subscriber of a packet: found, or made if the packet comes from its side. RECORD_NONE: none of ours.
static uint32_t
subscriber_of(struct pipeline *pipeline, const struct group *group, const struct packet *packet, uint64_t now_ms)
{
	if (group == NULL)
		return RECORD_NONE;

	uint8_t length = group_prefix_length(group, &packet->key.subscriber);
	struct subscriber_key key = subscriber_key(&packet->key.subscriber, length, session_key_tags(&packet->key));
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, &key);
	// A scan from outside makes no subscribers.
	if (slot == RECORD_NONE && packet->side == SIDE_SUBSCRIBER) {
		slot = subscriber_table_create(&pipeline->subscribers, &key, group->template_number, now_ms);
		counter_add(slot == RECORD_NONE ? &pipeline->counters->subscriber_table_full
						: &pipeline->counters->subscribers_created,
			    1);
	}
	return slot;
}

// Who a packet belongs to, in which group, and the services of a session that `opener` opens with it.
struct belonging {
	const struct group *group; // NULL: not a subscriber of ours
	uint32_t subscriber;       // record slot; RECORD_NONE
	uint64_t services;
};

static struct belonging
belonging_of(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, enum side opener,
	     uint64_t now_ms)
{
	const struct group *group = policy_group(policy, &packet->key.subscriber);

	return (struct belonging){
		.group = group,
		.subscriber = subscriber_of(pipeline, group, packet, now_ms),
		.services = classifier_services(&policy->classifier, &packet->key, opener),
	};
}

// Binds an entry to its subscriber, who does not age while the entry lives.
static void
bind(struct pipeline *pipeline, struct session *session, const struct belonging *to, uint64_t now_ms)
{
	if (session->subscriber != to->subscriber)
		session_left(pipeline, session);
	if (session->subscriber != to->subscriber && to->subscriber != RECORD_NONE)
		pipeline->subscribers.records[to->subscriber].open_sessions++;
	if (to->subscriber != RECORD_NONE)
		pipeline->subscribers.records[to->subscriber].last_seen_ms = now_ms;
	session->subscriber = to->subscriber;
	session->unbound = to->group != NULL && to->subscriber == RECORD_NONE;
}

// An entry for a packet whose key has none; NULL when the table is full.
static struct session *
new_session(struct pipeline *pipeline, const struct packet *packet, uint64_t now_ms)
{
	bool evicted;
	struct session *session = session_table_insert(&pipeline->sessions, &packet->key, packet->hash, now_ms,
						       session_left, pipeline, &evicted);

	if (evicted)
		counter_add(&pipeline->counters->sessions_evicted, 1);
	if (session == NULL)
		counter_add(&pipeline->counters->session_table_full, 1);
	return session;
}

static void
describe(struct pipeline *pipeline, const struct policy *policy, struct session *session, const struct belonging *to,
	 enum side opener, enum session_state state, uint64_t now_ms)
{
	bind(pipeline, session, to, now_ms);
	session->last_seen_ms = (uint32_t)now_ms;
	session->services = to->services;
	session->generation = (uint16_t)policy->generation;
	session->state = (uint8_t)state;
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
	struct belonging to = belonging_of(pipeline, policy, packet, packet->side, now_ms);
	bool again = session != NULL && session->state == SESSION_REFUSED && session->opener == packet->side &&
		     session->opening_sequence == packet->tcp_sequence;
	enum verdict verdict = to.group == NULL ? VERDICT_FORWARD
						: signal_sessions(pipeline, to.group->package, to.subscriber,
								  to.services, now_ms, !again);
	enum session_state state = packet->kind == PACKET_TCP ? SESSION_SYN : SESSION_EXCHANGE;

	if (verdict == VERDICT_REFUSE) {
		counter_add(again ? &pipeline->counters->retransmissions : &pipeline->counters->sessions_refused, 1);
		// A stranger's forged SYN does not end a session that is open.
		if (session != NULL && !ended(session) && session->opener != packet->side)
			return verdict;
		state = SESSION_REFUSED;
	} else {
		counter_add(&pipeline->counters->sessions_opened, 1);
	}

	if (session == NULL)
		session = new_session(pipeline, packet, now_ms);
	if (session == NULL)
		return verdict;
	describe(pipeline, policy, session, &to, packet->side, state, now_ms);
	session->opening_sequence = packet->tcp_sequence;
	return verdict;
}

// TCP without an entry and without a SYN: who opened it is not known. The side with the lower port is taken for the server.
static void
join_session(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, uint64_t now_ms)
{
	enum side opener = packet->key.network_port <= packet->key.subscriber_port ? SIDE_SUBSCRIBER : SIDE_NETWORK;
	struct belonging to = belonging_of(pipeline, policy, packet, opener, now_ms);
	struct session *session = new_session(pipeline, packet, now_ms);

	counter_add(&pipeline->counters->sessions_joined, 1);
	if (session != NULL)
		describe(pipeline, policy, session, &to, opener, SESSION_JOINED, now_ms);
}

// A session that lives on under a new policy gets its services anew; what was decided when it opened stands.
static void
judge_again(const struct policy *policy, struct session *session)
{
	session->services = classifier_services(&policy->classifier, &session->key, session->opener);
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
		join_session(pipeline, policy, packet, now_ms);
		return VERDICT_FORWARD;
	}
	if (session->state == SESSION_REFUSED)
		return VERDICT_REFUSE;

	enum session_input input = session_input(packet->tcp_flags);
	if (input != INPUT_DATA || session->state < SESSION_ESTABLISHED) {
		bool fin_by_opener = session->fin_by_opener;
		session->state =
			(uint8_t)session_next(session->state, input, session->opener == packet->side, &fin_by_opener);
		session->fin_by_opener = fin_by_opener;
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

static enum verdict
judge(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, struct session *session,
      uint64_t now_ms)
{
	if (session != NULL && session->generation != (uint16_t)policy->generation)
		judge_again(policy, session);
	if (session != NULL && session->unbound && packet->side == SIDE_SUBSCRIBER) {
		struct belonging to = belonging_of(pipeline, policy, packet, session->opener, now_ms);
		bind(pipeline, session, &to, now_ms);
	}
	return packet->kind == PACKET_TCP ? judge_tcp(pipeline, policy, packet, session, now_ms)
					  : judge_udp(pipeline, policy, packet, session, now_ms);
}

// True for data of a session about which nothing is left to decide: nearly every packet. One condition without a branch in
// it, as TCP and UDP alternate and any branch on them would often be guessed wrong.
static bool
passes(const struct session *session, const struct packet *packet, const struct policy *policy)
{
	return (SESSION_STEADY >> session->state & 1) & ((packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0) &
	       (session->generation == (uint16_t)policy->generation) & !session->unbound;
}

void
pipeline_burst(struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[], unsigned count,
	       uint64_t now_ms, uint8_t verdicts[])
{
	uint32_t candidates[BURST_MAX];

	fetch_burst(pipeline, policy, packets, count, candidates);
	for (unsigned i = 0; i < count; i++) {
		const struct packet *packet = packets[i];

		verdicts[i] = VERDICT_FORWARD;
		if (packet->kind < PACKET_TCP) {
			if (packet->kind == PACKET_MALFORMED)
				counter_add(&pipeline->counters->malformed, 1);
			continue;
		}
		struct session *session =
			session_table_find(&pipeline->sessions, &packet->key, packet->hash, candidates[i]);
		if (session != NULL && passes(session, packet, policy))
			session_touch(session, now_ms);
		else
			verdicts[i] = (uint8_t)judge(pipeline, policy, packet, session, now_ms);
	}
}

static bool
has_watch(void *context, const struct subscriber *subscriber)
{
	struct pipeline *pipeline = context;
	struct watch *watch = watch_lock(&pipeline->watches, subscriber->watch);

	if (watch != NULL)
		watch_unlock(watch);
	return watch != NULL;
}

// How much of a table of `size` to look at when `elapsed_ms` passed and all of it is due within `period_ms`.
static uint32_t
slice(uint64_t size, uint64_t elapsed_ms, uint64_t period_ms)
{
	return elapsed_ms >= period_ms ? (uint32_t)size : (uint32_t)(size * elapsed_ms / period_ms + 1);
}

static void
gauge(counter *c, uint64_t value)
{
	atomic_store_explicit(c, value, memory_order_relaxed);
}

void
pipeline_sweep(struct pipeline *pipeline, const struct policy *policy, uint64_t now_ms)
{
	uint64_t elapsed = now_ms - pipeline->swept_ms;
	uint32_t sessions = pipeline->sessions.tags.bucket_count * TAG_SLOTS;
	uint32_t subscribers = pipeline->subscribers.tags.bucket_count * TAG_SLOTS;

	if (elapsed == 0)
		return;
	pipeline->swept_ms = now_ms;
	counter_add(&pipeline->counters->sessions_expired,
		    session_table_sweep(&pipeline->sessions, slice(sessions, elapsed, SWEEP_SESSIONS_MS), now_ms,
					session_left, pipeline));
	watch_sweep(&pipeline->watches, pipeline->subscribers.records,
		    slice(pipeline->watches.capacity / pipeline->watches.workers + 1, elapsed, SWEEP_WATCHES_MS),
		    now_ms, &pipeline->reports);
	counter_add(&pipeline->counters->subscribers_expired,
		    subscriber_table_sweep(&pipeline->subscribers, slice(subscribers, elapsed, SWEEP_SUBSCRIBERS_MS),
					   now_ms, policy->subscriber_ageing_ms, has_watch, pipeline));
	gauge(&pipeline->counters->sessions, pipeline->sessions.used);
	gauge(&pipeline->counters->subscribers, pipeline->subscribers.used);
	gauge(&pipeline->counters->watches, pipeline->watches.used);
}

unsigned
pipeline_owner(const struct hash_secret *secret, const struct address *address, unsigned workers)
{
	size_t length = address_is_ipv4(address) ? 16 : 8;

	return hash_range((uint32_t)(hash_bytes(secret, address->bytes, length) >> 32), workers);
}

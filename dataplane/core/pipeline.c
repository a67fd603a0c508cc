// SPDX-License-Identifier: Apache-2.0
// The pipeline: see pipeline.h.

#include "pipeline.h"

#include "belonging.h"
#include "fetch.h"
#include "judge.h"
#include "judge_portless.h"

#include <rte_common.h>

// True for data of a session about which nothing is left to decide: nearly every packet. One condition without a branch in
// it, as TCP and UDP alternate and any branch on them would often be guessed wrong.
static bool
passes(const struct session *session, const struct packet *packet, const struct policy *policy)
{
	return (SESSION_STEADY >> session->state & 1) & ((packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0) &
	       (session->generation == (uint16_t)policy->generation) &
	       !(session->unbound | session->cuttable | session->awaited) & !packet->first_fragment;
}

static void
begin_turn(struct pipeline *pipeline, const struct policy *policy, uint64_t now_ms)
{
	pipeline->policy = policy;
	pipeline->now_ms = now_ms;
	pipeline->reports.generation = policy->generation;
}

void
pipeline_burst(struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[], unsigned count,
	       uint64_t now_ms, uint8_t verdicts[])
{
	uint32_t candidates[BURST_MAX];

	begin_turn(pipeline, policy, now_ms);
	fetch_burst(pipeline, policy, packets, count, candidates);
	for (unsigned i = 0; i < count; i++) {
		const struct packet *packet = packets[i];

		if (packet->kind < PACKET_TCP) {
			verdicts[i] = (uint8_t)judge_portless(pipeline, packet);
			continue;
		}
		struct session *session =
			session_table_find(&pipeline->sessions, &packet->key, packet->hash, candidates[i]);
		if (session != NULL && passes(session, packet, policy)) {
			verdicts[i] = VERDICT_FORWARD;
			session_touch(session, now_ms);
			belonging_passed(pipeline, session, packet);
		} else {
			verdicts[i] = (uint8_t)judge_packet(pipeline, packet, session);
		}
	}
}

// How much of a table of `size` to look at in a turn for `due_ms` when all of it is due within `period_ms`.
static uint32_t
slice(uint64_t size, uint64_t due_ms, uint64_t period_ms)
{
	return (uint32_t)(size * due_ms / period_ms + 1);
}

// The time to look at the tables for in this turn; 0: none.
static uint64_t
sweep_time(struct pipeline *pipeline, uint64_t now_ms)
{
	// After the longest period there is nothing that was not due before.
	uint64_t due = RTE_MIN(pipeline->sweep_due_ms + now_ms - pipeline->swept_ms, (uint64_t)SWEEP_SUBSCRIBERS_MS);
	uint64_t turn = RTE_MIN(due, (uint64_t)SWEEP_TURN_MS);

	pipeline->swept_ms = now_ms;
	pipeline->sweep_due_ms = due - turn;
	return turn;
}

static void
gauge(counter *c, uint64_t value)
{
	atomic_store_explicit(c, value, memory_order_relaxed);
}

// What every worker has is counted by the first.
static void
gauge_subscribers(const struct pipeline *pipeline)
{
	const struct subscriber_table *table = &pipeline->subscribers;
	uint32_t wide_elsewhere = pipeline->watches.worker == 0 ? 0 : table->wide;

	gauge(&pipeline->counters->subscribers, table->used - table->names - table->mappings);
	gauge(&pipeline->counters->names, table->names);
	gauge(&pipeline->counters->mappings, table->mappings - wide_elsewhere);
}

void
pipeline_sweep(struct pipeline *pipeline, const struct policy *policy, uint64_t now_ms)
{
	uint64_t due = sweep_time(pipeline, now_ms);
	uint32_t sessions = pipeline->sessions.tags.bucket_count * TAG_SLOTS;
	uint32_t subscribers = subscriber_table_places(&pipeline->subscribers);

	begin_turn(pipeline, policy, now_ms);
	if (due == 0)
		return;
	counter_add(&pipeline->counters->sessions_expired,
		    session_table_sweep(&pipeline->sessions, slice(sessions, due, SWEEP_SESSIONS_MS), now_ms,
					belonging_end, belonging_settle, pipeline));
	watch_sweep(&pipeline->watches, pipeline->subscribers.records, policy,
		    slice(pipeline->watches.capacity / pipeline->watches.workers + 1, due, SWEEP_WATCHES_MS), now_ms,
		    &pipeline->reports);
	counter_add(&pipeline->counters->subscribers_expired,
		    subscriber_table_sweep(&pipeline->subscribers, slice(subscribers, due, SWEEP_SUBSCRIBERS_MS),
					   now_ms, policy->subscriber_ageing_ms, belonging_worth, pipeline));
	gauge(&pipeline->counters->sessions, pipeline->sessions.used);
	gauge_subscribers(pipeline);
	gauge(&pipeline->counters->watches, pipeline->watches.used);
}

unsigned
pipeline_owner(const struct hash_secret *secret, const struct address *address, unsigned workers)
{
	size_t length = address_is_ipv4(address) || address_is_name(address) ? 16 : 8;

	return hash_range((uint32_t)(hash_bytes(secret, address->bytes, length) >> 32), workers);
}

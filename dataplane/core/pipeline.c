// SPDX-License-Identifier: Apache-2.0
// The pipeline: see pipeline.h.

#include "pipeline.h"

#include "belonging.h"
#include "fetch.h"
#include "judge.h"
#include "judge_portless.h"

// True for data of a session about which nothing is left to decide: nearly every packet. One condition without a branch in
// it, as TCP and UDP alternate and any branch on them would often be guessed wrong.
static bool
passes(const struct session *session, const struct packet *packet, const struct policy *policy)
{
	return (SESSION_STEADY >> session->state & 1) & ((packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0) &
	       (session->generation == (uint16_t)policy->generation) & !session->unbound & !packet->first_fragment;
}

void
pipeline_burst(struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[], unsigned count,
	       uint64_t now_ms, uint8_t verdicts[])
{
	uint32_t candidates[BURST_MAX];

	fetch_burst(pipeline, policy, packets, count, candidates);
	for (unsigned i = 0; i < count; i++) {
		const struct packet *packet = packets[i];

		if (packet->kind < PACKET_TCP) {
			verdicts[i] = (uint8_t)judge_portless(pipeline, policy, packet, now_ms);
			continue;
		}
		struct session *session =
			session_table_find(&pipeline->sessions, &packet->key, packet->hash, candidates[i]);
		if (session != NULL && passes(session, packet, policy)) {
			verdicts[i] = VERDICT_FORWARD;
			session_touch(session, now_ms);
		} else {
			verdicts[i] = (uint8_t)judge_packet(pipeline, policy, packet, session, now_ms);
		}
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
					belonging_end, pipeline));
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

// SPDX-License-Identifier: Apache-2.0
// Workers: see worker.h.

#include "worker.h"

#include "clock.h"
#include "fault.h"
#include "head.h"
#include "meter.h"
#include "outbox.h"
#include "sampler.h"
#include "workers.h"

#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <string.h>
#include <unistd.h>

#define IDLE_TURNS    1000 // without a packet before a worker sleeps
#define IDLE_SLEEP_US 50

// One worker's own.
struct worker {
	struct workers *shared;
	uint32_t number;
	struct pipeline *pipeline; // NULL: links are bypassed
	struct worker_counters *counters;
	struct meter meter;
	const struct policy *policy; // of this turn
	uint64_t now_ms;             // of this turn
	struct sampler sampler;
	struct outbox outboxes[LINKS_MAX][SIDES]; // by the side received on
};

static struct packet *
packet_of(struct rte_mbuf *mbuf)
{
	return rte_mbuf_to_priv(mbuf);
}

static struct outbox *
outbox_of(struct worker *worker, const struct packet *packet)
{
	return &worker->outboxes[packet->link][packet->side];
}

static void
flush_all(struct worker *worker)
{
	for (uint32_t link = 0; link < worker->shared->ports->links; link++)
		for (int side = 0; side < SIDES; side++)
			outbox_flush(&worker->outboxes[link][side]);
}

static enum drop_reason
refusal_of(const struct packet *packet)
{
	return packet->evasive ? DROP_evasive : DROP_refused;
}

// `pipeline`: the one that judged it, or NULL.
static void
sample(struct worker *worker, struct pipeline *pipeline, struct rte_mbuf *mbuf, unsigned verdict)
{
	sampler_take(&worker->sampler, pipeline, mbuf, packet_of(mbuf), verdict, worker->now_ms);
}

// What a sample says of a packet that goes into its outbox.
static unsigned
verdict_on_passing(struct worker *worker, struct rte_mbuf *mbuf)
{
	return outbox_takes(outbox_of(worker, packet_of(mbuf)), mbuf) ? SAMPLE_FORWARDED
								      : SAMPLE_DROPPED(DROP_oversize);
}

static void
sample_judged(struct worker *worker, struct rte_mbuf **mbufs, unsigned count, const uint8_t verdicts[])
{
	for (unsigned i = 0; i < count; i++)
		sample(worker, worker->pipeline, mbufs[i],
		       verdicts[i] == VERDICT_FORWARD ? verdict_on_passing(worker, mbufs[i])
						      : SAMPLE_DROPPED(refusal_of(packet_of(mbufs[i]))));
}

// Packets that this worker owns, received by itself or by another.
static void
judge(struct worker *worker, struct rte_mbuf **mbufs, unsigned count)
{
	struct packet *packets[BURST_MAX];
	uint8_t verdicts[BURST_MAX];

	memset(verdicts, VERDICT_FORWARD, sizeof(verdicts));
	for (unsigned i = 0; i < count; i++)
		packets[i] = packet_of(mbufs[i]);
	// Another worker may have seen the first policy a turn earlier.
	if (worker->policy != NULL)
		pipeline_burst(worker->pipeline, worker->policy, packets, count, worker->now_ms, verdicts);
	if (worker->sampler.order != NULL)
		sample_judged(worker, mbufs, count, verdicts);
	for (unsigned i = 0; i < count; i++) {
		if (verdicts[i] == VERDICT_FORWARD)
			outbox_add(outbox_of(worker, packets[i]), mbufs[i]);
		else
			outbox_drop(outbox_of(worker, packets[i]), mbufs[i], refusal_of(packets[i]));
	}
}

static void
hand_over(struct worker *worker, unsigned owner, struct rte_mbuf *mbuf)
{
	if (!FAULT(handover) && rte_ring_sp_enqueue(worker->shared->handover[worker->number][owner], mbuf) == 0) {
		counter_add(&worker->counters->handed_over, 1);
		return;
	}
	if (worker->sampler.order != NULL)
		sample(worker, NULL, mbuf, SAMPLE_DROPPED(DROP_handover_full));
	outbox_drop(outbox_of(worker, packet_of(mbuf)), mbuf, DROP_handover_full);
}

// Takes out the packets that others own; returns how many are left.
static unsigned
keep_own(struct worker *worker, struct rte_mbuf **mbufs, unsigned count)
{
	unsigned own = 0;

	if (worker->shared->count == 1)
		return count;
	for (unsigned i = 0; i < count; i++) {
		const struct packet *packet = packet_of(mbufs[i]);
		unsigned owner = worker->number;
		if (packet_owned(packet))
			owner = pipeline_owner(worker->pipeline->secret, &packet->key.subscriber,
					       worker->shared->count);
		if (owner == worker->number)
			mbufs[own++] = mbufs[i];
		else
			hand_over(worker, owner, mbufs[i]);
	}
	return own;
}

static void
parse(struct rte_mbuf **mbufs, unsigned count, uint32_t link, enum side side)
{
	uint8_t scratch[PACKET_CONTIGUOUS];

	for (unsigned i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
		rte_prefetch0(packet_of(mbufs[i]));
	}
	for (unsigned i = 0; i < count; i++) {
		uint32_t length;
		const uint8_t *head = head_of(mbufs[i], scratch, &length);
		packet_parse(packet_of(mbufs[i]), head, length, mbufs[i]->pkt_len, (uint8_t)link, side);
	}
}

// Packets of a link on which nothing is judged.
static void
sample_unjudged(struct worker *worker, struct rte_mbuf **mbufs, unsigned count, uint32_t link, enum side side,
		enum link_mode mode)
{
	parse(mbufs, count, link, side);
	for (unsigned i = 0; i < count; i++)
		sample(worker, NULL, mbufs[i],
		       mode == LINK_CUTOFF ? SAMPLE_DROPPED(DROP_cutoff) : verdict_on_passing(worker, mbufs[i]));
}

static void
count_received(struct worker *worker, struct rte_mbuf **mbufs, unsigned count, uint32_t link, enum side side)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < count; i++)
		bytes += mbufs[i]->pkt_len;
	counter_add(&worker->counters->ports[link][side].received_packets, count);
	counter_add(&worker->counters->ports[link][side].received_bytes, bytes);
}

static void
handle(struct worker *worker, struct rte_mbuf **mbufs, unsigned count, uint32_t link, enum side side)
{
	enum link_mode mode = workers_link_mode(worker->shared, worker->policy, link);

	count_received(worker, mbufs, count, link, side);
	if (worker->sampler.order != NULL && mode != LINK_FORWARDING)
		sample_unjudged(worker, mbufs, count, link, side, mode);
	switch (mode) {
	case LINK_FORWARDING:
		parse(mbufs, count, link, side);
		judge(worker, mbufs, keep_own(worker, mbufs, count));
		break;
	case LINK_BYPASS:
		for (unsigned i = 0; i < count; i++)
			outbox_add(&worker->outboxes[link][side], mbufs[i]);
		break;
	case LINK_CUTOFF:
		for (unsigned i = 0; i < count; i++)
			outbox_drop(&worker->outboxes[link][side], mbufs[i], DROP_cutoff);
		break;
	}
}

static unsigned
receive_ports(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST_MAX];
	unsigned received = 0;

	for (uint32_t link = 0; link < worker->shared->ports->links; link++) {
		for (int side = 0; side < SIDES; side++) {
			uint16_t count = port_receive(&worker->shared->ports->ports[link][side],
						      (uint16_t)worker->number, mbufs, BURST_MAX);
			if (count > 0) {
				meter_burst(&worker->meter, count);
				handle(worker, mbufs, count, link, side);
			}
			received += count;
		}
	}
	return received;
}

// What other workers received for this one.
static unsigned
receive_handed_over(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST_MAX];
	unsigned received = 0;

	for (uint32_t from = 0; from < worker->shared->count; from++) {
		if (from == worker->number)
			continue;
		unsigned count = rte_ring_sc_dequeue_burst(worker->shared->handover[from][worker->number],
							   (void **)mbufs, BURST_MAX, NULL);
		if (count > 0) {
			meter_burst(&worker->meter, count);
			judge(worker, mbufs, count);
		}
		received += count;
	}
	return received;
}

static void
rest(struct worker *worker, unsigned received, unsigned *idle_turns)
{
	if (received > 0) {
		*idle_turns = 0;
		return;
	}
	counter_add(&worker->counters->turns_idle, 1);
	if (++*idle_turns >= IDLE_TURNS && !worker->shared->idle_spin)
		usleep(IDLE_SLEEP_US);
}

static void
open_outboxes(struct worker *worker)
{
	for (uint32_t link = 0; link < worker->shared->ports->links; link++)
		for (int side = 0; side < SIDES; side++)
			worker->outboxes[link][side] = (struct outbox){
				.to = &worker->shared->ports->ports[link][side_other(side)],
				.counters = &worker->counters->ports[link][side],
				.queue = (uint16_t)worker->number,
			};
}

int
worker_run(void *argument)
{
	struct workers *shared = argument;
	struct worker worker = {.shared = shared, .number = rte_lcore_id() - 1};
	unsigned idle_turns = 0;

	worker.counters = &shared->counters[worker.number];
	meter_start(&worker.meter, &worker.counters->meter, shared->tsc_hz);
	worker.pipeline = shared->engine == NULL ? NULL : &shared->engine->pipelines[worker.number];
	worker.sampler.ring = shared->samples[worker.number];
	worker.sampler.suppressed = &worker.counters->samples_suppressed;
	open_outboxes(&worker);
	rte_rcu_qsbr_thread_register(shared->quiescence, worker.number);
	rte_rcu_qsbr_thread_online(shared->quiescence, worker.number);
	while (!atomic_load_explicit(&shared->stop, memory_order_relaxed)) {
		worker.policy = atomic_load_explicit(&shared->policy, memory_order_acquire);
		worker.now_ms = clock_boottime_ms();
		sampler_turn(&worker.sampler, atomic_load_explicit(&shared->sampling, memory_order_acquire),
			     worker.now_ms);
		unsigned received = receive_ports(&worker) + receive_handed_over(&worker);
		flush_all(&worker);
		meter_sent(&worker.meter, received);
		if (worker.pipeline != NULL && worker.policy != NULL)
			pipeline_sweep(worker.pipeline, worker.policy, worker.now_ms);
		rte_rcu_qsbr_quiescent(shared->quiescence, worker.number);
		counter_add(&worker.counters->heartbeat, 1);
		rest(&worker, received, &idle_turns);
		meter_turn(&worker.meter, received);
	}
	rte_rcu_qsbr_thread_offline(shared->quiescence, worker.number);
	rte_rcu_qsbr_thread_unregister(shared->quiescence, worker.number);
	return 0;
}

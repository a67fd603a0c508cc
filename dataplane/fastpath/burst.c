// SPDX-License-Identifier: Apache-2.0
// Bursts: see burst.h.

#include "burst.h"

#include "fault.h"
#include "head.h"
#include "resets.h"

#include <rte_mbuf.h>

#include <string.h>

static struct outbox *
outbox_of(struct worker *worker, const struct packet *packet)
{
	return &worker->outboxes[packet->link][packet->side];
}

static enum drop_reason
refusal_of(const struct packet *packet)
{
	return packet->evasive ? DROP_evasive : DROP_refused;
}

static bool
samples_judged(const struct worker *worker)
{
	return worker->samplers[SAMPLE_CAPTURE].order != NULL || worker->samplers[SAMPLE_DHCP].order != NULL;
}

// `pipeline`: the one that judged it, or NULL.
static void
sample(struct worker *worker, enum sample_channel channel, struct pipeline *pipeline, struct rte_mbuf *mbuf,
       unsigned verdict)
{
	sampler_take(&worker->samplers[channel], pipeline, mbuf, packet_of(mbuf), verdict, worker->now_ms);
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
	for (unsigned i = 0; i < count; i++) {
		unsigned verdict = verdicts[i] == VERDICT_FORWARD ? verdict_on_passing(worker, mbufs[i])
								  : SAMPLE_DROPPED(refusal_of(packet_of(mbufs[i])));
		sample(worker, SAMPLE_CAPTURE, worker->pipeline, mbufs[i], verdict);
		sample(worker, SAMPLE_DHCP, worker->pipeline, mbufs[i], verdict);
	}
}

void
burst_owned(struct worker *worker, struct rte_mbuf **mbufs, unsigned count)
{
	struct packet *packets[BURST_MAX];
	uint8_t verdicts[BURST_MAX];

	memset(verdicts, VERDICT_FORWARD, sizeof(verdicts));
	for (unsigned i = 0; i < count; i++)
		packets[i] = packet_of(mbufs[i]);
	// Another worker may have seen the first policy a turn earlier.
	if (worker->policy != NULL)
		pipeline_burst(worker->pipeline, worker->policy, packets, count, worker->now_ms, verdicts);
	if (samples_judged(worker))
		sample_judged(worker, mbufs, count, verdicts);
	for (unsigned i = 0; i < count; i++) {
		if (verdicts[i] == VERDICT_FORWARD) {
			outbox_add(outbox_of(worker, packets[i]), mbufs[i]);
			continue;
		}
		if (verdicts[i] >= VERDICT_RESET)
			resets_send(worker, mbufs[i], SIDE_SUBSCRIBER);
		if (verdicts[i] == VERDICT_RESET_BOTH)
			resets_send(worker, mbufs[i], SIDE_NETWORK);
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
	sample(worker, SAMPLE_CAPTURE, NULL, mbuf, SAMPLE_DROPPED(DROP_handover_full));
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
		sample(worker, SAMPLE_CAPTURE, NULL, mbufs[i],
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

void
burst_received(struct worker *worker, struct rte_mbuf **mbufs, unsigned count, uint32_t link, enum side side)
{
	enum link_mode mode = workers_link_mode(worker->shared, worker->policy, link);

	count_received(worker, mbufs, count, link, side);
	if (worker->samplers[SAMPLE_CAPTURE].order != NULL && mode != LINK_FORWARDING)
		sample_unjudged(worker, mbufs, count, link, side, mode);
	switch (mode) {
	case LINK_FORWARDING:
		parse(mbufs, count, link, side);
		burst_owned(worker, mbufs, keep_own(worker, mbufs, count));
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

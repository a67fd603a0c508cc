// SPDX-License-Identifier: Apache-2.0
// A worker's turn: see worker.h.

#include "worker.h"

#include <rte_ether.h>
#include <rte_prefetch.h>

static void
fetch(const struct buffer *burst, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		rte_prefetch0(&burst[i].length);
		rte_prefetch0(burst[i].frame);
		rte_prefetch0(&burst[i].packet);
	}
}

unsigned
worker_judge(struct stand *stand, struct buffer *burst, unsigned count, uint64_t now_ms, struct buffer **sent)
{
	struct pipeline *pipeline = &stand->engine.pipelines[0];
	struct packet *packets[BURST_MAX] = {NULL};
	uint8_t verdicts[BURST_MAX];
	unsigned forwarded = 0;

	fetch(burst, count);
	for (unsigned i = 0; i < count; i++) {
		packets[i] = &burst[i].packet;
		packet_parse(packets[i], burst[i].frame, burst[i].length, burst[i].length, 0, burst[i].side);
	}
	pipeline_burst(pipeline, stand->policy, packets, count, now_ms, verdicts);
	pipeline_sweep(pipeline, stand->policy, now_ms);

	for (unsigned i = 0; i < count; i++)
		if (verdicts[i] == VERDICT_FORWARD)
			sent[forwarded++] = &burst[i];
	return forwarded;
}

unsigned
worker_swap(struct stand *stand, struct buffer *burst, unsigned count, uint64_t now_ms, struct buffer **sent)
{
	(void)stand, (void)now_ms;
	fetch(burst, count);
	for (unsigned i = 0; i < count; i++) {
		struct rte_ether_hdr *ethernet = (void *)burst[i].frame;
		struct rte_ether_addr source = ethernet->src_addr;
		ethernet->src_addr = ethernet->dst_addr;
		ethernet->dst_addr = source;
		sent[i] = &burst[i];
	}
	return count;
}

// SPDX-License-Identifier: Apache-2.0
// One worker's sampling: see sampler.h.

#include "sampler.h"

#include "clock.h"

#include <string.h>

// Samples taken at once, at most: half a ring, so that a reader who comes later than usual still finds them.
#define AT_ONCE (REGION_SAMPLES / 2)

// What an order keeps for the sources that it prefers: strangers do not get these, however much they send.
#define KEPT (AT_ONCE / 2)

// Takes one from the allowance, which grows with time up to AT_ONCE, if more than `kept` would be left.
static bool
allowed(struct sampler *sampler, uint32_t kept, uint64_t now_ms)
{
	uint64_t grown = sampler->allowance + (now_ms - sampler->refilled_ms) * sampler->order->rate;

	sampler->refilled_ms = now_ms;
	sampler->allowance = grown > AT_ONCE * 1000 ? AT_ONCE * 1000 : (uint32_t)grown;
	if (sampler->allowance < (kept + 1) * 1000)
		return false;
	sampler->allowance -= 1000;
	return true;
}

static uint32_t
copy(uint8_t *to, uint32_t most, const struct rte_mbuf *segment)
{
	uint32_t copied = 0;

	for (; segment != NULL && copied < most; segment = segment->next) {
		uint32_t length = RTE_MIN(segment->data_len, most - copied);
		memcpy(to + copied, rte_pktmbuf_mtod(segment, const void *), length);
		copied += length;
	}
	return copied;
}

void
sampler_take(struct sampler *sampler, struct pipeline *pipeline, const struct rte_mbuf *mbuf,
	     const struct packet *packet, unsigned verdict, uint64_t now_ms)
{
	struct sample *sample = &sampler->sample;

	if (sampler->order == NULL || !sample_filter_matches(&sampler->order->filter, packet, verdict))
		return;
	if (!allowed(sampler, sample_from_stranger(&sampler->order->preferred, packet) ? KEPT : 0, now_ms)) {
		counter_add(sampler->suppressed, 1);
		return;
	}
	sample_describe(sample, pipeline, packet, verdict);
	sample->time_us = clock_boottime_us();
	sample->length = mbuf->pkt_len;
	sample->captured = (uint16_t)copy(sample->bytes, sampler->order->snap_length, mbuf);
	// Whole words.
	slot_ring_put(sampler->ring, sample, (uint32_t)(offsetof(struct sample, bytes) + sample->captured + 7) & ~7u);
}

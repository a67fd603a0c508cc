// SPDX-License-Identifier: Apache-2.0
// Resets: see resets.h.

#include "resets.h"

#include "fault.h"
#include "head.h"
#include "inject.h"

#include <string.h>

// A buffer that holds the reset as if it were received from the other side; NULL: there is none.
static struct rte_mbuf *
buffer_of(const struct worker *worker, const struct packet *refused, const uint8_t *reset, uint32_t length,
	  enum side end)
{
	struct rte_mbuf *mbuf = FAULT(buffers) ? NULL : rte_pktmbuf_alloc(worker->shared->ports->packets);

	if (mbuf == NULL)
		return NULL;
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)length), reset, length);
	*packet_of(mbuf) = *refused;
	packet_of(mbuf)->side = (uint8_t)side_other(end);
	return mbuf;
}

void
resets_send(struct worker *worker, struct rte_mbuf *refused, enum side end)
{
	const struct packet *packet = packet_of(refused);
	struct outbox *outbox = &worker->resets[packet->link][end];
	uint8_t scratch[PACKET_CONTIGUOUS], reset[INJECT_BYTES_MAX];
	struct inject_frame frame = {.total = refused->pkt_len};

	frame.bytes = head_of(refused, scratch, &frame.contiguous);
	uint32_t length =
		inject_reset(reset, packet, &frame, packet->side == end ? INJECT_TO_SENDER : INJECT_TO_RECEIVER);
	if (length == 0)
		return;
	struct rte_mbuf *mbuf = buffer_of(worker, packet, reset, length, end);
	if (mbuf == NULL) {
		counter_add(&outbox->counters->injected_lost, 1);
		return;
	}
	sampler_take(&worker->samplers[SAMPLE_CAPTURE], worker->pipeline, mbuf, packet_of(mbuf), SAMPLE_INJECTED,
		     worker->now_ms);
	outbox_put(outbox, mbuf);
}

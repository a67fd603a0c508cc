// SPDX-License-Identifier: Apache-2.0
// Outboxes: see outbox.h.

#include "outbox.h"

#include "fault.h"

void
outbox_open(struct outbox *outbox, const struct port *to, uint16_t queue, struct port_counters *counters)
{
	*outbox = (struct outbox){
		.to = to,
		.counters = counters,
		.left = &counters->forwarded_packets,
		.left_bytes = &counters->forwarded_bytes,
		.lost = &counters->dropped[DROP_transmit],
		.queue = queue,
	};
}

void
outbox_open_for_resets(struct outbox *outbox, const struct port *to, uint16_t queue, struct port_counters *counters)
{
	*outbox = (struct outbox){
		.to = to,
		.counters = counters,
		.left = &counters->injected_packets,
		.left_bytes = &counters->injected_bytes,
		.lost = &counters->injected_lost,
		.queue = queue,
	};
}

void
outbox_flush(struct outbox *outbox)
{
	uint64_t bytes = 0;

	if (outbox->count == 0)
		return;
	for (uint16_t i = 0; i < outbox->count; i++)
		bytes += outbox->packets[i]->pkt_len;
	uint16_t sent = FAULT(transmit) ? 0 : port_send(outbox->to, outbox->queue, outbox->packets, outbox->count);
	for (uint16_t i = sent; i < outbox->count; i++) {
		bytes -= outbox->packets[i]->pkt_len;
		rte_pktmbuf_free(outbox->packets[i]);
	}
	counter_add(outbox->left, sent);
	counter_add(outbox->left_bytes, bytes);
	counter_add(outbox->lost, outbox->count - sent);
	outbox->count = 0;
}

void
outbox_put(struct outbox *outbox, struct rte_mbuf *packet)
{
	outbox->packets[outbox->count++] = packet;
	if (outbox->count == BURST_MAX)
		outbox_flush(outbox);
}

void
outbox_add(struct outbox *outbox, struct rte_mbuf *packet)
{
	if (outbox_takes(outbox, packet))
		outbox_put(outbox, packet);
	else
		outbox_drop(outbox, packet, DROP_oversize);
}

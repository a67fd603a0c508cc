// SPDX-License-Identifier: Apache-2.0
// Outboxes: see outbox.h.

#include "outbox.h"

#include "fault.h"

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
		outbox_drop(outbox, outbox->packets[i], DROP_transmit);
	}
	counter_add(&outbox->counters->forwarded_packets, sent);
	counter_add(&outbox->counters->forwarded_bytes, bytes);
	outbox->count = 0;
}

void
outbox_add(struct outbox *outbox, struct rte_mbuf *packet)
{
	if (!outbox_takes(outbox, packet)) {
		outbox_drop(outbox, packet, DROP_oversize);
		return;
	}
	outbox->packets[outbox->count++] = packet;
	if (outbox->count == BURST_MAX)
		outbox_flush(outbox);
}

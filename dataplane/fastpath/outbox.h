// SPDX-License-Identifier: Apache-2.0
// One worker's packets on their way from one port to the link's other port, and the account of that: received = forwarded +
// dropped, whenever the outbox is empty. Never waits: what the port does not take is dropped.

#pragma once

#include "counters.h"
#include "pipeline.h"
#include "ports.h"

#include <rte_mbuf.h>

#include <stdint.h>

struct outbox {
	const struct port *to;
	struct port_counters *counters; // of the port that the packets came in by
	uint16_t queue;                 // the worker's, of `to`
	uint16_t count;
	struct rte_mbuf *packets[BURST_MAX];
};

// Whether the other port carries so long a packet.
static inline bool
outbox_takes(const struct outbox *outbox, const struct rte_mbuf *packet)
{
	return packet->pkt_len <= outbox->to->frame_max;
}

// Puts a packet in; sends when there is a burst of them.
void outbox_add(struct outbox *outbox, struct rte_mbuf *packet);

// Sends what there is.
void outbox_flush(struct outbox *outbox);

// Frees a packet that does not go out, and counts it.
static inline void
outbox_drop(struct outbox *outbox, struct rte_mbuf *packet, enum drop_reason reason)
{
	counter_add(&outbox->counters->dropped[reason], 1);
	rte_pktmbuf_free(packet);
}

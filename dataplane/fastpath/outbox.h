// SPDX-License-Identifier: Apache-2.0
// One worker's packets on their way out by a port, and the account of that. An outbox is for what came in by the link's other port,
// of which received = forwarded + dropped whenever it is empty; or for resets, which came from nowhere. Never waits: what the port does
// not take is dropped.

#pragma once

#include "counters.h"
#include "pipeline.h"
#include "ports.h"

#include <rte_mbuf.h>

#include <stdint.h>

struct outbox {
	const struct port *to;
	struct port_counters *counters; // of the port that the packets came in by; of `to` if they are resets
	counter *left, *left_bytes;     // of these counters: what `to` took
	counter *lost;                  // packets that it did not
	uint16_t queue;                 // the worker's, of `to`
	uint16_t count;
	struct rte_mbuf *packets[BURST_MAX];
};

// An empty outbox for what comes in by the port of `counters`, and one for resets.
void outbox_open(struct outbox *outbox, const struct port *to, uint16_t queue, struct port_counters *counters);
void outbox_open_for_resets(struct outbox *outbox, const struct port *to, uint16_t queue,
			    struct port_counters *counters);

// Whether the port carries so long a packet.
static inline bool
outbox_takes(const struct outbox *outbox, const struct rte_mbuf *packet)
{
	return packet->pkt_len <= outbox->to->frame_max;
}

// Puts a packet in that was received, or drops it if it is too long; sends when there is a burst of them.
void outbox_add(struct outbox *outbox, struct rte_mbuf *packet);

// Puts a packet in that the port carries.
void outbox_put(struct outbox *outbox, struct rte_mbuf *packet);

// Sends what there is.
void outbox_flush(struct outbox *outbox);

// Frees a packet that was received and does not go out, and counts it.
static inline void
outbox_drop(struct outbox *outbox, struct rte_mbuf *packet, enum drop_reason reason)
{
	counter_add(&outbox->counters->dropped[reason], 1);
	rte_pktmbuf_free(packet);
}

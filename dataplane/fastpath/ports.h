// SPDX-License-Identifier: Apache-2.0
// The ports of all links and the packet buffers that they share. Opened by the main thread as root; then workers receive and send
// (port.h), and the control thread looks at them now and then.

#pragma once

#include "options.h"
#include "packet.h"
#include "port.h"

#include <rte_mempool.h>

#include <stdbool.h>
#include <stdint.h>

struct ports {
	struct port ports[LINKS_MAX][SIDES];
	uint32_t links;
	uint16_t workers;
	struct rte_mempool *packets; // each mbuf with a struct packet in its private area
};

// What was parsed of a packet in such a buffer.
static inline struct packet *
packet_of(struct rte_mbuf *mbuf)
{
	return rte_mbuf_to_priv(mbuf);
}

// How many packet buffers it takes that ports, workers and the rings between them never want for one.
uint32_t ports_packets(const struct options *options);

// Binds the PCI devices among the ports to drivers that DPDK can use: before DPDK starts. Ends the process with a sentence when one
// cannot be had.
void ports_bind(const struct options *options);

// Opens every port. Ends the process with a sentence when one cannot be had.
void ports_open(struct ports *ports, const struct options *options);

// Looks at every port, stores what it sees in `live` and says what changed. False when no link has both its ports any more: only
// another start can attach to new ones.
bool ports_look(struct ports *ports, struct region_live *live);

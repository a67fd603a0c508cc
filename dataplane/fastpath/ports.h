// SPDX-License-Identifier: Apache-2.0
// The ports of all links: DPDK devices with one receive and one transmit queue a worker. They are never stopped: stopping a
// tap takes its interface down, and its addresses and routes with it. The process's end lets them go.

#pragma once

#include "options.h"
#include "packet.h"

#include <rte_mempool.h>

#include <stdbool.h>
#include <stdint.h>

struct port {
	uint16_t id;        // DPDK's
	uint16_t frame_max; // longest frame that it sends, without checksum
	char name[96];      // as the operator wrote it
	bool up;            // by the last poll
	char interface[INTERFACE_NAME_MAX];
	unsigned index; // the interface's: another one of the same name is not ours
	int socket;     // in the interface's namespace
};

struct ports {
	struct port ports[LINKS_MAX][SIDES];
	uint32_t links;
	struct rte_mempool *packets; // each mbuf with a struct packet in its private area
};

// Opens and starts every port. Ends the process with a sentence when one cannot be had.
void ports_open(struct ports *ports, const struct options *options);

// Asks every port for its link state and missed packets, stores them in `live` and says what changed. False when no link has
// both its interfaces any more: only another start can attach to new ones.
bool ports_poll(struct ports *ports, struct region_live *live);

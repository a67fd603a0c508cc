// SPDX-License-Identifier: Apache-2.0
// Ports: see ports.h. The one place that knows which kinds there are.

#include "ports.h"

#include "message.h"
#include "pci_bind.h"
#include "workers.h"

#include <rte_errno.h>

#include <stdlib.h>
#include <string.h>

#define PACKETS_CACHE 256 // of a worker
// Beyond which the pool takes buffers back (CACHE_FLUSHTHRESH_MULTIPLIER in DPDK's rte_mempool.c).
#define PACKETS_CACHED (PACKETS_CACHE * 3 / 2)

static const struct port_driver *const drivers[] = {
	[PORT_TAP] = &port_tap,
	[PORT_PACKET] = &port_packet,
	[PORT_PCAP] = &port_pcap,
	[PORT_PCI] = &port_pci,
};

uint32_t
ports_packets(const struct options *options)
{
	uint32_t links = options->geometry.links, workers = options->geometry.engine.workers;
	uint32_t bursts = 1 + SIDES * links; // in a worker's hands: the one it handles, and what waits to be sent
	uint32_t packets = workers * (PACKETS_CACHED + bursts * BURST_MAX * PORT_SEGMENTS);

	// Resets that wait to be sent.
	packets += workers * SIDES * links * BURST_MAX;
	// Of the thread that fills the ports' queues at the start.
	packets += PACKETS_CACHED;

	packets += workers * (workers - 1) * HANDOVER_PACKETS;
	for (uint32_t l = 0; l < links; l++)
		for (int s = 0; s < SIDES; s++)
			packets += workers * drivers[options->ports[l][s].kind]->held;
	return packets;
}

void
ports_bind(const struct options *options)
{
	char sentence[PCI_BIND_SENTENCE];

	for (uint32_t l = 0; l < options->geometry.links; l++) {
		for (int s = 0; s < SIDES; s++) {
			const struct port_option *option = &options->ports[l][s];
			if (option->kind == PORT_PCI &&
			    pci_bind("/sys", option->address, option->driver, sentence) != NULL)
				fatal("%s", sentence);
		}
	}
}

static void
open_port(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t workers)
{
	*port = (struct port){
		.driver = drivers[option->kind],
		.name = option->text,
		.queues = aligned_alloc(RTE_CACHE_LINE_SIZE, workers * sizeof(struct port_queue)),
		.up = true,
	};
	if (port->queues == NULL)
		fatal("no memory for port %s", port->name);
	memset(port->queues, 0, workers * sizeof(struct port_queue));
	port->driver->open(port, option, packets, workers);
}

void
ports_open(struct ports *ports, const struct options *options)
{
	*ports = (struct ports){
		.links = options->geometry.links,
		.workers = (uint16_t)options->geometry.engine.workers,
	};
	ports->packets = rte_pktmbuf_pool_create("packets", ports_packets(options), PACKETS_CACHE,
						 sizeof(struct packet), RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (ports->packets == NULL)
		fatal("no memory for packets: %s", rte_strerror(rte_errno));

	for (uint32_t l = 0; l < ports->links; l++)
		for (int s = 0; s < SIDES; s++)
			open_port(&ports->ports[l][s], &options->ports[l][s], ports->packets, ports->workers);
}

// Returns whether it is still there.
static bool
look_at(struct port *port, uint16_t workers, uint32_t link, enum side side, struct region_live *live)
{
	struct port_state state;

	port->driver->look(port, &state);
	for (uint16_t q = 0; q < workers; q++) {
		state.missed += counter_read(&port->queues[q].missed);
		state.starved += counter_read(&port->queues[q].starved);
	}
	if (state.up != port->up)
		message("link %u, %s side (%s) is %s", link, side == SIDE_SUBSCRIBER ? "subscriber" : "network",
			port->name, state.up ? "up" : "down: look at its cable or interface");
	port->up = state.up;
	atomic_store_explicit(&live->link_up[link][side], state.up, memory_order_relaxed);
	atomic_store_explicit(&live->port_missed[link][side], state.missed, memory_order_relaxed);
	atomic_store_explicit(&live->port_starved[link][side], state.starved, memory_order_relaxed);
	return state.there;
}

bool
ports_look(struct ports *ports, struct region_live *live)
{
	bool any_whole = false;

	for (uint32_t l = 0; l < ports->links; l++) {
		struct port *link = ports->ports[l];
		bool subscriber = look_at(&link[SIDE_SUBSCRIBER], ports->workers, l, SIDE_SUBSCRIBER, live);
		bool network = look_at(&link[SIDE_NETWORK], ports->workers, l, SIDE_NETWORK, live);
		any_whole |= subscriber && network;
	}
	atomic_store_explicit(&live->mbufs, ports->packets->size, memory_order_relaxed);
	atomic_store_explicit(&live->mbufs_free, rte_mempool_avail_count(ports->packets), memory_order_relaxed);
	return any_whole;
}

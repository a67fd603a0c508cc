// SPDX-License-Identifier: Apache-2.0
// A port, and what a kind of port can do. A port has one receive and one send queue for each worker; a queue is its worker's own.

#pragma once

#include "counters.h"
#include "interface.h"
#include "port_option.h"

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <stdbool.h>
#include <stdint.h>

#define PORT_NO_LIMIT UINT32_MAX

// Longest frame that every kind of port can receive, in segments of a packet buffer (2 KiB): 9,216 bytes behind an Ethernet header
// and three tags.
#define PORT_SEGMENTS 5

// What the control thread asks a port now and then.
struct port_state {
	bool up;         // frames pass
	bool there;      // false: its interface was taken away, and only another start can attach to a new one
	uint64_t missed; // frames that came and were lost before a worker had them, since the start
	uint64_t
		starved; // attempts to receive that found no packet buffer, since the start: the frame waits where it is
};

// What a worker counts of its queue beside what passes; the control thread reads it.
struct port_queue {
	_Alignas(RTE_CACHE_LINE_SIZE) counter missed;
	counter starved;
};

struct port {
	const struct port_driver *driver;
	struct port_queue *queues;  // one a worker
	const char *name;           // as the operator wrote it
	uint32_t frame_max;         // longest frame that it sends, without checksum; or PORT_NO_LIMIT
	struct interface interface; // of a kind that attaches to one
	struct tap *tap;            // port_tap.c's
	uint16_t device;            // DPDK's, of a kind that is one
	bool up;                    // by the last look
};

// A kind of port. Ports are never closed: the process's end lets them go.
struct port_driver {
	// Packet buffers that a queue holds on to at most, whatever the traffic.
	unsigned held;

	// Makes `port` ready for `queues` workers, with buffers from `packets`, which have room for a struct packet. Ends the process
	// with a sentence when it cannot.
	void (*open)(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t queues);

	// Takes at most `count` frames that have come, each a chain of buffers that is the caller's then. Never waits.
	uint16_t (*receive)(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);

	// Takes those of `count` frames that can be sent, in order, and returns how many. What it did not take is the caller's,
	// and lies at the end of `mbufs`. Never waits, but for packet: ports: net_af_packet sleeps in poll() without a limit
	// while its send ring is full (eth_af_packet_tx of DPDK 22.11).
	uint16_t (*send)(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);

	// Fills in what its device knows; the queues' counters are added to it.
	void (*look)(const struct port *port, struct port_state *state);
};

// Each in a file of its name.
extern const struct port_driver port_tap, port_packet, port_pcap, port_pci;

static inline uint16_t
port_receive(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return port->driver->receive(port, queue, mbufs, count);
}

static inline uint16_t
port_send(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return port->driver->send(port, queue, mbufs, count);
}

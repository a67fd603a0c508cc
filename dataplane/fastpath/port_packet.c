// SPDX-License-Identifier: Apache-2.0
// Ports on interfaces of the kernel's that stay the kernel's (DPDK's net_af_packet). What the kernel changes on the way is in
// docs/frames.md.

#include "message.h"
#include "namespace.h"
#include "port_ethdev.h"

#include <rte_ether.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

// Of the driver's ring. The kernel cuts a frame to what is left of FRAME_BYTES behind TPACKET_BYTES (tpacket_rcv: header and address,
// aligned, before an Ethernet header); with a tag that the driver puts back it still fits into one packet buffer.
#define FRAME_BYTES   2048
#define TPACKET_BYTES 66
#define CUT           (FRAME_BYTES - TPACKET_BYTES)
#define FRAMES        2048 // a queue: 4 MiB each way
#define MTU_MAX       (CUT - 1 - RTE_ETHER_HDR_LEN - 3 * RTE_VLAN_HLEN)

static void
packet_open(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t queues)
{
	static unsigned count;
	char device[32], arguments[128];
	int before = namespace_enter(option->namespace);

	if (!interface_find(&port->interface, option->interface))
		fatal("there is no interface %s in namespace \"%s\"", option->interface, option->namespace);
	uint32_t mtu = interface_mtu(&port->interface);
	if (mtu > MTU_MAX)
		fatal("the interface of port %s has an MTU of %u, and a packet: port carries at most %d: lower it, or "
		      "use "
		      "a tap: or pci: port",
		      port->name, mtu, MTU_MAX);
	snprintf(device, sizeof(device), "net_af_packet%u", count++);
	snprintf(arguments, sizeof(arguments), "iface=%s,qpairs=%u,framesz=%d,framecnt=%d", option->interface, queues,
		 FRAME_BYTES, FRAMES);
	int error = ethdev_make(device, arguments);
	if (error != 0)
		fatal("cannot attach to %s: %s; it needs root, and an Ethernet interface", port->name,
		      strerror(-error));
	ethdev_start(port, device, packets, queues);
	// What the kernel sends: one tag more than the MTU allows.
	port->frame_max = mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN;
	namespace_leave(before);
}

// Senders behind a veth hand over what they leave to an offload to cut up: what came cut must not go on.
static uint16_t
packet_receive(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t received = ethdev_receive(port, queue, mbufs, count), whole = 0;

	for (uint16_t i = 0; i < received; i++) {
		if (mbufs[i]->pkt_len < CUT) {
			mbufs[whole++] = mbufs[i];
			continue;
		}
		counter_add(&port->queues[queue].missed, 1);
		rte_pktmbuf_free(mbufs[i]);
	}
	return whole;
}

// The driver calls a link up whatever its interface does.
static void
packet_look(const struct port *port, struct port_state *state)
{
	ethdev_look(port, state);
	state->up = interface_up(&port->interface);
	state->there = interface_there(&port->interface);
}

const struct port_driver port_packet = {
	.held = 0,
	.open = packet_open,
	.receive = packet_receive,
	.send = ethdev_send,
	.look = packet_look,
};

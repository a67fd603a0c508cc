// SPDX-License-Identifier: Apache-2.0
// Ports: see ports.h. The one place that knows which driver is behind a port.

#include "ports.h"

#include "message.h"
#include "namespace.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <errno.h>
#include <net/if.h>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS       16383 // 2^n - 1 is what a mempool holds best
#define PACKETS_CACHE 256   // of a worker
#define DESCRIPTORS   256   // of a queue

// Asks the kernel about the port's interface.
static bool
ask(const struct port *port, unsigned long what, struct ifreq *request)
{
	*request = (struct ifreq){0};
	memcpy(request->ifr_name, port->interface, sizeof(port->interface));
	return ioctl(port->socket, what, request) == 0;
}

// Finds the interface, in the namespace that the thread is in, and its hardware address: net_tap gives it a random one unless
// told.
static void
find_interface(struct port *port, const struct port_option *option, uint8_t mac[6])
{
	struct ifreq request;

	memcpy(port->interface, option->interface, sizeof(port->interface));
	port->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!ask(port, SIOCGIFINDEX, &request))
		fatal("there is no interface %s in namespace \"%s\"; make it with: ip tuntap add dev %s mode tap "
		      "multi_queue",
		      option->interface, option->namespace, option->interface);
	port->index = (unsigned)request.ifr_ifindex;
	if (!ask(port, SIOCGIFHWADDR, &request))
		fatal("the interface %s has no hardware address: %s", option->interface, strerror(errno));
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
}

static void
start_device(struct port *port, struct rte_mempool *packets, uint16_t queues)
{
	struct rte_eth_conf conf = {0};
	uint16_t mtu;
	int error = rte_eth_dev_configure(port->id, queues, queues, &conf);

	for (uint16_t q = 0; error == 0 && q < queues; q++)
		error = rte_eth_rx_queue_setup(port->id, q, DESCRIPTORS, SOCKET_ID_ANY, NULL, packets);
	for (uint16_t q = 0; error == 0 && q < queues; q++)
		error = rte_eth_tx_queue_setup(port->id, q, DESCRIPTORS, SOCKET_ID_ANY, NULL);
	if (error == 0)
		error = rte_eth_dev_start(port->id);
	if (error == 0)
		error = rte_eth_dev_get_mtu(port->id, &mtu);
	if (error != 0)
		fatal("cannot start port %s: %s", port->name, rte_strerror(-error));
	// net_tap sends an MTU, an Ethernet header and two tags, and refuses the rest of a burst with one that is longer.
	port->frame_max = (uint16_t)(mtu + RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN);
}

// A tap is opened inside its namespace: one that is moved afterwards reports no link. Starting opens the device again, so
// the namespace is left only then.
static void
open_tap(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t queues)
{
	static unsigned count;
	char device[32], arguments[128];
	uint8_t mac[6];
	int before = namespace_enter(option->namespace);

	find_interface(port, option, mac);
	snprintf(device, sizeof(device), "net_tap%u", count++);
	snprintf(arguments, sizeof(arguments), "iface=%s,mac=%02x:%02x:%02x:%02x:%02x:%02x", option->interface, mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	if (rte_eal_hotplug_add("vdev", device, arguments) != 0 || rte_eth_dev_get_port_by_name(device, &port->id) != 0)
		fatal("cannot attach to %s: it must be a tap made with multi_queue that nobody else uses, and "
		      "/dev/net/tun must "
		      "be there",
		      port->name);
	start_device(port, packets, queues);
	namespace_leave(before);
}

void
ports_open(struct ports *ports, const struct options *options)
{
	*ports = (struct ports){.links = options->geometry.links};
	ports->packets = rte_pktmbuf_pool_create("packets", PACKETS, PACKETS_CACHE, sizeof(struct packet),
						 RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (ports->packets == NULL)
		fatal("no memory for packets: %s", rte_strerror(rte_errno));

	for (uint32_t l = 0; l < ports->links; l++) {
		for (int s = 0; s < SIDES; s++) {
			const struct port_option *option = &options->ports[l][s];
			struct port *port = &ports->ports[l][s];
			snprintf(port->name, sizeof(port->name), "tap:%s%s%s", option->namespace,
				 *option->namespace != 0 ? "/" : "", option->interface);
			open_tap(port, option, ports->packets, (uint16_t)options->geometry.engine.workers);
			port->up = true;
		}
	}
}

static bool
gone(const struct port *port)
{
	struct ifreq request;

	return !ask(port, SIOCGIFINDEX, &request) || (unsigned)request.ifr_ifindex != port->index;
}

static void
poll_port(struct port *port, uint32_t link, enum side side, struct region_live *live)
{
	struct rte_eth_link state = {0};
	struct rte_eth_stats stats = {0};

	bool up = rte_eth_link_get_nowait(port->id, &state) == 0 && state.link_status == RTE_ETH_LINK_UP;
	if (up != port->up)
		message("link %u, %s side (%s) is %s", link, side == SIDE_SUBSCRIBER ? "subscriber" : "network",
			port->name, up ? "up" : "down: look at its cable or interface");
	port->up = up;
	atomic_store_explicit(&live->link_up[link][side], up, memory_order_relaxed);
	// An input error of net_tap is a frame longer than a packet buffer.
	if (rte_eth_stats_get(port->id, &stats) == 0)
		atomic_store_explicit(&live->port_missed[link][side], stats.imissed + stats.rx_nombuf + stats.ierrors,
				      memory_order_relaxed);
}

bool
ports_poll(struct ports *ports, struct region_live *live)
{
	bool any_whole = false;

	for (uint32_t l = 0; l < ports->links; l++) {
		for (int s = 0; s < SIDES; s++)
			poll_port(&ports->ports[l][s], l, s, live);
		any_whole |= !gone(&ports->ports[l][SIDE_SUBSCRIBER]) && !gone(&ports->ports[l][SIDE_NETWORK]);
	}
	atomic_store_explicit(&live->mbufs, PACKETS, memory_order_relaxed);
	atomic_store_explicit(&live->mbufs_free, rte_mempool_avail_count(ports->packets), memory_order_relaxed);
	return any_whole;
}

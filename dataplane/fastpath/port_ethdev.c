// SPDX-License-Identifier: Apache-2.0
// DPDK devices as ports: see port_ethdev.h.

#include "port_ethdev.h"

#include "message.h"

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <errno.h>

#define MTU_WANTED 9216

int
ethdev_make(const char *name, const char *arguments)
{
	return rte_eal_hotplug_add("vdev", name, arguments);
}

// What a device's frames have around an MTU's bytes, the checksum included.
static uint32_t
overhead_of(const struct rte_eth_dev_info *info)
{
	if (info->max_mtu == UINT16_MAX || info->max_rx_pktlen <= info->max_mtu)
		return RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
	return info->max_rx_pktlen - info->max_mtu;
}

static struct rte_eth_conf
configuration_of(const struct rte_eth_dev_info *info)
{
	struct rte_eth_conf conf = {
		.rxmode.offloads = info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER,
		.txmode.offloads = info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	};
	uint32_t longest = RTE_MIN(info->max_rx_pktlen, (uint32_t)UINT16_MAX) - overhead_of(info);

	// Without scatter a frame must fit into one buffer.
	if (conf.rxmode.offloads == 0)
		longest = RTE_MIN(longest, RTE_MBUF_DEFAULT_DATAROOM - overhead_of(info));
	conf.rxmode.mtu = RTE_MIN(RTE_MIN(longest, info->max_mtu), (uint32_t)MTU_WANTED);
	return conf;
}

static int
set_up(uint16_t device, struct rte_mempool *packets, uint16_t queues, const struct rte_eth_conf *conf)
{
	uint16_t rx = ETHDEV_DESCRIPTORS, tx = ETHDEV_DESCRIPTORS;
	int error = rte_eth_dev_configure(device, queues, queues, conf);

	if (error == 0)
		error = rte_eth_dev_adjust_nb_rx_tx_desc(device, &rx, &tx);
	for (uint16_t q = 0; error == 0 && q < queues; q++)
		error = rte_eth_rx_queue_setup(device, q, rx, SOCKET_ID_ANY, NULL, packets);
	for (uint16_t q = 0; error == 0 && q < queues; q++)
		error = rte_eth_tx_queue_setup(device, q, tx, SOCKET_ID_ANY, NULL);
	if (error == 0)
		error = rte_eth_dev_start(device);
	// A device that knows no addresses need not be told to take all.
	if (error == 0 && (error = rte_eth_promiscuous_enable(device)) == -ENOTSUP)
		error = 0;
	return error;
}

void
ethdev_start(struct port *port, const char *name, struct rte_mempool *packets, uint16_t queues)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf;
	uint16_t mtu;
	int error = rte_eth_dev_get_port_by_name(name, &port->device);

	if (error == 0)
		error = rte_eth_dev_info_get(port->device, &info);
	if (error != 0)
		fatal("cannot find the device of port %s: %s", port->name, rte_strerror(-error));
	if (queues > info.max_rx_queues || queues > info.max_tx_queues)
		fatal("port %s has %u queues; use at most --workers %u", port->name,
		      RTE_MIN(info.max_rx_queues, info.max_tx_queues), RTE_MIN(info.max_rx_queues, info.max_tx_queues));
	conf = configuration_of(&info);
	error = set_up(port->device, packets, queues, &conf);
	if (error == 0)
		error = rte_eth_dev_get_mtu(port->device, &mtu);
	if (error != 0)
		fatal("cannot start port %s: %s", port->name, rte_strerror(-error));
	port->frame_max = mtu + overhead_of(&info) - RTE_ETHER_CRC_LEN;
}

uint16_t
ethdev_receive(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return rte_eth_rx_burst(port->device, queue, mbufs, count);
}

uint16_t
ethdev_send(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return rte_eth_tx_burst(port->device, queue, mbufs, count);
}

void
ethdev_look(const struct port *port, struct port_state *state)
{
	struct rte_eth_link link = {0};
	struct rte_eth_stats stats = {0};

	*state = (struct port_state){
		.up = rte_eth_link_get_nowait(port->device, &link) == 0 && link.link_status == RTE_ETH_LINK_UP,
		.there = true,
	};
	if (rte_eth_stats_get(port->device, &stats) != 0)
		return;
	state->missed = stats.imissed + stats.ierrors;
	state->starved = stats.rx_nombuf;
}

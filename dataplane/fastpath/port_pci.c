// SPDX-License-Identifier: Apache-2.0
// Ports on PCI devices, driven by DPDK. Bound to their kernel driver by ports_bind before DPDK looks at the bus.

#include "message.h"
#include "port_ethdev.h"

#include <rte_ethdev.h>

static void
pci_open(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t queues)
{
	uint16_t device;

	if (rte_eth_dev_get_port_by_name(option->address, &device) != 0)
		fatal("DPDK has no driver for the PCI device %s, or it did not start; built in are: virtio, e1000, "
		      "igb, ixgbe, "
		      "i40e, ice, vmxnet3",
		      option->address);
	ethdev_start(port, option->address, packets, queues);
}

const struct port_driver port_pci = {
	.held = ETHDEV_HELD,
	.open = pci_open,
	.receive = ethdev_receive,
	.send = ethdev_send,
	.look = ethdev_look,
};

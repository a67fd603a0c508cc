// SPDX-License-Identifier: Apache-2.0
// What the kinds of ports have in common that are DPDK devices: port_packet.c, port_pcap.c, port_pci.c.

#pragma once

#include "port.h"

#include <stdint.h>

// Descriptors of a queue's two directions; each may hold a packet buffer.
#define ETHDEV_DESCRIPTORS 512
#define ETHDEV_HELD        (2 * ETHDEV_DESCRIPTORS)

// Makes a device without hardware (`name` begins with its driver's name); returns an errno, negative, or 0.
int ethdev_make(const char *name, const char *arguments);

// Starts the device `name`, with the longest frames it can carry up to 9,216 bytes of payload, for all addresses. Ends the process with a
// sentence when it cannot.
void ethdev_start(struct port *port, const char *name, struct rte_mempool *packets, uint16_t queues);

uint16_t ethdev_receive(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);
uint16_t ethdev_send(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);

// As the device says of itself, and there for ever.
void ethdev_look(const struct port *port, struct port_state *state);

// SPDX-License-Identifier: Apache-2.0
// Ports on captures (DPDK's net_pcap): frames come from one file, as fast as they are taken, and go into another. At the end of the
// first nothing comes any more.

#include "message.h"
#include "port_ethdev.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
check_readable(const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	FILE *file = fopen(path, "re");

	if (file == NULL)
		fatal("cannot read the capture %s: %s", path, strerror(errno));
	pcap_t *capture = pcap_fopen_offline(file, error);
	if (capture == NULL)
		fatal("cannot read the capture %s: %s", path, error);
	if (pcap_datalink(capture) != DLT_EN10MB)
		fatal("the capture %s does not hold Ethernet frames", path);
	pcap_close(capture);
}

static void
check_writable(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		fatal("cannot write the capture %s: %s", path, strerror(errno));
	close(fd);
}

static void
pcap_port_open(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t queues)
{
	static unsigned count;
	char device[32], arguments[sizeof(option->in_file) + sizeof(option->out_file) + 32];

	if (queues > 1)
		fatal("port %s has one queue; use --workers 1", port->name);
	check_readable(option->in_file);
	check_writable(option->out_file);
	snprintf(device, sizeof(device), "net_pcap%u", count++);
	snprintf(arguments, sizeof(arguments), "rx_pcap=%s,tx_pcap=%s", option->in_file, option->out_file);
	int error = ethdev_make(device, arguments);
	if (error != 0)
		fatal("cannot open port %s: %s", port->name, strerror(-error));
	ethdev_start(port, device, packets, queues);
	port->frame_max = PORT_NO_LIMIT;
}

const struct port_driver port_pcap = {
	.held = 0,
	.open = pcap_port_open,
	.receive = ethdev_receive,
	.send = ethdev_send,
	.look = ethdev_look,
};

// SPDX-License-Identifier: Apache-2.0
// Ports on persistent taps: each worker has a queue of the interface to itself, and moves a frame with one system call. The
// interface, its addresses and its settings are somebody else's and outlive us; we only attach.
//
// A frame is read into a chain of buffers that is prepared before, because its length is known only afterwards. The queue's worker
// alone touches the chain.

#include "fault.h"
#include "message.h"
#include "namespace.h"
#include "port.h"

#include <rte_common.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

struct tap_queue {
	_Alignas(RTE_CACHE_LINE_SIZE) int fd;
	struct rte_mbuf *chain[PORT_SEGMENTS]; // for the next frame; the first ones are NULL after a frame took them
};

struct tap {
	struct rte_mempool *packets;
	struct tap_queue queue[];
};

static int
attach(const struct port *port)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		fatal("cannot attach to %s: /dev/net/tun: %s", port->name, strerror(errno));
	memcpy(request.ifr_name, port->interface.name, sizeof(request.ifr_name));
	if (ioctl(fd, TUNSETIFF, &request) != 0)
		fatal("cannot attach to %s: it must be a tap made with multi_queue that nobody else uses (%s)",
		      port->name, strerror(errno));
	// Whoever attached before us may have left offloads on: the kernel then left checksums to us.
	if (ioctl(fd, TUNSETOFFLOAD, 0) != 0)
		fatal("cannot switch off the offloads of %s: %s", port->name, strerror(errno));
	return fd;
}

static void
tap_open(struct port *port, const struct port_option *option, struct rte_mempool *packets, uint16_t queues)
{
	size_t size = RTE_ALIGN(sizeof(struct tap) + queues * sizeof(struct tap_queue), RTE_CACHE_LINE_SIZE);
	// /dev/net/tun finds interfaces in the namespace in which it was opened.
	int before = namespace_enter(option->namespace);

	if (!interface_find(&port->interface, option->interface))
		fatal("there is no interface %s in namespace \"%s\"; make it with: ip tuntap add dev %s mode tap "
		      "multi_queue",
		      option->interface, option->namespace, option->interface);
	port->tap = aligned_alloc(RTE_CACHE_LINE_SIZE, size);
	if (port->tap == NULL)
		fatal("no memory for port %s", port->name);
	memset(port->tap, 0, size);
	port->tap->packets = packets;
	for (uint16_t q = 0; q < queues; q++)
		port->tap->queue[q].fd = attach(port);
	port->frame_max = PORT_NO_LIMIT;
	namespace_leave(before);
}

// Fills up the chain and describes it to the kernel. False when there are not enough buffers.
static bool
prepare(struct tap_queue *queue, struct rte_mempool *packets, struct iovec room[PORT_SEGMENTS])
{
	for (int i = 0; i < PORT_SEGMENTS; i++) {
		if (queue->chain[i] == NULL)
			queue->chain[i] = FAULT(buffers) ? NULL : rte_pktmbuf_alloc(packets);
		if (queue->chain[i] == NULL)
			return false;
		room[i] = (struct iovec){
			.iov_base = rte_pktmbuf_mtod(queue->chain[i], void *),
			.iov_len = rte_pktmbuf_tailroom(queue->chain[i]),
		};
	}
	return true;
}

// Cuts off as much of the chain as a frame of `length` bytes took.
static struct rte_mbuf *
take(struct tap_queue *queue, uint32_t length)
{
	struct rte_mbuf *frame = queue->chain[0];
	struct rte_mbuf **link = NULL;
	uint32_t left = length;

	for (uint16_t i = 0; left > 0; i++) {
		struct rte_mbuf *segment = queue->chain[i];
		queue->chain[i] = NULL;
		segment->data_len = (uint16_t)RTE_MIN(left, (uint32_t)rte_pktmbuf_tailroom(segment));
		left -= segment->data_len;
		if (link != NULL)
			*link = segment;
		link = &segment->next;
		frame->nb_segs = (uint16_t)(i + 1);
	}
	frame->pkt_len = length;
	return frame;
}

static uint16_t
tap_receive(const struct port *port, uint16_t number, struct rte_mbuf **mbufs, uint16_t count)
{
	struct tap_queue *queue = &port->tap->queue[number];
	struct iovec room[PORT_SEGMENTS];
	uint16_t received = 0;

	for (uint16_t tries = 0; tries < count; tries++) {
		size_t whole = 0;
		if (!prepare(queue, port->tap->packets, room)) {
			counter_add(&port->queues[number].starved, 1);
			break;
		}
		for (int i = 0; i < PORT_SEGMENTS; i++)
			whole += room[i].iov_len;
		ssize_t length = readv(queue->fd, room, PORT_SEGMENTS);
		if (length <= 0)
			break;
		// One that fills it may have been longer, and was cut.
		if ((size_t)length == whole)
			counter_add(&port->queues[number].missed, 1);
		else
			mbufs[received++] = take(queue, (uint32_t)length);
	}
	return received;
}

static bool
write_frame(int fd, const struct rte_mbuf *frame)
{
	struct iovec parts[2 * PORT_SEGMENTS];
	int count = 0;

	if (frame->nb_segs > RTE_DIM(parts))
		return false;
	for (const struct rte_mbuf *segment = frame; segment != NULL; segment = segment->next)
		parts[count++] = (struct iovec){
			.iov_base = rte_pktmbuf_mtod(segment, void *),
			.iov_len = segment->data_len,
		};
	return writev(fd, parts, count) >= 0;
}

// The kernel refuses a frame for its own sake (too short), or all of them (interface down): each is tried.
static uint16_t
tap_send(const struct port *port, uint16_t number, struct rte_mbuf **mbufs, uint16_t count)
{
	int fd = port->tap->queue[number].fd;
	uint16_t refused = 0;

	for (uint16_t i = 0; i < count; i++) {
		if (write_frame(fd, mbufs[i]))
			rte_pktmbuf_free(mbufs[i]);
		else
			mbufs[refused++] = mbufs[i];
	}
	uint16_t taken = (uint16_t)(count - refused);
	for (uint16_t i = refused; i > 0; i--)
		mbufs[taken + i - 1] = mbufs[i - 1];
	return taken;
}

static void
tap_look(const struct port *port, struct port_state *state)
{
	*state = (struct port_state){
		.up = interface_up(&port->interface),
		.there = interface_there(&port->interface),
	};
}

const struct port_driver port_tap = {
	.held = PORT_SEGMENTS,
	.open = tap_open,
	.receive = tap_receive,
	.send = tap_send,
	.look = tap_look,
};

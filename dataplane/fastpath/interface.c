// SPDX-License-Identifier: Apache-2.0
// Interfaces: see interface.h.

#include "interface.h"

#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool
ask(const struct interface *interface, unsigned long what, struct ifreq *request)
{
	*request = (struct ifreq){0};
	memcpy(request->ifr_name, interface->name, sizeof(interface->name));
	return ioctl(interface->socket, what, request) == 0;
}

bool
interface_find(struct interface *interface, const char *name)
{
	struct ifreq request;

	*interface = (struct interface){.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
	if (interface->socket < 0)
		fatal("cannot ask the kernel about interfaces: %s", strerror(errno));
	strncpy(interface->name, name, sizeof(interface->name) - 1);
	if (!ask(interface, SIOCGIFINDEX, &request))
		return false;
	interface->index = request.ifr_ifindex;
	return true;
}

uint32_t
interface_mtu(const struct interface *interface)
{
	struct ifreq request;

	return ask(interface, SIOCGIFMTU, &request) ? (uint32_t)request.ifr_mtu : 0;
}

bool
interface_there(const struct interface *interface)
{
	struct ifreq request;

	return ask(interface, SIOCGIFINDEX, &request) && request.ifr_ifindex == interface->index;
}

bool
interface_up(const struct interface *interface)
{
	const short wanted = IFF_UP | IFF_RUNNING;
	struct ifreq request;

	return interface_there(interface) && ask(interface, SIOCGIFFLAGS, &request) &&
	       (request.ifr_flags & wanted) == wanted;
}

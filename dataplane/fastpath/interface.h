// SPDX-License-Identifier: Apache-2.0
// One of the kernel's network interfaces, asked through a socket in its namespace: also after privileges were dropped, and whatever
// namespace the asking thread is in. Used by the kinds of ports that attach to one.

#pragma once

#include <linux/if.h>
#include <stdbool.h>
#include <stdint.h>

struct interface {
	char name[IFNAMSIZ];
	int index;  // another interface of the same name is not ours
	int socket; // in its namespace
};

// Finds it in the namespace that the thread is in. False when there is none of that name.
bool interface_find(struct interface *interface, const char *name);

// The longest payload of an Ethernet frame that it sends, in bytes; 0 if it does not say.
uint32_t interface_mtu(const struct interface *interface);

// True until it was taken away.
bool interface_there(const struct interface *interface);

// True while it is switched on and has carrier.
bool interface_up(const struct interface *interface);

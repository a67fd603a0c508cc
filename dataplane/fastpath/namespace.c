// SPDX-License-Identifier: Apache-2.0
// Network namespaces: see namespace.h.

#include "namespace.h"

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
namespace_enter(const char *name)
{
	char path[128];
	int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (before < 0)
		fatal("cannot find its own network namespace: %s", strerror(errno));
	if (*name == 0)
		return before;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	int wanted = open(path, O_RDONLY | O_CLOEXEC);
	if (wanted < 0)
		fatal("there is no network namespace %s; see ip netns list", name);
	if (setns(wanted, CLONE_NEWNET) != 0)
		fatal("cannot enter the network namespace %s: %s; it needs root", name, strerror(errno));
	close(wanted);
	return before;
}

void
namespace_leave(int before)
{
	if (setns(before, CLONE_NEWNET) != 0)
		fatal("cannot go back to its own network namespace: %s", strerror(errno));
	close(before);
}

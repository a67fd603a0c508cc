// SPDX-License-Identifier: Apache-2.0
// Who the fast path is. The supervisor stays root, to open ports again after a crash; the process that handles packets does
// not. Started by somebody else, nothing changes.

#pragma once

#include <sys/types.h>

#define FASTPATH_USER "postern-fastpath"
// Whose members may read the region and write to the control socket: the fast path and the daemon. It has no people.
#define FASTPATH_GROUP "postern-fastpath"

// Gives a file or directory of ours to FASTPATH_GROUP with this mode. It stays root's: the process that handles packets has what
// it needs open or mapped, and could otherwise put a link where the supervisor will act. As another user than root: only the mode.
void privileges_give(const char *path, unsigned mode);

// Asks the kernel to kill somebody else when memory runs out.
void privileges_outlive_shortage(void);

// Keeps this process, and every thread and process it starts from now on, from gaining privileges by running a program.
void privileges_limit(void);

// Has the kernel kill this process when its parent ends: a fast path without its supervisor would hold the ports against the
// next one. `parent`: who the parent was before; if it has ended since, so does this process, at once.
void privileges_die_with(pid_t parent);

// Becomes FASTPATH_USER without any capability, for good, in all threads. Does nothing for another user than root.
void privileges_drop(void);

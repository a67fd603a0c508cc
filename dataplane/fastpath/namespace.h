// SPDX-License-Identifier: Apache-2.0
// Network namespaces by name, as ip-netns(8) keeps them under /run/netns.

#pragma once

// Takes the calling thread into the namespace; returns a descriptor of the one it was in, for namespace_leave. An empty name
// is our own. Ends the process with a sentence when there is none of that name.
int namespace_enter(const char *name);

void namespace_leave(int before);

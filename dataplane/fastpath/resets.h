// SPDX-License-Identifier: Apache-2.0
// The resets that a worker sends when it refuses a packet: made of the packet (inject.h), each in a buffer of its own. There are
// buffers for them (ports_packets); a reset that finds none, or no room in its port, is counted as lost, and the session's next packet
// brings another.

#pragma once

#include "burst.h"

// Resets the end of a refused packet's session that is at `end`, if one is due. The packet stays as it is.
void resets_send(struct worker *worker, struct rte_mbuf *refused, enum side end);

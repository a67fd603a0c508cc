// SPDX-License-Identifier: Apache-2.0
// A worker's turn with a burst, as the fast path takes it, with the engine and without.

#pragma once

#include "stand.h"

// Parses and judges the burst, sweeps, and hands what is not refused to the transmit ring at `sent`. Returns how many.
unsigned worker_judge(struct stand *stand, struct buffer *burst, unsigned count, uint64_t now_ms, struct buffer **sent);

// Swaps the Ethernet addresses, the work of testpmd's macswap, and hands everything on.
unsigned worker_swap(struct stand *stand, struct buffer *burst, unsigned count, uint64_t now_ms, struct buffer **sent);

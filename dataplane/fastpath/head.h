// SPDX-License-Identifier: Apache-2.0
// The bytes of a frame that are parsed, in one piece, however the frame lies in its chain of buffers.

#pragma once

#include "packet.h"

#include <rte_mbuf.h>

#include <stdint.h>

// Returns the frame's first PACKET_CONTIGUOUS bytes, or all if it is shorter: where they lie, or a copy in `scratch`. Stores in `length`
// how many they are, the same for every way that a frame may be cut up.
static inline const uint8_t *
head_of(const struct rte_mbuf *frame, uint8_t scratch[PACKET_CONTIGUOUS], uint32_t *length)
{
	*length = RTE_MIN(frame->pkt_len, (uint32_t)PACKET_CONTIGUOUS);
	return rte_pktmbuf_read(frame, 0, *length, scratch);
}

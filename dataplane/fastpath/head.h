// SPDX-License-Identifier: Apache-2.0
// The bytes of a frame that are parsed, in one piece, however the frame lies in its chain of buffers.

#pragma once

#include "packet.h"

#include <rte_mbuf.h>

#include <stdint.h>

// Returns the frame's first bytes: all that lie in its first buffer, or, if these are too few for the parser, as many as it wants,
// copied to `scratch`. Stores in `length` how many may be read.
static inline const uint8_t *
head_of(const struct rte_mbuf *frame, uint8_t scratch[PACKET_CONTIGUOUS], uint32_t *length)
{
	uint32_t wanted = RTE_MIN(frame->pkt_len, (uint32_t)PACKET_CONTIGUOUS);

	*length = RTE_MAX((uint32_t)frame->data_len, wanted);
	return rte_pktmbuf_read(frame, 0, wanted, scratch);
}

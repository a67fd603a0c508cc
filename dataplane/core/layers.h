// SPDX-License-Identifier: Apache-2.0
// Where the headers of a whole TCP segment lie in its frame: for who writes another frame of the same framing. Reads only, and
// only the contiguous bytes.

#pragma once

#include <stdbool.h>
#include <stdint.h>

// Offsets from the frame's first byte.
struct layers {
	uint32_t pppoe; // 0: the frame is of no PPPoE session
	uint32_t ip;
	uint32_t tcp;
	uint32_t end; // of the segment's data
};

// False: behind MPLS labels, or not what packet_parse reads as TCP. The frame has `total` bytes, of which the first `contiguous`
// may be read.
bool layers_find(struct layers *layers, const uint8_t *bytes, uint32_t contiguous, uint32_t total);

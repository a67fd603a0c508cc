// SPDX-License-Identifier: Apache-2.0
// From a refused TCP segment to the reset that ends its session at one end (RFC 9293 3.5.2, 3.10.7). Pure: bytes to bytes.

#pragma once

#include "packet.h"

#include <stdint.h>

// Of a reset: as Ethernet wants it without its checksum (IEEE 802.3 3.2.8), because not every port's driver pads; and behind eight
// tags, in a PPPoE session, of IPv6.
#define INJECT_BYTES_MIN 60
#define INJECT_BYTES_MAX 114

// A frame of which the first `contiguous` of `total` bytes may be read: as it was given to packet_parse.
struct inject_frame {
	const uint8_t *bytes;
	uint32_t contiguous;
	uint32_t total;
};

enum inject_target {
	INJECT_TO_SENDER,   // as if the other end had answered
	INJECT_TO_RECEIVER, // as if the sender had sent it in place of the refused segment
};

// Writes the reset that the end of `frame`, read as `packet`, is due: same tags and PPPoE session, no IP options or extension
// headers, checksums right. Returns its length, from INJECT_BYTES_MIN on; 0: none is due. None is to what is no whole TCP segment, to a
// reset, behind MPLS labels (they differ in the two directions), to a group of stations, and to the receiver of a SYN, who
// knows of no session.
uint32_t inject_reset(uint8_t reset[INJECT_BYTES_MAX], const struct packet *packet, const struct inject_frame *frame,
		      enum inject_target target);

// SPDX-License-Identifier: Apache-2.0
// A second reader of frames, slow and plain, written from the RFCs: what packet_parse is compared with.

#pragma once

#include "packet.h"

// Fills in what packet_parse must say of the frame; everything that the kind leaves open is zero.
void packet_reference(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, enum side side);

// The name of a field in which `packet` says another thing than `wanted` of what the kind makes known; NULL: none.
const char *packet_difference(const struct packet *packet, const struct packet *wanted);

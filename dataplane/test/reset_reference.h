// SPDX-License-Identifier: Apache-2.0
// What a reset must be, told from the frame of the refused segment by the reference reader and plain sums: what inject_reset is
// compared with.

#pragma once

#include "inject.h"

// What is wrong with `reset`, of the `length` that inject_reset returned, 0 included; NULL: nothing. `refused` is `frame` as
// packet_reference reads it. The number that acknowledges a segment without ACK is only bounded here.
const char *reset_fault(const uint8_t *reset, uint32_t length, const struct packet *refused,
			const struct inject_frame *frame, enum inject_target target);

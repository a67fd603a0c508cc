// SPDX-License-Identifier: Apache-2.0
// A change to the names and mappings, as the daemon sends it (fastpath/control_protocol.h). Written by
// mgmt/engine/subscriber_change.ts, read by subscriber_order.c once it is checked.

#pragma once

#include "address.h"

#include <stdint.h>

enum subscriber_change_kind {
	CHANGE_NAME = 1,   // introduces a name, or gives it another package
	CHANGE_MAP = 2,    // maps to a name what is nobody's, or another's
	CHANGE_UNMAP = 3,  // ... no more, if it is this name's
	CHANGE_FORGET = 4, // takes the name away; the mappings that it still has are nobody's
};

struct subscriber_change {
	struct address address; // of a mapping: first of its prefix; zeros for tags alone and for a name
	uint32_t tags;          // outer VLAN id << 12 | inner one, TAG_ANY; TAGS_ANY
	uint32_t name;          // its id, from 1
	uint16_t package;       // of CHANGE_NAME: the configuration's id
	uint8_t kind;           // enum subscriber_change_kind
	uint8_t prefix_length;  // of the address form in address.h; 0: tags alone, or a name
	uint32_t reserved;      // 0
};
_Static_assert(sizeof(struct subscriber_change) == 32, "the daemon writes these bytes");

// NULL: they can be made. Else a sentence without a full stop.
const char *subscriber_change_check(const struct subscriber_change changes[], uint32_t count);

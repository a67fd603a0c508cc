// SPDX-License-Identifier: Apache-2.0
// The records that outlive the fast path's process: subscribers and their watches, flat arrays in the region. Written by
// workers, read by others; nothing in them is trusted when a new process adopts them (subscriber_table.h, watch.h).

#pragma once

#include "address.h"

#include <stdatomic.h>
#include <stdint.h>

#define RECORD_NONE UINT32_MAX

// A slot's state word: stored last with release order when a record comes to be, and checked on reading.
enum record_state {
	RECORD_FREE = 0,
	RECORD_USED = 0x45535550, // any other value is a half-written record
};

// A slot and its generation: a handle to a record that was freed since is refused.
struct record_handle {
	uint32_t slot; // RECORD_NONE: no record
	uint32_t generation;
};

// One anonymous subscriber. Written only by the worker that owns its address.
struct subscriber {
	struct address address; // first address of its prefix
	uint64_t created_ms;    // CLOCK_BOOTTIME, as every time in a record
	uint64_t last_seen_ms;  // its last session's opening or end
	struct record_handle watch;
	uint32_t tags;          // outer VLAN id << 12 | inner VLAN id
	uint32_t generation;    // of this slot: counts its reuses
	uint32_t open_sessions; // that hold it, in the owner's session table; not trusted at adoption
	uint16_t template_number;
	uint8_t prefix_length; // of the address form in address.h: 128 for an IPv4 host
	uint8_t reserved[1];
	_Atomic uint32_t state; // enum record_state
};

// How many detectors count at once for one subscriber: what fits a watch of two cache lines.
#define WATCH_DETECTORS 4

// The counting state of one detector for one subscriber.
struct window {
	uint64_t started_ms; // of the period; 0 = never
	uint32_t period_ms;  // in force when the period started
	uint32_t detector;   // the configuration's id; 0 = slot unused
	uint32_t counted;    // signals in the period
	uint32_t refused;    // attempts refused in the period
};

// Everything that is counted of one subscriber. Workers write under `lock`; readers of the region copy it and compare `lock`.
struct watch {
	_Atomic uint32_t lock;  // odd while a worker writes; even otherwise, and another even number after
	_Atomic uint32_t state; // enum record_state
	uint32_t generation;    // of this slot
	uint32_t breached;      // bit i: window i is in breach and its start event was given
	struct record_handle subscriber;
	uint64_t last_signal_ms;
	struct window windows[WATCH_DETECTORS];
};

_Static_assert(sizeof(struct subscriber) == 64, "one cache line");
_Static_assert(sizeof(struct watch) == 128, "two cache lines");

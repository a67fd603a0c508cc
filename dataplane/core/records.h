// SPDX-License-Identifier: Apache-2.0
// The records that outlive the fast path's process: subscribers and their watches, flat arrays in the region. Written by
// workers, read by others; nothing in them is trusted when a new process adopts them (subscriber_table.h, watch.h).

#pragma once

#include "address.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
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

enum subscriber_kind {
	SUBSCRIBER_ANONYMOUS = 0, // an address or prefix, which came to be when it first sent
	SUBSCRIBER_NAME = 1,      // one who was introduced; known by an address of its own (address.h)
	SUBSCRIBER_MAPPING = 2,   // what of the network is a name's
};

// The tags of a mapping that holds whatever the tags.
#define TAGS_ANY UINT32_MAX

// The inner tag of a mapping that holds whatever the inner tag; reserved as a VLAN id (IEEE 802.1Q 9.6).
#define TAG_ANY 0xfffu

// A subscriber, or a mapping. Written only by the worker that owns it. What every worker with a mapping of it writes too, of a name: its
// handle, when it binds a watch, and what is told of its mappings together.
struct subscriber {
	struct address address;        // first address of its prefix
	uint64_t created_ms;           // CLOCK_BOOTTIME, as every time in a record
	_Atomic uint64_t last_seen_ms; // its last session's opening or end; a name's, within a second: its mappings'
	_Atomic struct record_handle handle; // of its watch; a mapping's: of its name
	uint32_t tags;                       // outer VLAN id << 12 | inner VLAN id; a mapping's: see subscriber_key.h
	_Atomic uint32_t generation;         // of this slot: counts its reuses, and the moves of a mapping
	_Atomic uint32_t open_sessions;      // that hold it, a name's: its mappings; not trusted at adoption
	_Atomic uint16_t number; // the template of an anonymous one; the package of a name, the configuration's id
	uint8_t prefix_length;   // of the address form in address.h: 128 for an IPv4 host; 0: a mapping of tags alone
	uint8_t kind;            // enum subscriber_kind
	uint32_t mark;           // of names and mappings: the epoch of the order that spoke of them last
	_Atomic uint32_t state;  // enum record_state
};

// What a watch has room for, of windows and of usages: the fast path's --detectors. Those at the ends, and a multiple of the first.
#define WATCH_DETECTORS_MIN 4
#define WATCH_DETECTORS_MAX 64

// The other end of sessions that were counted: the one that was seen longest ago makes room for another.
#define WATCH_DESTINATIONS 16
struct destination {
	struct address address;
	uint32_t seen_ms;  // low 32 bits
	uint16_t port;     // of the service, host order
	uint16_t sessions; // that were counted; stops at its end
};

// Consecutive signals of a sliding window. Written by one store, so its time is always that of what it counts.
struct chunk {
	_Alignas(8) uint32_t latest_ms; // low 32 bits
	uint32_t counted;               // 0: unused
};

// Sixteen full chunks hold N, and one more is being filled: see window.h.
#define WINDOW_CHUNKS 17

// The counting state of one detector for one subscriber. What a fixed window needs is on its first cache line.
struct window {
	// fixed: of the period. sliding: of the breach while one lasts, else of the first signal since it was empty. 0: nothing counts.
	uint64_t started_ms;
	uint64_t latest_ms;                 // of the last counted signal
	uint32_t period_ms;                 // in force when it started
	uint32_t hold_ms;                   // of the last breach: so much longer than the period it lasts
	uint32_t detector;                  // the configuration's id
	uint32_t kind;                      // enum policy_window
	uint32_t counted;                   // signals in the period
	uint32_t refused;                   // attempts refused in the period
	struct chunk chunks[WINDOW_CHUNKS]; // sliding; in no order
	uint8_t reserved[16];
};

#define USAGE_MINUTE_MS 60000

// A minute's usage of one service.
struct usage_minute {
	uint32_t sessions; // opened, and passed
	uint32_t refused;  // attempts
	uint64_t bytes;    // of frames, both ways
	// A linear counting bitmap (Whang et al. 1990): a bit a keyed hash of the other end's address.
	uint64_t destinations[2];
};

struct usage {
	uint32_t service;               // the configuration's id
	uint32_t minute;                // CLOCK_BOOTTIME / 60000 of the newer half
	struct usage_minute minutes[2]; // [minute & 1]; the other half is of the minute before
};

static inline struct record_handle
subscriber_handle(const struct subscriber *subscriber)
{
	return atomic_load_explicit(&subscriber->handle, memory_order_acquire);
}

// A record without a watch. With its generation, so that nobody who read it before the slot was reused can bind a watch to it.
static inline void
subscriber_unbind(struct subscriber *subscriber)
{
	const struct record_handle none = {
		.slot = RECORD_NONE,
		.generation = atomic_load_explicit(&subscriber->generation, memory_order_relaxed),
	};

	atomic_store_explicit(&subscriber->handle, none, memory_order_release);
}

// True while the handle's record is there: neither removed nor, a mapping, moved.
static inline bool
subscriber_lasts(const struct subscriber *subscriber, uint32_t generation)
{
	return atomic_load_explicit(&subscriber->state, memory_order_acquire) == RECORD_USED &&
	       atomic_load_explicit(&subscriber->generation, memory_order_relaxed) == generation;
}

// Everything that is counted of one subscriber: this head, then as many windows and then as many usages as there is room for.
// Workers write under `lock`; readers of the region copy it and compare `lock`.
struct watch {
	_Atomic uint32_t lock;  // odd while a worker writes; even otherwise, and another even number after
	_Atomic uint32_t state; // enum record_state
	uint32_t generation;    // of this slot
	uint32_t usage_minute;  // the newest of its usages'
	uint64_t windows_used;  // bit i: window i is a detector's
	uint64_t usages_used;   // bit i: usage i is a service's
	uint64_t breached;      // bit i: window i is in breach and its start event was given
	struct record_handle subscriber;
	uint64_t last_signal_ms;
	uint32_t destination_count;
	uint32_t reserved;
	struct destination destinations[WATCH_DESTINATIONS];
	uint64_t destination_windows[WATCH_DESTINATIONS]; // bit i: window i has counted sessions to it
	struct window windows[];
};

_Static_assert(sizeof(struct subscriber) == 64, "one cache line");
_Static_assert(sizeof(struct destination) == 24, "no padding");
_Static_assert(offsetof(struct window, chunks) == 40 && sizeof(struct window) == 192, "three cache lines");
_Static_assert(sizeof(struct usage) == 72, "no padding");
_Static_assert(offsetof(struct watch, destinations) == 64 && sizeof(struct watch) == 576, "nine cache lines");

// Bytes of a watch with so much room: whole cache lines.
static inline size_t
watch_stride(uint32_t detectors)
{
	return (sizeof(struct watch) + detectors * (sizeof(struct window) + sizeof(struct usage)) + 63) & ~(size_t)63;
}
#define WATCH_STRIDE_MAX (sizeof(struct watch) + WATCH_DETECTORS_MAX * (sizeof(struct window) + sizeof(struct usage)))

// The watch in this slot of an array of them.
static inline struct watch *
watch_at(void *watches, uint32_t detectors, uint32_t slot)
{
	return (struct watch *)((uint8_t *)watches + slot * watch_stride(detectors));
}

static inline struct usage *
watch_usages(struct watch *watch, uint32_t detectors)
{
	return (struct usage *)&watch->windows[detectors];
}

static inline bool
watch_detectors_valid(uint32_t detectors)
{
	return detectors >= WATCH_DETECTORS_MIN && detectors <= WATCH_DETECTORS_MAX &&
	       detectors % WATCH_DETECTORS_MIN == 0;
}

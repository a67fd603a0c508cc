// SPDX-License-Identifier: Apache-2.0
// Plain copies of what core keeps. Core's headers use C11 atomics, which C++ cannot read: the addon's C++ sees these instead.
// Filled by region_reader.c and offline_engine.c, which trust nothing that came out of a region.

#pragma once

#include <stdbool.h>
#include <stdint.h>

// Numbers by name, for an object of the same shape. Names are constants.
#define NUMBERS_MAX 32
struct numbers {
	unsigned count;
	struct {
		const char *name;
		uint64_t value;
	} each[NUMBERS_MAX];
};

// Counts by bucket.
struct histogram {
	unsigned count;
	uint64_t each[NUMBERS_MAX];
};

struct plain_subscriber {
	uint8_t address[16]; // in the form of core/address.h
	uint8_t prefix_length;
	uint16_t outer_vlan; // 0: none
	uint16_t inner_vlan;
};

// The other end of sessions that were counted.
struct plain_destination {
	uint8_t address[16]; // in the form of core/address.h
	uint16_t port;
	uint16_t sessions;
	uint64_t seen_ms;
};

// Of one detector for one subscriber.
#define PLAIN_DESTINATIONS 16
struct plain_breach {
	struct plain_subscriber subscriber;
	uint32_t detector;
	uint32_t period_ms;
	uint32_t hold_ms;
	uint32_t counted;
	uint32_t refused;
	uint64_t period_started_ms;
	unsigned destination_count;
	struct plain_destination destinations[PLAIN_DESTINATIONS];
};

// A detector's period that goes on for a subscriber.
struct plain_window {
	uint32_t detector;
	uint32_t period_ms;
	uint32_t hold_ms;
	uint32_t counted;
	uint32_t refused;
	uint64_t period_started_ms;
	bool in_breach;
};

// A mapping by which a name was found.
struct plain_mapping {
	struct plain_subscriber where; // without tags if it holds in any
	bool any_tags;
};

// A subscriber's record.
#define WINDOWS_IN_WATCH 64
struct plain_record {
	struct plain_subscriber subscriber;
	bool is_name;
	uint16_t number; // the package of a name, the template of an anonymous one
	bool is_mapped;  // found by this mapping:
	struct plain_mapping via;
	uint32_t open_sessions; // counted ones that were answered
	uint64_t created_ms;
	uint64_t last_seen_ms;
	unsigned window_count;
	struct plain_window windows[WINDOWS_IN_WATCH];
};

// What a subscriber used of a service in a minute.
struct plain_usage {
	struct plain_subscriber subscriber;
	uint32_t service;         // the configuration's id
	uint32_t sessions;        // opened, and passed
	uint32_t refused;         // attempts
	uint64_t bytes;           // of frames, both ways
	uint8_t destinations[16]; // a linear counting bitmap
};

struct plain_prefix {
	uint8_t address[16]; // in the form of core/address.h
	uint8_t length;
	bool wanted;
};

// A packet that was sampled. Texts are constants.
#define PLAIN_SAMPLE_BYTES 1988
struct plain_sample {
	uint64_t sequence;
	uint64_t time_us;
	uint64_t services;                  // bit i: the policy's service i
	struct plain_subscriber subscriber; // one address; all zeros: nobody's
	bool owned;                         // it is somebody's
	const char *kind;                   // enum packet_kind's, in lower case
	const char *verdict;                // "forwarded", or a drop reason's name
	const char *state;                  // its session's; NULL: none
	uint32_t generation;                // of the policy that it was judged under; 0: it was not judged
	uint32_t length;                    // of the whole frame
	uint32_t captured;                  // bytes of it in `bytes`
	unsigned link;
	bool from_network;
	uint8_t bytes[PLAIN_SAMPLE_BYTES];
};

struct plain_event {
	struct plain_breach breach;
	uint64_t sequence;
	uint64_t time_ms;
	uint32_t generation;
	bool ended;         // false: started
	const char *reason; // why it ended, enum event_reason's in lower case; NULL: it started
};

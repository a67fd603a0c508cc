// SPDX-License-Identifier: Apache-2.0
// The policy as the daemon sends it and as the region's policy slots keep it: a header and nine arrays, little-endian, no
// padding, nothing but numbers. Written by mgmt/engine/policy_blob.ts, read by policy.c, which trusts none of it.

#pragma once

#include "address.h"
#include "counters.h"

#include <stdint.h>

#define POLICY_MAGIC     "PSTNPOL2"
#define POLICY_BYTES_MAX (4u << 20) // a policy slot's size

// Bits of a 64-bit set each.
#define POLICY_SERVICES_MAX    64
#define POLICY_ZONES_MAX       64
#define POLICY_GROUPS_MAX      1000 // the SCE's own limit is of this order; 85 is the largest list seen in the field
#define POLICY_PACKAGES_MAX    256
#define POLICY_PORT_RANGES_MAX 1024
#define POLICY_PREFIXES_MAX    100000
#define POLICY_DETECTORS_MAX   64                         // a package
#define POLICY_OVERRIDES_MAX   (10000 + POLICY_ZONES_MAX) // by people, and by the configuration one a zone
#define POLICY_NONE            UINT32_MAX                 // in place of an index

enum policy_protocol { POLICY_TCP = 6, POLICY_UDP = 17 };
enum policy_initiator { INITIATOR_EITHER = 0, INITIATOR_SUBSCRIBER = 1, INITIATOR_NETWORK = 2 };
enum policy_zone_rule { ZONE_ANY = 0, ZONE_INCLUDE = 1, ZONE_EXCLUDE = 2 };
enum policy_signal { SIGNAL_SESSIONS = 1 };
enum policy_window { WINDOW_FIXED = 1, WINDOW_SLIDING = 2 };
enum policy_count {
	COUNT_ATTEMPTS = 0,    // each session that is opened
	COUNT_ESTABLISHED = 1, // those whose opener has acknowledged the answer
};
enum policy_action {
	ACTION_REPORT = 1 << 0,
	ACTION_BLOCK = 1 << 1,
	ACTION_RESET = 1 << 2,      // with BLOCK: a TCP reset to the subscriber
	ACTION_RESET_BOTH = 1 << 3, // with RESET: to the other end too
	ACTION_CUT = 1 << 4,        // with BLOCK: sessions that are open too
};
enum link_mode { LINK_FORWARDING = 0, LINK_BYPASS = 1, LINK_CUTOFF = 2 };

struct blob_header {
	char magic[8];
	uint32_t length;   // of the whole blob, this header included
	uint32_t revision; // the daemon's number for this configuration; shown, not interpreted
	uint32_t zone_prefixes;
	uint32_t group_prefixes;
	uint32_t groups;
	uint32_t services;
	uint32_t port_ranges;
	uint32_t packages;
	uint32_t detectors;
	uint32_t overrides;
	uint32_t override_prefixes;
	uint32_t subscriber_ageing_seconds; // anonymous subscribers; 0 = never
	uint8_t link_mode[LINKS_MAX];       // enum link_mode
};

// The arrays follow in this order, each of the length its header field gives.

// Of zones (value: the zone's bit), then of groups (value: index into groups); after the overrides, theirs (index into overrides).
struct blob_prefix {
	struct address address;
	uint32_t length; // 96 + n for an IPv4 /n
	uint32_t value;
};

struct blob_group {
	uint32_t template_number;
	uint32_t package;       // index into packages
	uint32_t prefix_length; // of one subscriber's IPv6 prefix: 32 to 128; IPv4 subscribers are hosts
};

struct blob_service {
	uint32_t id;         // the configuration's, shown in events
	uint32_t port_range; // first of its ranges
	uint32_t port_ranges;
	uint8_t protocol;  // enum policy_protocol
	uint8_t initiator; // enum policy_initiator
	uint8_t zone_rule; // enum policy_zone_rule
	uint8_t zone;      // bit of the zone that the rule names
};

struct blob_port_range {
	uint16_t first;
	uint16_t last; // inclusive
};

struct blob_package {
	uint32_t id;
	uint32_t detector;    // first of its detectors
	uint32_t detectors;   // at most as many as a watch has windows
	uint32_t measured[2]; // services whose usage is counted, a bit each, low word first; as many at most
};

struct blob_detector {
	uint32_t id;      // from 1; a window is kept for as long as the id is
	uint32_t service; // index into services
	uint32_t threshold;
	uint32_t period_ms;
	uint32_t hold_ms; // for which a breach lasts beyond its period
	uint8_t signal;   // enum policy_signal
	uint8_t window;   // enum policy_window
	uint8_t actions;  // enum policy_action bits
	uint8_t count;    // enum policy_count
};

// A number, or a set of services, that the blob has as two words.
static inline uint64_t
blob_u64(const uint32_t words[2])
{
	return words[0] | (uint64_t)words[1] << 32;
}

// What is decided otherwise for some subscriber-side addresses (override_table.h).
struct blob_override {
	uint32_t id;          // the daemon's, shown and not interpreted
	uint32_t zone;        // bit of the zone whose addresses they are; POLICY_NONE: those of its prefixes
	uint32_t package;     // index into packages, in place of the group's; POLICY_NONE: the group's
	uint32_t exempt[2];   // services, a bit each, low word first: neither counted nor refused nor measured
	uint32_t blocked[2];  // services: refused
	uint32_t until_ms[2]; // CLOCK_BOOTTIME, low word first; all ones: for ever
};

_Static_assert(sizeof(struct blob_header) == 60, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_prefix) == 24, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_group) == 12, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_service) == 16, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_port_range) == 4, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_package) == 20, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_detector) == 24, "the daemon writes these bytes");
_Static_assert(sizeof(struct blob_override) == 36, "the daemon writes these bytes");

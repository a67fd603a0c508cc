// SPDX-License-Identifier: Apache-2.0
// The compiled policy: what the pipeline judges by. Built from a blob by the control thread into memory of its own, then
// immutable; workers read it through one pointer that the control thread swaps.

#pragma once

#include "classifier.h"
#include "override_table.h"
#include "policy_blob.h"
#include "prefix_table.h"

#include <stddef.h>
#include <stdint.h>

struct detector {
	uint32_t id;
	uint32_t threshold;
	uint32_t period_ms;
	uint32_t hold_ms;
	uint8_t signal;   // enum policy_signal
	uint8_t window;   // enum policy_window
	uint8_t actions;  // enum policy_action bits
	uint8_t count;    // enum policy_count
	uint64_t service; // the bit of the service it counts
};

struct package {
	uint32_t id;
	uint32_t detector_count;
	const struct detector *detectors;
	const uint32_t *service_ids; // the configuration's, of the policy's services in order of their bits
	// Bits of services:
	uint64_t measured; // whose usage is counted
	uint64_t counted;  // measured, or counted by a detector
	uint64_t awaited;  // that a detector counts once their handshake is complete
	uint64_t cuttable; // whose open sessions a detector may cut
};

// The detector of this id; NULL: there is none, or no package.
static inline const struct detector *
package_detector(const struct package *package, uint32_t id)
{
	for (uint32_t d = 0; package != NULL && d < package->detector_count; d++)
		if (package->detectors[d].id == id)
			return &package->detectors[d];
	return NULL;
}

struct group {
	const struct package *package;
	uint16_t template_number;
	uint8_t prefix_length; // of an IPv6 subscriber
};

struct policy {
	uint32_t generation;           // of this start of the engine: sessions judged under another are judged again
	uint32_t revision;             // the daemon's
	uint64_t subscriber_ageing_ms; // UINT64_MAX = never
	uint8_t link_mode[LINKS_MAX];
	struct classifier classifier;
	struct prefix_table group_prefixes;
	struct override_table overrides;
	struct group *groups;
	struct package *packages;
	uint32_t package_count;
	struct detector *detectors; // of all packages
	uint32_t *service_ids;
};

// Checks every length, index, range and name in the blob. `detectors`: windows and usages that a watch has room for. Returns NULL
// when it is good, else a sentence without a full stop that says what is wrong. `blob` is aligned to 4.
const char *policy_check(const void *blob, size_t length, uint32_t detectors);

// Bytes that policy_compile needs for a checked blob.
size_t policy_size(const void *blob);

// Compiles a checked blob into `memory` (policy_size bytes, aligned to 64). Keeps no pointer into the blob.
__attribute__((nonnull)) struct policy *policy_compile(const void *blob, void *memory, uint32_t generation);

// The anonymous group of a subscriber-side address; NULL: not a subscriber of ours. An address that is a name's own is nobody's.
const struct group *policy_group(const struct policy *policy, const struct address *address);

// The package of a name with the configuration's package `id`: that one, if there is none package 0, if there is none NULL.
const struct package *policy_package(const struct policy *policy, uint32_t id);

// What is decided otherwise for a subscriber-side address now, and the overrides that it comes from. `name`: the own address of the
// name that has it; NULL: none has.
struct overriding policy_overriding(const struct policy *policy, const struct address *name,
				    const struct address *address, uint64_t now_ms);
struct override_walk policy_overrides(const struct policy *policy, const struct address *name,
				      const struct address *address);

// Bits of an anonymous subscriber's prefix in this group, in the form of address.h.
static inline uint8_t
group_prefix_length(const struct group *group, const struct address *address)
{
	return address_is_ipv4(address) ? 128 : group->prefix_length;
}

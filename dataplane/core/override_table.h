// SPDX-License-Identifier: Apache-2.0
// Overrides: what is decided otherwise for some subscriber-side addresses, by prefix or by zone. Asked once, when a session opens.
// Part of the compiled policy: built by the control thread, then immutable.
//
// A name's override beats that of the address it has now, an address's a zone's, and of addresses that of the longest prefix, for each
// service by itself. A name has one watch, whatever its addresses, so only its own override gives it another package. Where one prefix, or
// the zones around an address, both block and exempt a service, it is blocked. One that has expired counts for nothing.

#pragma once

#include "policy_blob.h"
#include "prefix_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct package;

struct override {
	uint64_t until_ms; // CLOCK_BOOTTIME; UINT64_MAX: for ever
	uint64_t exempt;   // services' bits
	uint64_t blocked;
	const struct package *package; // NULL: the group's
	uint32_t id;                   // the daemon's
};

// A prefix or zone of an override. Those of one prefix and of the ones around it follow each other, and so do those of one zone.
struct override_target {
	uint32_t override; // index
	uint32_t next;     // the target that is looked at after this one; POLICY_NONE: none
	uint32_t rank;     // the greater decides: 1 + the prefix's length; 0: a zone
};

struct override_table {
	struct override *overrides;
	struct override_target *targets;
	struct prefix_table prefixes; // the value: the first target to look at
	uint64_t zones;               // that have overrides
	uint32_t of_zone[POLICY_ZONES_MAX];
};

// What all overrides of an address come to.
struct overriding {
	uint64_t exempt; // services' bits; none is in both
	uint64_t blocked;
	const struct package *package; // NULL: the group's
};

// Bytes of memory that a table of so many overrides and prefixes needs.
size_t override_table_size(uint32_t overrides, uint32_t prefixes);

// The part of a policy blob that overrides are built from, checked already, and the packages that they name by index.
struct override_source {
	const struct blob_override *overrides;
	uint32_t count;
	const struct blob_prefix *prefixes;
	uint32_t prefix_count;
	const struct package *packages;
};

// Builds over `memory` (override_table_size bytes, aligned to 64). `scratch` has room for one prefix more than there are.
void override_table_build(struct override_table *table, void *memory, const struct override_source *source,
			  struct blob_prefix *scratch);

// Whose overrides are asked for.
struct override_subject {
	const struct address *name; // its own address (address.h); NULL: nobody who was introduced
	const struct address *address;
	uint64_t zones; // that the address is in
};

// A way along all targets of a subject in the order of their ranks.
struct override_walk {
	const struct override_table *table;
	uint64_t zones;      // that are still to be looked at
	uint32_t target;     // the next one
	uint32_t of_address; // the first of the address, while those of the name are looked at
	bool at_name;        // the last one is of the name
	uint32_t rank;       // of the last one
};

struct override_walk override_walk_from(const struct override_table *table, const struct override_subject *subject);

// NULL: there are no more.
const struct override_target *override_walk_next(struct override_walk *walk);

// What the overrides of the subject come to now.
struct overriding override_table_find(const struct override_table *table, const struct override_subject *subject,
				      uint64_t now_ms);

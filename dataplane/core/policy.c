// SPDX-License-Identifier: Apache-2.0
// Policy blobs compiled: see policy.h and policy_blob.h.

#include "policy.h"

#include "policy_arrays.h"

#include <rte_common.h>

#include <string.h>

// Hands out pieces of one block of memory; with no block it only measures.
struct arena {
	uint8_t *memory;
	size_t used;
};

static void *
arena_take(struct arena *arena, size_t size)
{
	size_t at = arena->used;

	arena->used += (size + 63) & ~(size_t)63;
	return arena->memory == NULL ? NULL : arena->memory + at;
}

// The pieces of a compiled policy, in the order in which they lie.
struct layout {
	struct policy *policy;
	struct detector *detectors;
	uint32_t *service_ids;
	struct package *packages;
	struct group *groups;
	void *ports;
	void *zones;
	void *group_prefixes;
	void *overrides;
	struct blob_prefix *scratch; // prefixes to sort, and one that prefix_table_build adds
};

static struct layout
lay_out(struct arena *arena, const struct blob_header *h)
{
	uint32_t most = RTE_MAX(RTE_MAX(h->zone_prefixes, h->group_prefixes), h->override_prefixes);

	return (struct layout){
		.policy = arena_take(arena, sizeof(struct policy)),
		.detectors = arena_take(arena, h->detectors * sizeof(struct detector)),
		.service_ids = arena_take(arena, h->services * sizeof(uint32_t)),
		.packages = arena_take(arena, h->packages * sizeof(struct package)),
		.groups = arena_take(arena, h->groups * sizeof(struct group)),
		.ports = arena_take(arena, classifier_ports_size(h->port_ranges * POLICY_SERVICES_MAX)),
		.zones = arena_take(arena, prefix_table_size(h->zone_prefixes)),
		.group_prefixes = arena_take(arena, prefix_table_size(h->group_prefixes)),
		.overrides = arena_take(arena, override_table_size(h->overrides, h->override_prefixes)),
		.scratch = arena_take(arena, (most + 1) * sizeof(struct blob_prefix)),
	};
}

size_t
policy_size(const void *bytes)
{
	struct arena arena = {0};

	lay_out(&arena, bytes);
	return arena.used;
}

// Brings together what the detectors of a package do.
static void
sum_up(struct package *package)
{
	package->counted = package->measured;
	for (uint32_t d = 0; d < package->detector_count; d++) {
		const struct detector *detector = &package->detectors[d];
		package->counted |= detector->service;
		if (detector->count == COUNT_ESTABLISHED)
			package->awaited |= detector->service;
		if (detector->actions & ACTION_CUT)
			package->cuttable |= detector->service;
	}
}

static void
compile_packages(const struct layout *to, const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->packages; i++) {
		const struct blob_package *from = &blob->packages[i];
		to->packages[i] = (struct package){
			.id = from->id,
			.detector_count = from->detectors,
			.detectors = &to->detectors[from->detector],
			.service_ids = to->service_ids,
			.measured = blob_u64(from->measured),
		};
		sum_up(&to->packages[i]);
	}
}

static void
compile_service_ids(const struct layout *to, const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->services; i++)
		to->service_ids[i] = blob->services[i].id;
}

static void
compile_detectors(const struct layout *to, const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->detectors; i++) {
		const struct blob_detector *from = &blob->detectors[i];
		to->detectors[i] = (struct detector){
			.id = from->id,
			.threshold = from->threshold,
			.period_ms = from->period_ms,
			.hold_ms = from->hold_ms,
			.signal = from->signal,
			.window = from->window,
			.actions = from->actions,
			.count = from->count,
			.service = UINT64_C(1) << from->service,
		};
	}
}

static void
compile_groups(const struct layout *to, const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->groups; i++)
		to->groups[i] = (struct group){
			.package = &to->packages[blob->groups[i].package],
			.template_number = (uint16_t)blob->groups[i].template_number,
			.prefix_length = (uint8_t)blob->groups[i].prefix_length,
		};
}

static void
compile_prefixes(struct prefix_table *table, void *memory, const struct layout *to, const struct blob_prefix *prefixes,
		 uint32_t count, enum prefix_merge merge)
{
	if (count > 0)
		memcpy(to->scratch, prefixes, count * sizeof(*prefixes));
	prefix_table_build(table, memory, to->scratch, count, merge);
}

static void
compile_overrides(const struct layout *to, const struct blob *blob)
{
	const struct override_source source = {
		.overrides = blob->overrides,
		.count = blob->header->overrides,
		.prefixes = blob->override_prefixes,
		.prefix_count = blob->header->override_prefixes,
		.packages = to->packages,
	};

	override_table_build(&to->policy->overrides, to->overrides, &source, to->scratch);
}

struct policy *
policy_compile(const void *bytes, void *memory, uint32_t generation)
{
	struct blob blob = blob_open(bytes);
	struct arena arena = {.memory = memory};
	struct layout to = lay_out(&arena, blob.header);
	uint32_t ageing = blob.header->subscriber_ageing_seconds;

	compile_detectors(&to, &blob);
	compile_service_ids(&to, &blob);
	compile_packages(&to, &blob);
	*to.policy = (struct policy){
		.generation = generation,
		.revision = blob.header->revision,
		.subscriber_ageing_ms = ageing == 0 ? UINT64_MAX : ageing * UINT64_C(1000),
		.groups = to.groups,
		.packages = to.packages,
		.package_count = blob.header->packages,
		.detectors = to.detectors,
		.service_ids = to.service_ids,
	};
	memcpy(to.policy->link_mode, blob.header->link_mode, sizeof(to.policy->link_mode));
	compile_groups(&to, &blob);
	classifier_build(&to.policy->classifier, to.ports, blob.services, blob.header->services, blob.port_ranges);
	compile_prefixes(&to.policy->classifier.zones, to.zones, &to, blob.zone_prefixes, blob.header->zone_prefixes,
			 PREFIX_UNION);
	compile_prefixes(&to.policy->group_prefixes, to.group_prefixes, &to, blob.group_prefixes,
			 blob.header->group_prefixes, PREFIX_LONGEST);
	compile_overrides(&to, &blob);
	return to.policy;
}

const struct group *
policy_group(const struct policy *policy, const struct address *address)
{
	uint64_t index = address_is_name(address) ? PREFIX_NONE : prefix_table_find(&policy->group_prefixes, address);

	return index == PREFIX_NONE ? NULL : &policy->groups[index];
}

const struct package *
policy_package(const struct policy *policy, uint32_t id)
{
	const struct package *fallback = NULL;

	for (uint32_t i = 0; i < policy->package_count; i++) {
		if (policy->packages[i].id == id)
			return &policy->packages[i];
		if (policy->packages[i].id == 0)
			fallback = &policy->packages[i];
	}
	return fallback;
}

static struct override_subject
subject_of(const struct policy *policy, const struct address *name, const struct address *address)
{
	return (struct override_subject){
		.name = name,
		.address = address,
		// Zones are looked at only where one has overrides.
		.zones = policy->overrides.zones == 0 ? 0 : prefix_table_find(&policy->classifier.zones, address),
	};
}

struct override_walk
policy_overrides(const struct policy *policy, const struct address *name, const struct address *address)
{
	const struct override_subject subject = subject_of(policy, name, address);

	return override_walk_from(&policy->overrides, &subject);
}

struct overriding
policy_overriding(const struct policy *policy, const struct address *name, const struct address *address,
		  uint64_t now_ms)
{
	const struct override_subject subject = subject_of(policy, name, address);

	return override_table_find(&policy->overrides, &subject, now_ms);
}

// SPDX-License-Identifier: Apache-2.0
// Policy blobs: checked, measured, compiled. See policy.h and policy_blob.h.

#include "policy.h"

#include <rte_common.h>

#include <stdbool.h>
#include <string.h>

// The blob's arrays. Valid only once check_shape has passed.
struct blob {
	const struct blob_header *header;
	const struct blob_prefix *zone_prefixes;
	const struct blob_prefix *group_prefixes;
	const struct blob_group *groups;
	const struct blob_service *services;
	const struct blob_port_range *port_ranges;
	const struct blob_package *packages;
	const struct blob_detector *detectors;
	const struct blob_override *overrides;
	const struct blob_prefix *override_prefixes;
	size_t length; // where the last array ends
};

static struct blob
blob_open(const void *bytes)
{
	const struct blob_header *h = bytes;
	struct blob b = {.header = h, .zone_prefixes = (const void *)(h + 1)};

	b.group_prefixes = b.zone_prefixes + h->zone_prefixes;
	b.groups = (const void *)(b.group_prefixes + h->group_prefixes);
	b.services = (const void *)(b.groups + h->groups);
	b.port_ranges = (const void *)(b.services + h->services);
	b.packages = (const void *)(b.port_ranges + h->port_ranges);
	b.detectors = (const void *)(b.packages + h->packages);
	b.overrides = (const void *)(b.detectors + h->detectors);
	b.override_prefixes = (const void *)(b.overrides + h->overrides);
	b.length = (size_t)((const uint8_t *)(b.override_prefixes + h->override_prefixes) - (const uint8_t *)bytes);
	return b;
}

static const char *
check_shape(const void *bytes, size_t length)
{
	const struct blob_header *h = bytes;

	if (length < sizeof(*h) || length > POLICY_BYTES_MAX)
		return "its length is out of range";
	if (memcmp(h->magic, POLICY_MAGIC, sizeof(h->magic)) != 0)
		return "it is not a policy of this version";
	if (h->zone_prefixes > POLICY_PREFIXES_MAX || h->group_prefixes > POLICY_PREFIXES_MAX ||
	    h->groups > POLICY_GROUPS_MAX || h->services > POLICY_SERVICES_MAX ||
	    h->port_ranges > POLICY_PORT_RANGES_MAX || h->packages > POLICY_PACKAGES_MAX ||
	    h->detectors > POLICY_PACKAGES_MAX * POLICY_DETECTORS_MAX || h->overrides > POLICY_OVERRIDES_MAX ||
	    h->override_prefixes > POLICY_PREFIXES_MAX)
		return "it holds more than its limits allow";
	if (h->length != length || blob_open(bytes).length != length)
		return "its length does not fit its contents";
	for (int link = 0; link < LINKS_MAX; link++)
		if (h->link_mode[link] > LINK_CUTOFF)
			return "a link mode is unknown";
	return NULL;
}

static const char *
check_prefixes(const struct blob_prefix *prefixes, uint32_t count, uint32_t values)
{
	for (uint32_t i = 0; i < count; i++) {
		struct address first;

		if (prefixes[i].length > 128 || prefixes[i].value >= values)
			return "a prefix is out of range";
		first = address_prefix(&prefixes[i].address, prefixes[i].length);
		if (!address_equal(&first, &prefixes[i].address))
			return "a prefix has host bits set";
	}
	return NULL;
}

static const char *
check_groups(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->groups; i++) {
		const struct blob_group *group = &blob->groups[i];
		if (group->template_number > UINT16_MAX || group->package >= blob->header->packages ||
		    group->prefix_length < 32 || group->prefix_length > 128)
			return "an anonymous group is out of range";
	}
	return NULL;
}

static const char *
check_services(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->services; i++) {
		const struct blob_service *service = &blob->services[i];
		if ((service->protocol != POLICY_TCP && service->protocol != POLICY_UDP) ||
		    service->initiator > INITIATOR_NETWORK || service->zone_rule > ZONE_EXCLUDE ||
		    service->zone >= POLICY_ZONES_MAX || service->port_range > blob->header->port_ranges ||
		    service->port_ranges > blob->header->port_ranges - service->port_range)
			return "a service is out of range";
	}
	for (uint32_t i = 0; i < blob->header->port_ranges; i++)
		if (blob->port_ranges[i].first > blob->port_ranges[i].last)
			return "a port range is upside down";
	return NULL;
}

// A watch has one window a detector id: two detectors with one id would count in the same.
static bool
ids_differ(const struct blob_detector *detectors, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (detectors[i].id == detectors[j].id)
				return false;
	return true;
}

static bool
are_services(uint64_t set, const struct blob *blob)
{
	return blob->header->services == POLICY_SERVICES_MAX || set >> blob->header->services == 0;
}

static const char *
check_packages(const struct blob *blob, uint32_t detectors)
{
	for (uint32_t i = 0; i < blob->header->packages; i++) {
		const struct blob_package *package = &blob->packages[i];
		if (package->detectors > POLICY_DETECTORS_MAX || package->detector > blob->header->detectors ||
		    package->detectors > blob->header->detectors - package->detector ||
		    !are_services(blob_u64(package->measured), blob))
			return "a package is out of range";
		if (package->detectors > detectors)
			return "a package has more detectors than the fast path was started for with --detectors";
		if ((uint32_t)__builtin_popcountll(blob_u64(package->measured)) > detectors)
			return "a package measures more services than the fast path was started for with --detectors";
		if (!ids_differ(blob->detectors + package->detector, package->detectors))
			return "a package has two detectors with one id";
	}
	return NULL;
}

static bool
actions_agree(uint8_t actions)
{
	if (actions & (ACTION_RESET | ACTION_CUT) && !(actions & ACTION_BLOCK))
		return false;
	if (actions & ACTION_RESET_BOTH && !(actions & ACTION_RESET))
		return false;
	return actions < ACTION_CUT << 1;
}

static const char *
check_detectors(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->detectors; i++) {
		const struct blob_detector *detector = &blob->detectors[i];
		if (detector->id == 0 || detector->service >= blob->header->services || detector->threshold == 0 ||
		    detector->period_ms == 0 || detector->signal != SIGNAL_SESSIONS ||
		    (detector->window != WINDOW_FIXED && detector->window != WINDOW_SLIDING) ||
		    detector->count > COUNT_ESTABLISHED)
			return "a detector is out of range";
		if (!actions_agree(detector->actions))
			return "a detector's actions contradict each other";
	}
	return NULL;
}

static const char *
check_overrides(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->overrides; i++) {
		const struct blob_override *override = &blob->overrides[i];
		if ((override->zone != POLICY_NONE && override->zone >= POLICY_ZONES_MAX) ||
		    (override->package != POLICY_NONE && override->package >= blob->header->packages) ||
		    !are_services(blob_u64(override->exempt), blob) || !are_services(blob_u64(override->blocked), blob))
			return "an override is out of range";
	}
	return NULL;
}

const char *
policy_check(const void *bytes, size_t length, uint32_t detectors)
{
	const char *wrong = check_shape(bytes, length);
	if (wrong != NULL)
		return wrong;

	struct blob blob = blob_open(bytes);
	wrong = check_prefixes(blob.zone_prefixes, blob.header->zone_prefixes, POLICY_ZONES_MAX);
	if (wrong == NULL)
		wrong = check_prefixes(blob.group_prefixes, blob.header->group_prefixes, blob.header->groups);
	if (wrong == NULL)
		wrong = check_prefixes(blob.override_prefixes, blob.header->override_prefixes, blob.header->overrides);
	if (wrong == NULL)
		wrong = check_groups(&blob);
	if (wrong == NULL)
		wrong = check_services(&blob);
	if (wrong == NULL)
		wrong = check_packages(&blob, detectors);
	if (wrong == NULL)
		wrong = check_detectors(&blob);
	if (wrong == NULL)
		wrong = check_overrides(&blob);
	return wrong;
}

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

// Returns the bits of the services that some package counts or measures.
static uint64_t
compile_packages(const struct layout *to, const struct blob *blob)
{
	uint64_t counted = 0;

	for (uint32_t i = 0; i < blob->header->packages; i++) {
		const struct blob_package *from = &blob->packages[i];
		to->packages[i] = (struct package){
			.id = from->id,
			.detector_count = from->detectors,
			.detectors = &to->detectors[from->detector],
			.measured = blob_u64(from->measured),
		};
		counted |= to->packages[i].measured;
		for (uint32_t d = 0; d < from->detectors; d++)
			counted |= to->packages[i].detectors[d].service;
	}
	return counted;
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
	*to.policy = (struct policy){
		.generation = generation,
		.revision = blob.header->revision,
		.subscriber_ageing_ms = ageing == 0 ? UINT64_MAX : ageing * UINT64_C(1000),
		.counted = compile_packages(&to, &blob),
		.groups = to.groups,
		.packages = to.packages,
		.detectors = to.detectors,
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
	uint64_t index = prefix_table_find(&policy->group_prefixes, address);

	return index == PREFIX_NONE ? NULL : &policy->groups[index];
}

// The zones of a subscriber-side address that have overrides.
static uint64_t
overridden_zones(const struct policy *policy, const struct address *address)
{
	return policy->overrides.zones == 0 ? 0 : prefix_table_find(&policy->classifier.zones, address);
}

struct override_walk
policy_overrides(const struct policy *policy, const struct address *address)
{
	return override_walk_from(&policy->overrides, address, overridden_zones(policy, address));
}

struct overriding
policy_overriding(const struct policy *policy, const struct address *address, uint64_t now_ms)
{
	return override_table_find(&policy->overrides, address, overridden_zones(policy, address), now_ms);
}

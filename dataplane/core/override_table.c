// SPDX-License-Identifier: Apache-2.0
// Overrides: see override_table.h.

#include "override_table.h"

#include "policy.h"

#include <string.h>

// Of a whole address, and of a name's own.
#define RANK_HOST (1 + 128)
#define RANK_NAME (RANK_HOST + 1)

static size_t
rounded(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

// An override has prefixes or a zone.
static size_t
targets_size(uint32_t overrides, uint32_t prefixes)
{
	return rounded(((size_t)overrides + prefixes) * sizeof(struct override_target));
}

size_t
override_table_size(uint32_t overrides, uint32_t prefixes)
{
	return rounded(overrides * sizeof(struct override)) + targets_size(overrides, prefixes) +
	       prefix_table_size(prefixes);
}

static void
copy_overrides(struct override_table *table, const struct override_source *source)
{
	for (uint32_t i = 0; i < source->count; i++) {
		const struct blob_override *from = &source->overrides[i];
		table->overrides[i] = (struct override){
			.until_ms = blob_u64(from->until_ms),
			.exempt = blob_u64(from->exempt),
			.blocked = blob_u64(from->blocked),
			.package = from->package == POLICY_NONE ? NULL : &source->packages[from->package],
			.id = from->id,
		};
	}
}

static bool
is_ipv4(const struct blob_prefix *prefix)
{
	return prefix->length >= ADDRESS_IPV4_PREFIX && address_is_ipv4(&prefix->address);
}

static bool
covers(const struct blob_prefix *outer, const struct blob_prefix *inner)
{
	struct address first = address_prefix(&inner->address, outer->length);

	return address_equal(&first, &outer->address);
}

// Links each prefix to the one around it. `sorted`: as prefix_table_build leaves them, with their indexes as values.
static void
link_prefixes(struct override_table *table, const struct override_source *source, const struct blob_prefix *sorted)
{
	uint32_t innermost[2] = {POLICY_NONE, POLICY_NONE}; // IPv6, IPv4: the families never meet

	for (uint32_t i = 0; i <= source->prefix_count; i++) {
		uint32_t index = sorted[i].value;
		if (index == POLICY_NONE)
			continue;
		uint32_t *around = &innermost[is_ipv4(&sorted[i])];
		while (*around != POLICY_NONE && !covers(&source->prefixes[*around], &sorted[i]))
			*around = table->targets[*around].next;
		table->targets[index] = (struct override_target){
			.override = source->prefixes[index].value,
			.next = *around,
			.rank = 1 + sorted[i].length,
		};
		*around = index;
	}
}

static void
link_zones(struct override_table *table, const struct override_source *source)
{
	uint32_t at = source->prefix_count;

	memset(table->of_zone, 0xff, sizeof(table->of_zone));
	for (uint32_t i = source->count; i-- > 0;) {
		uint32_t zone = source->overrides[i].zone;
		if (zone == POLICY_NONE)
			continue;
		table->targets[at] = (struct override_target){.override = i, .next = table->of_zone[zone]};
		table->of_zone[zone] = at++;
		table->zones |= UINT64_C(1) << zone;
	}
}

void
override_table_build(struct override_table *table, void *memory, const struct override_source *source,
		     struct blob_prefix *scratch)
{
	uint8_t *targets = (uint8_t *)memory + rounded(source->count * sizeof(struct override));

	*table = (struct override_table){.overrides = memory, .targets = (void *)targets};
	copy_overrides(table, source);
	for (uint32_t i = 0; i < source->prefix_count; i++) {
		scratch[i] = source->prefixes[i];
		scratch[i].value = i;
	}
	prefix_table_build(&table->prefixes, targets + targets_size(source->count, source->prefix_count), scratch,
			   source->prefix_count, PREFIX_LONGEST);
	link_prefixes(table, source, scratch);
	link_zones(table, source);
}

static uint32_t
first_target(const struct override_table *table, const struct address *address)
{
	uint64_t first = prefix_table_find(&table->prefixes, address);

	return first == PREFIX_NONE ? POLICY_NONE : (uint32_t)first;
}

struct override_walk
override_walk_from(const struct override_table *table, const struct override_subject *subject)
{
	uint32_t of_address = first_target(table, subject->address);

	return (struct override_walk){
		.table = table,
		.zones = subject->zones & table->zones,
		.target = subject->name == NULL ? of_address : first_target(table, subject->name),
		.of_address = of_address,
		.at_name = subject->name != NULL,
	};
}

// A name is a whole address: the prefixes around it are nobody's decision about it.
static bool
of_name(const struct override_walk *walk)
{
	return walk->target != POLICY_NONE && walk->table->targets[walk->target].rank == RANK_HOST;
}

const struct override_target *
override_walk_next(struct override_walk *walk)
{
	if (walk->at_name && !of_name(walk)) {
		walk->at_name = false;
		walk->target = walk->of_address;
	}
	if (walk->target == POLICY_NONE && walk->zones != 0) {
		walk->target = walk->table->of_zone[__builtin_ctzll(walk->zones)];
		walk->zones &= walk->zones - 1;
	}
	if (walk->target == POLICY_NONE)
		return NULL;
	const struct override_target *target = &walk->table->targets[walk->target];
	walk->target = target->next;
	walk->rank = walk->at_name ? RANK_NAME : target->rank;
	return target;
}

struct overriding
override_table_find(const struct override_table *table, const struct override_subject *subject, uint64_t now_ms)
{
	struct override_walk walk = override_walk_from(table, subject);
	const struct override_target *target;
	struct overriding found = {0};
	uint64_t settled = 0; // services that a greater rank has decided
	uint32_t rank = UINT32_MAX;

	while ((target = override_walk_next(&walk)) != NULL) {
		const struct override *override = &table->overrides[target->override];
		if (now_ms >= override->until_ms)
			continue;
		if (walk.rank != rank)
			settled = found.exempt | found.blocked;
		rank = walk.rank;
		found.exempt |= override->exempt & ~settled;
		found.blocked |= override->blocked & ~settled;
		if (found.package == NULL && (subject->name == NULL || walk.at_name))
			found.package = override->package;
	}
	found.exempt &= ~found.blocked;
	return found;
}

// SPDX-License-Identifier: Apache-2.0
// Where the arrays of a policy blob lie.

#pragma once

#include "policy_blob.h"

#include <stddef.h>
#include <stdint.h>

// The blob's arrays. Valid only once policy_check has looked at the header's numbers.
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

static inline struct blob
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

// SPDX-License-Identifier: Apache-2.0
// Policies for the tests: see policy_parts.h.

#include "policy_parts.h"

#include "test.h"

#include <arpa/inet.h>

struct address
address_of(const char *text)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return address_from_ipv4(bytes);
	assert_int_equal(inet_pton(AF_INET6, text, bytes), 1);
	return address_from_ipv6(bytes);
}

struct blob_prefix
prefix_of(const char *text, uint32_t value)
{
	char address[64];
	uint32_t length;

	assert_int_equal(sscanf(text, "%63[^/]/%u", address, &length), 2);
	return (struct blob_prefix){
		.address = address_of(address),
		.length = length + (strchr(address, ':') == NULL ? ADDRESS_IPV4_PREFIX : 0),
		.value = value,
	};
}

struct writer {
	uint8_t *bytes; // NULL: only measured
	size_t length;
};

static void
append(struct writer *to, const void *bytes, size_t size)
{
	if (to->bytes != NULL && size > 0)
		memcpy(to->bytes + to->length, bytes, size);
	to->length += size;
}

#define APPEND_LIST(to, list) append(to, (list).items, (list).count * sizeof(*(list).items))

static void
append_all(struct writer *to, const struct blob_header *header, const struct policy_parts *parts)
{
	append(to, header, sizeof(*header));
	APPEND_LIST(to, parts->zone_prefixes);
	APPEND_LIST(to, parts->group_prefixes);
	APPEND_LIST(to, parts->groups);
	APPEND_LIST(to, parts->services);
	APPEND_LIST(to, parts->port_ranges);
	APPEND_LIST(to, parts->packages);
	APPEND_LIST(to, parts->detectors);
	APPEND_LIST(to, parts->overrides);
	APPEND_LIST(to, parts->override_prefixes);
}

void *
policy_blob_of(const struct policy_parts *parts, size_t *length)
{
	struct writer measured = {0}, written = {0};
	struct blob_header header = {
		.revision = parts->revision,
		.zone_prefixes = parts->zone_prefixes.count,
		.group_prefixes = parts->group_prefixes.count,
		.groups = parts->groups.count,
		.services = parts->services.count,
		.port_ranges = parts->port_ranges.count,
		.packages = parts->packages.count,
		.detectors = parts->detectors.count,
		.overrides = parts->overrides.count,
		.override_prefixes = parts->override_prefixes.count,
		.subscriber_ageing_seconds = parts->subscriber_ageing_seconds,
	};

	append_all(&measured, &header, parts);
	memcpy(header.magic, POLICY_MAGIC, sizeof(header.magic));
	header.length = (uint32_t)measured.length;
	memcpy(header.link_mode, parts->link_mode, sizeof(header.link_mode));
	written.bytes = exact_memory(measured.length);
	append_all(&written, &header, parts);
	*length = written.length;
	return written.bytes;
}

struct policy *
policy_of(const struct policy_parts *parts, uint32_t generation)
{
	size_t length;
	void *blob = policy_blob_of(parts, &length);

	assert_null(policy_check(blob, length, POLICY_DETECTORS_MAX));
	void *memory = exact_memory(policy_size(blob));
	struct policy *policy = policy_compile(blob, memory, generation);
	// The compiled policy keeps no pointer into the blob; the sanitizer would tell.
	free(blob);
	assert_ptr_equal(policy, memory);
	return policy;
}

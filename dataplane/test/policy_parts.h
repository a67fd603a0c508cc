// SPDX-License-Identifier: Apache-2.0
// Policies for the tests: the blob's arrays as lists, put together as policy_blob.h says.

#pragma once

#include "policy.h"

#include <stddef.h>
#include <stdint.h>

// A list of a blob's array, and a way to write one down: `.services = LIST(blob_service, {.id = 1}, {.id = 2})`.
#define LIST_OF(type)                                                                                                  \
	struct {                                                                                                       \
		const struct type *items;                                                                              \
		uint32_t count;                                                                                        \
	}
#define LIST(type, ...)                                                                                                \
	{                                                                                                              \
		(const struct type[]){__VA_ARGS__}, sizeof((const struct type[]){__VA_ARGS__}) / sizeof(struct type)   \
	}

// A detector that does something after `quota` sessions of service `of` (an index) in a fixed window.
#define DETECTING(number, of, quota, period, what)                                                                     \
	{                                                                                                              \
		.id = (number), .service = (of), .threshold = (quota), .period_ms = (period),                          \
		.signal = SIGNAL_SESSIONS, .window = WINDOW_FIXED, .actions = (what)                                   \
	}
#define BLOCKING(number, of, quota, period)  DETECTING(number, of, quota, period, ACTION_BLOCK)
#define REPORTING(number, of, quota, period) DETECTING(number, of, quota, period, ACTION_REPORT)

// A permanent override of a zone (a bit; POLICY_NONE: of its prefixes) that gives a package (an index; POLICY_NONE: none), then its
// services.
#define OVERRIDE(number, of, to, ...)                                                                                  \
	{                                                                                                              \
		.id = (number), .zone = (of), .package = (to), .until_ms = {UINT32_MAX, UINT32_MAX}, __VA_ARGS__       \
	}

struct policy_parts {
	uint32_t revision;
	uint32_t subscriber_ageing_seconds;
	uint8_t link_mode[LINKS_MAX];
	LIST_OF(blob_prefix) zone_prefixes;
	LIST_OF(blob_prefix) group_prefixes;
	LIST_OF(blob_group) groups;
	LIST_OF(blob_service) services;
	LIST_OF(blob_port_range) port_ranges;
	LIST_OF(blob_package) packages;
	LIST_OF(blob_detector) detectors;
	LIST_OF(blob_override) overrides;
	LIST_OF(blob_prefix) override_prefixes;
};

// A prefix from text: "10.0.0.0/8", "2001:db8::/32".
struct blob_prefix prefix_of(const char *text, uint32_t value);

// An address in the form of address.h from text.
struct address address_of(const char *text);

// The blob of these parts, in memory of exactly its length; the caller frees it.
void *policy_blob_of(const struct policy_parts *parts, size_t *length);

// The blob checked and compiled into memory of exactly the size that policy.c asks for; the caller frees it.
struct policy *policy_of(const struct policy_parts *parts, uint32_t generation);

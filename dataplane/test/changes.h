// SPDX-License-Identifier: Apache-2.0
// Names and mappings of a fixture, changed as the daemon's orders change them.

#pragma once

#include "fixture.h"
#include "subscriber_order.h"

#define PAIR(outer, inner) ((outer) << 12 | (inner))
#define TAG(outer)         PAIR(outer, TAG_ANY)

struct subscriber_change change_name(uint32_t name, uint16_t package);
struct subscriber_change change_forget(uint32_t name);

// `prefix`: "10.0.0.0/24"; NULL: tags alone.
struct subscriber_change change_map(uint32_t name, const char *prefix, uint32_t tags);
struct subscriber_change change_unmap(uint32_t name, const char *prefix, uint32_t tags);

// Executes an order; returns how many were refused.
uint32_t fixture_change(struct fixture *fixture, uint32_t epoch, const struct subscriber_change changes[],
			uint32_t count);
#define FIXTURE_CHANGE(fixture, ...)                                                                                   \
	fixture_change(fixture, 1, (const struct subscriber_change[]){__VA_ARGS__},                                    \
		       LENGTH(((const struct subscriber_change[]){__VA_ARGS__})))

// Takes away the names and mappings of other epochs.
void fixture_sweep_names(struct fixture *fixture, uint32_t epoch);

// The name's record; NULL: there is none.
struct subscriber *fixture_name(const struct fixture *fixture, uint32_t name);

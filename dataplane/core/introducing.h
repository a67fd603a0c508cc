// SPDX-License-Identifier: Apache-2.0
// Names and their mappings in a worker's records: introduced, mapped, moved, taken away. Each is done by the worker that owns the name
// or the mapping (of a wide one: by every worker), between bursts, by an order (subscriber_order.h).
//
// To move a mapping makes its generation another: what is open when an address moves is nobody's from then on.

#pragma once

#include "pipeline.h"

#include <stdbool.h>
#include <stdint.h>

// The name's record; the slot is RECORD_NONE when there is none.
struct record_handle introducing_find(const struct pipeline *pipeline, uint32_t name);

// Introduces a name, or gives one that is there this package, and the mark. False: there is no record for it.
bool introducing_name(struct pipeline *pipeline, uint32_t name, uint16_t package, uint32_t mark, uint64_t now_ms);

// Maps to the name, from whomever it is mapped to now. False: there is no such name, or no record.
bool introducing_map(struct pipeline *pipeline, const struct subscriber_key *key, struct record_handle name,
		     uint32_t mark, uint64_t now_ms);

// Takes the mapping away if it is the name's, or that of one who is gone.
void introducing_unmap(struct pipeline *pipeline, const struct subscriber_key *key, struct record_handle name);

// Takes the mapping in this slot away.
void introducing_drop(struct pipeline *pipeline, uint32_t slot);

// Takes a name away in two steps, because every worker may be looking at it: it is nobody's from the first one on, and its record goes
// with the second, for which all of them have ended a turn since. Its breaches end, which is told.
void introducing_retire(struct pipeline *pipeline, uint32_t slot, uint64_t now_ms);
void introducing_remove(struct pipeline *pipeline, uint32_t slot, uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
// Brings what a burst will read into the cache, all packets side by side, so that their misses overlap. Called by the pipeline
// before it judges. Only hints: what it says may be wrong by the time a packet is judged, and is never relied on.

#pragma once

#include "pipeline.h"

// Hashes the packets' keys and finds each a likely slot in the session table: `candidates[i]`, as session_table_find takes it.
void fetch_burst(const struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[],
		 unsigned count, uint32_t candidates[]);

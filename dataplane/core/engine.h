// SPDX-License-Identifier: Apache-2.0
// All workers' pipelines over one set of shared records. The fast path makes one over a region, the addon and the tests over
// plain memory. Made once; afterwards each pipeline is its worker's alone.

#pragma once

#include "pipeline.h"

#include <stddef.h>
#include <stdint.h>

#define WORKERS_MAX 8

struct engine_size {
	uint32_t workers;     // 1 to WORKERS_MAX
	uint32_t sessions;    // of all workers together
	uint32_t subscribers; // records
	uint32_t watches;     // records
	uint32_t detectors;   // that a watch has room for: see records.h
};

// What outlives the process, or is read by others. Handed in by the caller; the arrays have the sizes of engine_size.
struct engine_records {
	struct subscriber *subscribers;
	void *watches;                         // see watch_at
	struct worker_counters *counters;      // one a worker
	struct event_ring *rings[WORKERS_MAX]; // initialised
};

// What was found in the records when the engine was made.
struct engine_adoption {
	uint32_t subscribers; // kept
	uint32_t watches;     // kept
	uint32_t breached;    // watches kept that are in breach
	uint32_t dropped;     // records half-written, contradictory or impossible
};

struct engine {
	struct engine_size size;
	struct hash_secret secret;
	struct pipeline pipelines[WORKERS_MAX];
};

// Bytes of private memory for all workers' sessions, indexes and free lists.
size_t engine_memory_size(const struct engine_size *size);

// Makes the pipelines over zeroed `memory` (engine_memory_size bytes, aligned to 64) and adopts what the records hold. Records
// of zero bytes are an empty set. `secret`: fresh random bytes.
struct engine_adoption engine_init(struct engine *engine, const struct engine_size *size,
				   const struct engine_records *records, const struct hash_secret *secret, void *memory,
				   uint64_t now_ms);

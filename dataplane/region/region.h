// SPDX-License-Identifier: Apache-2.0
// The region: one file that the fast path writes and everybody else maps read-only. This header is the contract.
//
// Layout: a header page, a block of counters, an event ring and sample rings for each possible worker, subscriber records, watch
// records, two policy slots. Offsets, never pointers. The file has its full size before anybody else can see it and is never truncated; a
// new one replaces it by rename, and readers of the old one notice that the path names another file.
//
// Writers: a worker writes its counters, its rings and the records it owns; the control thread writes `live`, the policy slots
// and, while it starts, what the header says of its process; everything else in the header is written once, before the rename.

#pragma once

#include "counters.h"
#include "engine.h"
#include "event_ring.h"
#include "policy_blob.h"
#include "records.h"
#include "sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGION_MAGIC        "PSTNREG1"
#define REGION_VERSION      1
#define REGION_EVENTS       4096 // a worker's ring; at 512 bytes 2 MiB
#define REGION_SAMPLES      256  // a worker's sample ring; at 2 KiB 512 KiB
#define REGION_POLICY_SLOTS 2
#define REGION_HEADER_SIZE  4096

#define REGION_SAMPLE_RING_SIZE (sizeof(struct slot_ring) + REGION_SAMPLES * sizeof(struct sample))

// Why the engine does not judge; 0: it does.
enum region_bypass {
	BYPASS_NONE = 0,
	BYPASS_NO_POLICY = 1,      // none was ever given
	BYPASS_POLICY_DAMAGED = 2, // neither policy slot holds a good one: alarm
	BYPASS_NO_MEMORY = 3,      // the engine's tables could not be had: alarm
	BYPASS_CRASHES = 4,        // the supervisor started it so after repeated crashes: alarm
};

// Written by the control thread while running; each field is read alone.
struct region_live {
	counter heartbeat; // of the control thread
	counter bypass;    // enum region_bypass
	counter policy_generation;
	counter policy_revision;
	counter policy_applied_ms;             // CLOCK_BOOTTIME
	counter link_mode[LINKS_MAX];          // enum link_mode as obeyed: LINK_BYPASS while the engine does not judge
	counter link_up[LINKS_MAX][SIDES];     // 0 or 1
	counter port_missed[LINKS_MAX][SIDES]; // frames that came and were lost before a worker had them
	// Attempts to receive that found no packet buffer; no frame is lost by that alone, it waits in the port's queue.
	counter port_starved[LINKS_MAX][SIDES];
	counter mbufs_free;
	counter mbufs;
	counter tsc_hz;                             // ticks a second of the workers' meters
	counter sampling_until_ms[SAMPLE_CHANNELS]; // CLOCK_BOOTTIME; 0: nothing is sampled
};

// Padded, so that what one thread writes shares no cache line with what another does.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct region_header {
	char magic[8];
	uint32_t version;
	uint32_t layout; // region_layout(): differs when any shared structure does
	uint8_t boot_id[16];
	uint64_t size; // of the file
	struct engine_size engine;
	uint32_t links;
	uint32_t event_capacity; // of each ring
	uint32_t reserved;       // 0
	uint64_t counters;       // offsets from the file's start
	uint64_t rings;
	uint64_t ring_stride;
	uint64_t subscribers;
	uint64_t watches;
	uint64_t policies;
	uint64_t policy_stride;
	uint64_t samples; // rings, REGION_SAMPLE_RING_SIZE apart: every worker's of the first channel, then of the next
	// Of the process that serves now; rewritten at each start, `starts` last with release order.
	_Alignas(64) uint64_t started_ms; // CLOCK_BOOTTIME
	uint32_t pid;
	_Atomic uint32_t starts;         // processes that served this file, the present one included
	struct engine_adoption adoption; // what the present one found
	_Alignas(64) struct region_live live;
};
_Static_assert(sizeof(struct region_header) <= REGION_HEADER_SIZE, "one page");

// The last good policy, for a start without the daemon. Two of them: the spare one is written, then its generation.
struct policy_slot {
	_Atomic uint64_t generation; // 0: empty; the higher one is the newer
	uint64_t checksum;           // XXH3 of the bytes
	uint32_t length;
	uint32_t reserved;
	uint8_t bytes[POLICY_BYTES_MAX];
};

// What a region is made for.
struct region_geometry {
	struct engine_size engine;
	uint32_t links;
};

// A mapped region with its parts found.
struct region {
	struct region_header *header;
	size_t size;
	struct worker_counters *counters;
	struct event_ring *rings[WORKERS_MAX];
	struct subscriber *subscribers;
	void *watches; // see watch_at
	struct policy_slot *policies[REGION_POLICY_SLOTS];
	struct slot_ring *samples[SAMPLE_CHANNELS][WORKERS_MAX];
};

// A number that differs when the layout of any shared structure does.
uint32_t region_layout(void);

// Fills the fields that follow from the geometry: sizes and offsets.
void region_header_fill(struct region_header *header, const struct region_geometry *geometry);

// Checks a mapped file of `size` bytes against this layout and its own arithmetic, and finds its parts. Returns NULL when
// good, else a sentence without a full stop. Trusts nothing; does not look into records.
const char *region_bind(struct region *region, void *memory, size_t size);

// Offset of a sample ring from the file's start.
static inline uint64_t
region_sample_ring(const struct region_header *header, unsigned channel, unsigned worker)
{
	return header->samples + (channel * WORKERS_MAX + worker) * REGION_SAMPLE_RING_SIZE;
}

static inline uint64_t
policy_slot_checksum(const uint8_t *bytes, uint32_t length)
{
	return XXH3_64bits(bytes, length);
}

// SPDX-License-Identifier: Apache-2.0
// One attached region, read-only. What a region says about its own layout is copied when it is attached and checked in that
// copy, so nothing that is written to the file later moves a read out of the mapping.
//
// Cutting the file short would: a read behind its end is a SIGBUS. So header, counters and watches are read with pread(2), and the
// file's size is looked at before each event is read from the mapping. What remains is a cut within that microsecond; the fast
// path never cuts the file, and nobody but root can.
//
// One thread calls everything, others may walk breaches, subscribers and usage meanwhile.

#pragma once

#include "plain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct region_reader;

struct region_fault {
	const char *code; // EngineErrorCode of mgmt/engine/engine_port.ts
	char text[512];   // one sentence
};

enum region_side { REGION_SUBSCRIBER_SIDE = 0, REGION_NETWORK_SIDE = 1 };

// NULL: `fault` says why.
struct region_reader *region_reader_open(const char *path, struct region_fault *fault);

void region_reader_close(struct region_reader *reader);

// Reads header and counters: all that is told of the process, the live state and the counters is as of then. False: the file was
// cut short since it was attached.
bool region_reader_refresh(struct region_reader *reader);

// False: the file was cut short. Asked before each event and sample is read.
bool region_reader_whole(const struct region_reader *reader);

// Says that it was.
void region_reader_cut(const struct region_reader *reader, struct region_fault *fault);

// Of the header.
void region_reader_boot_id(const struct region_reader *reader, uint8_t boot_id[16]);
uint64_t region_reader_device(const struct region_reader *reader);
uint64_t region_reader_inode(const struct region_reader *reader);
uint64_t region_reader_born_ns(const struct region_reader *reader);
unsigned region_reader_links(const struct region_reader *reader);
unsigned region_reader_workers(const struct region_reader *reader);
struct numbers region_reader_engine_size(const struct region_reader *reader);
struct numbers region_reader_process(const struct region_reader *reader);
struct numbers region_reader_adoption(const struct region_reader *reader);

// What the control thread keeps up to date. `link` is below region_reader_links.
struct numbers region_reader_live(const struct region_reader *reader);
unsigned region_reader_bypass(const struct region_reader *reader); // enum region_bypass, or any other number
unsigned region_reader_link_mode(const struct region_reader *reader, unsigned link); // enum link_mode, or any other
bool region_reader_link_up(const struct region_reader *reader, unsigned link, enum region_side side);
uint64_t region_reader_port_missed(const struct region_reader *reader, unsigned link, enum region_side side);
uint64_t region_reader_port_starved(const struct region_reader *reader, unsigned link, enum region_side side);

// Counters: of all workers together, except those of `worker`, which is below region_reader_workers.
struct numbers region_reader_engine_counters(const struct region_reader *reader);
struct numbers region_reader_worker(const struct region_reader *reader, unsigned worker);
struct histogram region_reader_bursts(const struct region_reader *reader, unsigned worker);
struct histogram region_reader_latencies(const struct region_reader *reader, unsigned worker);
struct numbers region_reader_port(const struct region_reader *reader, unsigned link, enum region_side side);
struct numbers region_reader_drops(const struct region_reader *reader, unsigned link, enum region_side side);

// Reading of `ring` goes on behind `sequence`. A ring that does not exist is ignored.
void region_reader_resume(struct region_reader *reader, uint32_t ring, uint64_t sequence);

// The next event of any ring, in order within each; false: none. `*lost` grows by those that were overwritten or make no sense.
bool region_reader_event(struct region_reader *reader, struct plain_event *event, uint32_t *ring, uint64_t *lost);

// The next sample of any worker for an enum sample_channel; otherwise as region_reader_event.
bool region_reader_sample(struct region_reader *reader, unsigned channel, struct plain_sample *sample, uint32_t *ring,
			  uint64_t *lost);

// Where a walk over the watches in breach stands. Begins as zeros.
struct breach_walk {
	uint32_t next;  // slot
	uint32_t bad;   // records left out because they contradict themselves
	uint32_t waits; // for workers that were writing
	bool cut;       // it ended early: the file was cut short
};

#define BREACHES_IN_WATCH 64
struct breached_watch {
	uint32_t slot;
	uint32_t generation;
	unsigned count; // of breaches that go on, 1 to BREACHES_IN_WATCH
	struct plain_breach breaches[BREACHES_IN_WATCH];
};

// The next watch in breach; false: the walk is over.
bool region_reader_breached(const struct region_reader *reader, struct breach_walk *walk, struct breached_watch *found);

// Which subscribers: all, or as far as something is given. Names are found by their mappings of addresses, once by each of them, and by
// each worker's record of one that every worker has.
struct subscriber_filter {
	const uint8_t *containing; // 16 bytes, an address: those whose prefix contains it, whatever the prefixes say
	const struct plain_prefix *prefixes; // those who lie in one that is wanted; the longest around them decides
	uint32_t prefix_count;
	bool in_breach; // those who are in breach
};

// A walk over subscribers from a slot on, 0 or what an earlier one with this filter ended with; NULL: there is no memory.
struct subscriber_walk;
struct subscriber_walk *subscriber_walk_new(const struct region_reader *reader, const struct subscriber_filter *filter,
					    uint32_t from);
void subscriber_walk_free(struct subscriber_walk *walk);

// The next one; false: the walk is over.
bool subscriber_walk_next(const struct region_reader *reader, struct subscriber_walk *walk,
			  struct plain_record *record);

// How many there are from here on, each counted once, whatever is in their watches: without a look at each of them alone.
uint32_t subscriber_walk_count(const struct region_reader *reader, struct subscriber_walk *walk);

struct subscriber_walk_end {
	uint32_t next; // slot to go on from
	uint32_t bad;  // records left out because they contradict themselves
	bool cut;      // it ended early: the file was cut short
};
struct subscriber_walk_end subscriber_walk_ended(const struct subscriber_walk *walk);

// Where a walk over what was used in a minute stands. Begins as zeros but for `minute`, and with `next` of an earlier one.
struct usage_walk {
	uint32_t minute; // CLOCK_BOOTTIME / 60000
	uint32_t next;   // slot of a watch
	uint32_t bad;    // records left out because they contradict themselves
	uint32_t waits;  // for workers that were writing
	bool cut;        // it ended early: the file was cut short
};

// What a subscriber used, of each service.
#define USAGES_IN_WATCH 64
struct usage_found {
	unsigned count; // 1 to USAGES_IN_WATCH
	struct plain_usage each[USAGES_IN_WATCH];
};

// The next one who used anything; false: the walk is over.
bool region_reader_usage(const struct region_reader *reader, struct usage_walk *walk, struct usage_found *found);

// In the order of `metrics` in mgmt/usage/usage.ts. Destinations are compared by the bits that are set.
enum usage_metric { USAGE_SESSIONS = 0, USAGE_REFUSED = 1, USAGE_DESTINATIONS = 2, USAGE_BYTES = 3 };

struct top {
	struct plain_usage usage;
	uint64_t value;
};

// Those who used most of a service. Begins with what is asked for, and zeros.
struct usage_tops {
	uint32_t service;
	enum usage_metric metric;
	uint32_t max;     // at least 1
	struct top *heap; // room for so many
	uint32_t count;   // found, the most first
	uint32_t active;  // who used any
	uint64_t total;   // of all of them
};
void region_reader_tops(const struct region_reader *reader, struct usage_walk *walk, struct usage_tops *tops);

// CLOCK_BOOTTIME in milliseconds.
uint64_t region_reader_now_ms(void);

#ifdef __cplusplus
}
#endif

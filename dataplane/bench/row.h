// SPDX-License-Identifier: Apache-2.0
// A row of the bench's table: some traffic, and what a worker does with it. rows.c has them all; row.c and adoption.c
// measure one.

#pragma once

#include "counters.h"
#include "stand.h"
#include "traffic.h"

#include <stddef.h>

#define ROW_EFFECTS 6

// What the timed packets add to one of the engine's counters.
struct effect {
	size_t counter; // its offset in struct engine_counters
	unsigned every; // it grows by one for so many packets
};

struct row {
	const char *name;
	// One round of at most `laps` laps (1 to ROW_LAPS_MAX); NAN if the engine did not do what the row says.
	double (*measure)(const struct row *row, struct stand *stand, unsigned laps);
	struct frame_plan (*traffic)(uint32_t sessions, uint64_t number);
	unsigned (*turn)(struct stand *stand, struct buffer *burst, unsigned count, uint64_t now_ms,
			 struct buffer **sent);
	struct {
		double sessions, subscribers, watches; // of each for one of the row's sessions
	} room;
	double before;            // packets for one of the row's sessions that come before the first round, untimed
	double residents;         // sessions that are then in the table, for one of the row's
	bool spends;              // a round uses up what it measures: each begins with an engine made anew
	bool weak_secret;         // attack_weaken
	struct stand_quota quota; // on mail
	struct effect effects[ROW_EFFECTS];
};

#define ROW_SESSIONS_MAX (1u << 24)
#define ROW_LAPS_MAX     1000

// The row of this name, or NULL.
const struct row *row_find(const char *name);

// Makes the stand that the row needs for `sessions`: 1 to ROW_SESSIONS_MAX, a multiple of 64 and at least STAND_BUFFERS but
// for rows of which every packet finds its session. False: the machine has not enough memory.
bool row_prepare(const struct row *row, struct stand *stand, uint32_t sessions, enum framing framing);

// Brings the engine to where the row's rounds begin. False: it did not do what the row says.
bool row_begin(const struct row *row, struct stand *stand);

// Ticks a packet of the middle lap, each of STAND_BUFFERS packets.
double row_measure_laps(const struct row *row, struct stand *stand, unsigned laps);

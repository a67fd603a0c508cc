// SPDX-License-Identifier: Apache-2.0
// Measuring a row lap by lap: see row.h.

#include "row.h"

#include "attacks.h"
#include "worker.h"

#include <rte_common.h>
#include <rte_cycles.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define X(name) +1
enum { COUNTERS = 0 ENGINE_COUNTERS(X) };
#undef X

// The next packets of the row's traffic, as frames in the stand's buffers.
static void
receive(const struct row *row, struct stand *stand, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct frame_plan plan = row->traffic(stand->sessions, stand->next++);

		stand->buffers[i].side = plan.from;
		stand->buffers[i].length = frame_write(stand->buffers[i].frame, &plan, stand->framing);
	}
}

// Gives the received buffers to the worker, burst by burst. Returns the milliseconds that it took, without those in which the
// core was another process's.
static double
take_turns(const struct row *row, struct stand *stand, unsigned count)
{
	struct buffer **sent = stand->sent;
	double used_before = stand_processor_ms();
	uint64_t began = rte_rdtsc() - stand->ticks;

	for (unsigned at = 0; at < count; at += BURST_MAX) {
		uint64_t now_ms = (uint64_t)((double)(rte_rdtsc() - began) / stand->ticks_per_ms);
		sent += row->turn(stand, &stand->buffers[at], RTE_MIN(count - at, BURST_MAX), now_ms, sent);
	}
	stand->ticks = rte_rdtsc() - began;
	return stand_processor_ms() - used_before;
}

bool
row_prepare(const struct row *row, struct stand *stand, uint32_t sessions, enum framing framing)
{
	const struct engine_size size = {
		.workers = 1,
		.sessions = (uint32_t)(row->room.sessions * sessions),
		.subscribers = (uint32_t)(row->room.subscribers * sessions),
		.watches = (uint32_t)(row->room.watches * sessions),
		.detectors = RTE_MAX(row->quota.detectors, 8u),
	};

	if (!stand_init(stand, &size, &row->quota))
		return false;
	stand->sessions = sessions;
	stand->framing = framing;
	return true;
}

bool
row_begin(const struct row *row, struct stand *stand)
{
	struct hash_secret secret = stand_secret();
	uint64_t packets = (uint64_t)(row->before * stand->sessions);

	if (row->weak_secret)
		attack_weaken(&secret);
	stand_empty(stand, &secret);
	for (uint64_t count; packets > 0; packets -= count) {
		count = RTE_MIN(packets, (uint64_t)STAND_BUFFERS);
		receive(row, stand, (unsigned)count);
		take_turns(row, stand, (unsigned)count);
	}
	return stand->engine.pipelines[0].sessions.used == (uint32_t)(row->residents * stand->sessions);
}

static void
read_counters(const struct stand *stand, uint64_t values[COUNTERS])
{
	const counter *counters = (const counter *)&stand->records.counters->engine;

	for (size_t i = 0; i < COUNTERS; i++)
		values[i] = counter_read(&counters[i]);
}

// The counters grew by what the row says, and no other one did.
static bool
held(const struct row *row, const struct stand *stand, const uint64_t before[COUNTERS], uint64_t packets)
{
	uint64_t expected[COUNTERS], now[COUNTERS];

	memcpy(expected, before, sizeof(expected));
	for (const struct effect *effect = row->effects; effect < row->effects + ROW_EFFECTS && effect->every; effect++)
		expected[effect->counter / sizeof(counter)] += packets / effect->every;
	read_counters(stand, now);
	return memcmp(expected, now, sizeof(expected)) == 0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
row_measure_laps(const struct row *row, struct stand *stand, unsigned laps)
{
	uint64_t before[COUNTERS];
	double ms[ROW_LAPS_MAX];

	if (row->spends) {
		laps = RTE_MIN(laps, stand->sessions / STAND_BUFFERS);
		if (!row_begin(row, stand))
			return NAN;
	}
	read_counters(stand, before);
	for (unsigned lap = 0; lap < laps; lap++) {
		receive(row, stand, STAND_BUFFERS);
		ms[lap] = take_turns(row, stand, STAND_BUFFERS);
	}
	if (!held(row, stand, before, (uint64_t)laps * STAND_BUFFERS))
		return NAN;
	qsort(ms, laps, sizeof(ms[0]), compare);
	return ms[laps / 2] * stand->ticks_per_ms / STAND_BUFFERS;
}

// SPDX-License-Identifier: Apache-2.0
// The bench's rows: see row.h.

#include "row.h"

#include "traffic.h"
#include "worker.h"

#include <rte_common.h>
#include <rte_cycles.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct row {
	const char *name;
	struct frame_plan (*traffic)(uint32_t sessions, uint64_t number);
	unsigned opening; // packets a session that come before the first round, untimed
	bool opens;       // every timed packet opens a session more: each round needs an engine as it was before
	unsigned (*turn)(struct stand *stand, struct buffer *burst, unsigned count, uint64_t now_ms,
			 struct buffer **sent);
};

static const struct row rows[] = {
	{"established", traffic_established, 3, false, worker_judge},
	{"new-sessions", traffic_http, 1, true, worker_judge},
	{"new-sessions-watched", traffic_smtp, 1, true, worker_judge},
	{"no-engine", traffic_established, 0, false, worker_swap},
};

const struct row *
row_find(const char *name)
{
	for (size_t i = 0; i < RTE_DIM(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static void
receive(const struct row *row, struct stand *stand, uint32_t sessions, uint64_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct frame_plan plan = row->traffic(sessions, first + i);

		stand->buffers[i].length = FRAME_LENGTH;
		stand->buffers[i].side = plan.from;
		traffic_frame(stand->buffers[i].frame, &plan);
	}
}

static double
processor_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

// Gives the received buffers to the worker, burst by burst. Returns the milliseconds that it took, without those in which the
// core was another process's.
static double
take_turns(const struct row *row, struct stand *stand, unsigned count)
{
	struct buffer **sent = stand->sent;
	double used_before = processor_ms();
	uint64_t began = rte_rdtsc() - stand->ticks;

	for (unsigned at = 0; at < count; at += BURST_MAX) {
		uint64_t now_ms = (uint64_t)((double)(rte_rdtsc() - began) / stand->ticks_per_ms);
		sent += row->turn(stand, &stand->buffers[at], RTE_MIN(count - at, BURST_MAX), now_ms, sent);
	}
	stand->ticks = rte_rdtsc() - began;
	return processor_ms() - used_before;
}

static void
play(const struct row *row, struct stand *stand, uint32_t sessions, uint64_t first, uint64_t packets)
{
	for (uint64_t count; packets > 0; first += count, packets -= count) {
		count = RTE_MIN(packets, (uint64_t)STAND_BUFFERS);
		receive(row, stand, sessions, first, (unsigned)count);
		take_turns(row, stand, (unsigned)count);
	}
}

static void
open_sessions(const struct row *row, struct stand *stand, uint32_t sessions)
{
	stand_empty(stand);
	play(row, stand, sessions, 0, (uint64_t)row->opening * sessions);
}

bool
row_prepare(const struct row *row, struct stand *stand, uint32_t sessions)
{
	if (!stand_init(stand, row->opens ? 2 * sessions : sessions, sessions))
		return false;
	open_sessions(row, stand, sessions);
	return true;
}

// Every packet found its session, or opened one; none was refused or taken for something else.
static bool
held(const struct row *row, const struct stand *stand, uint32_t sessions, uint64_t packets)
{
	const struct engine_counters *counters = &stand->records.counters->engine;
	uint64_t opened = (row->opening > 0 ? sessions : 0) + (row->opens ? packets : 0);

	return counter_read(&counters->sessions_opened) == opened && counter_read(&counters->sessions_joined) == 0 &&
	       counter_read(&counters->sessions_refused) == 0 && counter_read(&counters->malformed) == 0 &&
	       stand->engine.pipelines[0].sessions.used == opened;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
row_measure(const struct row *row, struct stand *stand, uint32_t sessions, unsigned laps)
{
	uint64_t first = (uint64_t)row->opening * sessions;
	double ms[LAPS_MAX];

	if (row->opens) {
		laps = RTE_MIN(laps, sessions / STAND_BUFFERS);
		open_sessions(row, stand, sessions);
	}
	for (unsigned lap = 0; lap < laps; lap++) {
		receive(row, stand, sessions, first + lap * STAND_BUFFERS, STAND_BUFFERS);
		ms[lap] = take_turns(row, stand, STAND_BUFFERS);
	}
	if (!held(row, stand, sessions, (uint64_t)laps * STAND_BUFFERS))
		return NAN;
	qsort(ms, laps, sizeof(ms[0]), compare);
	return ms[laps / 2] * stand->ticks_per_ms / STAND_BUFFERS;
}

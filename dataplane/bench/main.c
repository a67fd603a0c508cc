// SPDX-License-Identifier: Apache-2.0
// engine-bench ROW FRAMING SESSIONS LAPS CPU: measures one row, a round for each line on standard input, so that
// bench/main.ts can interleave rows. Answers with a line of JSON each, and with one before the first round, when all is
// prepared.

#include "row.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char not_done[] = "the engine did not do what this row says; its figure would mean nothing";

static int
refuse(const char *sentence)
{
	fprintf(stderr, "engine-bench: %s\n", sentence);
	return 1;
}

static bool
pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0;
}

// FRAMINGS: there is none of this name.
static enum framing
framing_find(const char *name)
{
	enum framing framing = 0;

	while (framing < FRAMINGS && strcmp(framing_names[framing], name) != 0)
		framing++;
	return framing;
}

int
main(int argc, char **argv)
{
	static struct stand stand;
	char line[16];

	if (argc != 6)
		return refuse("usage: engine-bench ROW FRAMING SESSIONS LAPS CPU");

	const struct row *row = row_find(argv[1]);
	enum framing framing = framing_find(argv[2]);
	uint32_t sessions = (uint32_t)strtoul(argv[3], NULL, 10);
	unsigned laps = (unsigned)strtoul(argv[4], NULL, 10);
	if (row == NULL || framing == FRAMINGS || sessions == 0 || sessions > ROW_SESSIONS_MAX || laps == 0 ||
	    laps > ROW_LAPS_MAX)
		return refuse("no such row or framing, or no such number of sessions or laps");
	if (!pin(atoi(argv[5])))
		return refuse("this process may not run on that CPU");
	if (!row_prepare(row, &stand, sessions, framing))
		return refuse("not enough memory; ask for fewer sessions");

	if (!row_begin(row, &stand))
		return refuse(not_done);

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("{\"pages\":\"%s\",\"ticks_per_second\":%.0f}\n", stand.pages, stand.ticks_per_ms * 1000);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		double figure = row->measure(row, &stand, laps);
		if (isnan(figure))
			return refuse(not_done);
		printf("{\"figure\":%.2f}\n", figure);
	}
	return 0;
}

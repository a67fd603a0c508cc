// SPDX-License-Identifier: Apache-2.0
// engine-bench ROW SESSIONS LAPS CPU: measures one row, a round for each line on standard input, so that bench/main.ts can
// interleave rows. Answers with a line of JSON each, and with one before the first round, when all is prepared.

#include "row.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

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

int
main(int argc, char **argv)
{
	static struct stand stand;
	char line[16];

	if (argc != 5)
		return refuse("usage: engine-bench ROW SESSIONS LAPS CPU");

	const struct row *row = row_find(argv[1]);
	uint32_t sessions = (uint32_t)strtoul(argv[2], NULL, 10);
	unsigned laps = (unsigned)strtoul(argv[3], NULL, 10);
	if (row == NULL || sessions == 0 || sessions > 1u << 24 || laps == 0 || laps > LAPS_MAX)
		return refuse("no such row, or no such number of sessions or laps");
	if (!pin(atoi(argv[4])))
		return refuse("this process may not run on that CPU");
	if (!row_prepare(row, &stand, sessions))
		return refuse("not enough memory; ask for fewer sessions");

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("{\"pages\":\"%s\",\"ticks_per_second\":%.0f}\n", stand.pages, stand.ticks_per_ms * 1000);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		double cycles = row_measure(row, &stand, sessions, laps);
		if (isnan(cycles))
			return refuse("the engine did not do what this row says; its figure would mean nothing");
		printf("{\"cycles\":%.2f}\n", cycles);
	}
	return 0;
}

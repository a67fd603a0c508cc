// SPDX-License-Identifier: Apache-2.0
// Faults on purpose: see fault.h. Compiled into test builds only.

#include "fault.h"

#include "message.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define X(name) [FAULT_##name] = #name,
static const char *const names[FAULT_COUNT] = {FAULT_PLACES(X)};
#undef X

static struct {
	uint64_t from; // 0: never
	uint64_t count;
	_Atomic uint64_t reached;
} faults[FAULT_COUNT];

void
fault_parse(const char *text)
{
	char name[16], rest;
	uint64_t from, count = 1;
	int read = sscanf(text, "%15[a-z]@%" SCNu64 "+%" SCNu64 "%c", name, &from, &count, &rest);

	for (int place = 0; place < FAULT_COUNT; place++) {
		if ((read != 2 && read != 3) || from == 0 || strcmp(name, names[place]) != 0)
			continue;
		faults[place].from = from;
		faults[place].count = count;
		return;
	}
	fatal("a fault is NAME@FROM[+COUNT], NAME one of buffers, handover and transmit, not \"%s\"", text);
}

bool
fault_strikes(enum fault place)
{
	if (faults[place].from == 0)
		return false;
	uint64_t reached = atomic_fetch_add_explicit(&faults[place].reached, 1, memory_order_relaxed) + 1;
	return reached >= faults[place].from && reached - faults[place].from < faults[place].count;
}

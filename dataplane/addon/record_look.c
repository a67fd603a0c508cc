// SPDX-License-Identifier: Apache-2.0
// Looks at records: see record_look.h.

#include "record_look.h"

#include <time.h>

// Two records cannot be read at one moment: what looks bad is looked at again, so often in all.
#define LOOKS_MAX 3

// A worker that was put off its processor holds a lock for milliseconds, one that was killed until it is adopted: so long, 100 ms,
// does a whole walk wait for all of them.
#define WAITS_MAX 1000
#define WAIT_NS   100000

// False: the walk has waited enough.
static bool
wait_a_little(uint32_t *waits)
{
	static const struct timespec pause = {.tv_nsec = WAIT_NS};

	if (*waits >= WAITS_MAX)
		return false;
	(*waits)++;
	nanosleep(&pause, NULL);
	return true;
}

enum sight
record_look(const struct region_reader *reader, uint32_t slot, uint32_t *waits, record_look_once *once, void *view)
{
	enum sight sight = SIGHT_BAD;

	for (unsigned looks = 0; looks < LOOKS_MAX && sight == SIGHT_BAD; looks++) {
		do
			sight = once(reader, slot, view);
		while (sight == SIGHT_LOCKED && wait_a_little(waits));
		if (sight == SIGHT_LOCKED)
			sight = SIGHT_BAD;
	}
	return sight;
}

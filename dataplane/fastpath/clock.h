// SPDX-License-Identifier: Apache-2.0
// The clock of everything that the fast path records.

#pragma once

#include <stdint.h>
#include <time.h>

// Microseconds since boot, suspend included. The vDSO's: no system call.
static inline uint64_t
clock_boottime_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static inline uint64_t
clock_boottime_ms(void)
{
	return clock_boottime_us() / 1000;
}

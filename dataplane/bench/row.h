// SPDX-License-Identifier: Apache-2.0
// A row of the bench's table: some traffic, and what a worker does with it.

#pragma once

#include "stand.h"

struct row;

// The row of this name, or NULL.
const struct row *row_find(const char *name);

// Makes the stand that the row needs for `sessions`: 1 to 2^24, and at least STAND_BUFFERS where packets open sessions. False: the
// machine has not enough memory.
bool row_prepare(const struct row *row, struct stand *stand, uint32_t sessions);

#define LAPS_MAX 1000

// Measures one round of at most `laps` laps (1 to LAPS_MAX) of STAND_BUFFERS packets. Returns the TSC ticks a packet of its
// middle lap; NAN if the engine did not do what the row says.
double row_measure(const struct row *row, struct stand *stand, uint32_t sessions, unsigned laps);

// SPDX-License-Identifier: Apache-2.0
// What a start of the fast path costs that finds the records of the process before it.

#pragma once

#include "row.h"

// Milliseconds of processor time to map a file of the stand's records and the engine's memory, and to make the engine over
// them. `laps` does not matter.
double adoption_measure(const struct row *row, struct stand *stand, unsigned laps);

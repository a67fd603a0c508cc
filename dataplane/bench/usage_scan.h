// SPDX-License-Identifier: Apache-2.0
// What the daemon's look at usage costs: once a minute, over every watch of a region.

#pragma once

#include "row.h"

// Milliseconds of processor time to read what everybody used in a minute, as plain rows. `laps` does not matter.
double usage_scan_measure(const struct row *row, struct stand *stand, unsigned laps);

// The same to find the ten who used most.
double usage_tops_measure(const struct row *row, struct stand *stand, unsigned laps);

// As row_measure_laps, while another thread scans the same records again and again.
double usage_scanned_measure(const struct row *row, struct stand *stand, unsigned laps);

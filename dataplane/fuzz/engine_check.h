// SPDX-License-Identifier: Apache-2.0
// What must hold of an engine between two bursts, whatever it was given: its indexes, free lists and records agree.

#pragma once

#include "engine.h"

// Ends with a report when something does not hold.
void engine_check(const struct engine *engine, const struct engine_records *records);

// After a sweep of every pipeline: the gauges say what is in the tables.
void engine_check_gauges(const struct engine *engine, const struct engine_records *records);

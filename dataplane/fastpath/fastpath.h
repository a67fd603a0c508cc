// SPDX-License-Identifier: Apache-2.0
// The process that handles packets: ports, workers, and the control thread, which is its main thread.

#pragma once

#include "options.h"
#include "region_file.h"

#include <stdbool.h>

// Runs until SIGTERM, SIGINT or an order to restart. `bypass`: BYPASS_CRASHES makes it copy port to port and touch neither records
// nor policies. `ready` is set once packets flow. Returns the process's exit status: EXIT_SUCCESS when it was asked to end.
int fastpath_run(const struct options *options, struct region_file *file, enum region_bypass bypass,
		 atomic_bool *ready);

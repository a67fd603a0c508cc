// SPDX-License-Identifier: Apache-2.0
// DPDK's environment: lcore 0 is the control thread, lcores 1 to N are the workers.

#pragma once

#include "options.h"

// Starts it, with huge pages if asked for and there, else without, and says so. Ends the process when it cannot.
void eal_start(const struct options *options);

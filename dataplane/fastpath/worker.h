// SPDX-License-Identifier: Apache-2.0
// A worker: one thread that receives on its queue of every port, judges the packets whose subscribers it owns, hands the others
// to their owners, and sends. Its loop neither waits, allocates, logs nor calls the system, but for the drivers' own calls and
// one idle sleep.

#pragma once

// An lcore's main function: worker (lcore - 1) of `workers`, a struct workers; runs until its `stop` is set. Returns 0.
int worker_run(void *workers);

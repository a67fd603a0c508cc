// SPDX-License-Identifier: Apache-2.0
// The parent of the process that handles packets: starts it again when it dies or hangs.
//
// Hung: a worker's heartbeat stands still for HANG_TURNS looks in a row. Counting looks and not time, a machine that was itself
// held up kills nobody. A process that crashes or hangs five times, each soon after its start, is started in bypass: traffic
// passes unjudged, with an alarm, until the appliance is started again. A kill from outside is not a crash, nor is a restart that
// was ordered: it is followed at once.

#pragma once

#include "options.h"

// Runs until SIGTERM or SIGINT; returns the exit status.
int supervisor_run(const struct options *options);

// SPDX-License-Identifier: Apache-2.0
// Cuts what a client of the control socket sent into batches and commands. Pure: it owns nothing, and who executes a command is
// handed in (control.c; dataplane/fuzz).

#pragma once

#include "control_protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Executes one command, whose payload follows it, and answers it. False: the client is gone.
typedef bool (*control_execute)(void *context, const struct control_command *command);

struct control_taken {
	size_t used;       // bytes of the batches that are done with
	bool over;         // the client is to be let go
	const char *wrong; // what it is told before: a sentence without a full stop; NULL: nothing
};

// Executes the batches that have arrived whole, in order. `bytes` (aligned to 4) are `received` of those sent, from a batch's
// first on, at most CONTROL_BYTES_MAX.
struct control_taken control_batch_take(const uint8_t *bytes, size_t received, control_execute execute, void *context);

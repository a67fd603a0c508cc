// SPDX-License-Identifier: Apache-2.0
// Every state in which a process can be killed. An operation runs in a child, one instruction at a time; whenever the memory
// that the child shares has changed, a copy of it is looked at: what the next process would find.

#pragma once

#include <stddef.h>
#include <stdint.h>

// Runs `operation` on memory that is mapped shared, and `check` on a copy of it before the first and after each change.
// Returns how many states were checked; 0: this machine does not allow tracing.
unsigned crash_points(const void *shared, size_t size, void (*operation)(void *context),
		      void (*check)(void *context, const uint8_t *state, unsigned number), void *context);

// SPDX-License-Identifier: Apache-2.0
// Faults on purpose, for tests: at a named place the worker does as if there were no buffer, no room in the ring, or a port that
// takes nothing. Only in builds with the meson option `faults`; in all others FAULT is the constant false and --fault unknown.
//
// Set by the command line before there are workers; all of them count together how often a place was reached.

#pragma once

#include <stdbool.h>

#define FAULT_PLACES(X)                                                                                                \
	X(buffers)  /* a packet buffer is asked for */                                                                 \
	X(handover) /* a packet is given to the worker that owns it */                                                 \
	X(transmit) /* packets are given to a port */

#define X(name) FAULT_##name,
enum fault { FAULT_PLACES(X) FAULT_COUNT };
#undef X

#ifdef POSTERN_FAULTS

#define FAULT(name) fault_strikes(FAULT_##name)

// From the option's NAME@FROM[+COUNT]: the FROMth time (from 1) that the place is reached, and so COUNT times (1) in all. Ends the
// process with a sentence when it is not one.
void fault_parse(const char *text);

// Counts that the place is reached; true when it is to fail.
bool fault_strikes(enum fault place);

#else

#define FAULT(name) false

#endif

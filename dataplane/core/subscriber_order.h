// SPDX-License-Identifier: Apache-2.0
// An order to change names and mappings, or to sweep away those that it does not speak of, executed by all workers side by side.
//
// In phases: a phase begins when every worker is through with the one before. So the names of an order are there before its mappings
// look for them, those that were forgotten are removed when nobody looks at them any more, and each record keeps its one writer. Of
// one mapping's changes the order is kept, and a mapping comes behind its name; names are forgotten last.

#pragma once

#include "engine.h"
#include "subscriber_change.h"

#include <stdbool.h>
#include <stdint.h>

enum subscriber_phase {
	PHASE_NAMES,    // are introduced, and found for the changes of their mappings
	PHASE_MAPPINGS, // are made, moved, taken away
	PHASE_RETIRE,   // of names
	PHASE_REMOVE,
	PHASES,
};

// What is known of a change: the name from one phase for the next, whoever finds it, and whether there was no room.
struct subscriber_change_state {
	struct record_handle name;
	_Atomic uint32_t refused;
};

struct subscriber_order {
	const struct subscriber_change *changes; // checked; NULL: a sweep
	uint32_t count;
	uint32_t epoch; // the mark of what the order speaks of; a sweep takes away all with another one
	uint32_t workers;
	struct subscriber_change_state *states; // one a change, zeros
	enum subscriber_phase phase;
	uint32_t next[WORKERS_MAX]; // change, or place of the index, that each worker goes on with
};

// Begins the order's next phase that has something to do; `before`: PHASES at its beginning. False: the order is executed.
bool subscriber_order_begin(struct subscriber_order *order, enum subscriber_phase before);

// Does the worker's next few changes of this phase. True: the worker is through with it.
bool subscriber_order_step(struct subscriber_order *order, struct pipeline *pipeline, unsigned worker, uint64_t now_ms);

// Executes it where nobody waits: every phase, one worker after the other.
void subscriber_order_execute(struct subscriber_order *order, struct engine *engine, uint64_t now_ms);

// Changes that were refused: there was no room, or no such name to map to.
uint32_t subscriber_order_refused(const struct subscriber_order *order);

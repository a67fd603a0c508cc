// SPDX-License-Identifier: Apache-2.0
// Evidence: the other ends of the sessions that were counted lately. Of a watch that is locked.

#pragma once

#include "records.h"

#include <stdint.h>

// The other end of a session, and the port of the service.
struct other_end {
	struct address address;
	uint16_t port;
};

// Notes that these windows counted a session to it.
void destinations_note(struct watch *watch, const struct other_end *to, uint64_t windows, uint64_t now_ms);

// The window is another detector's from now on.
void destinations_forget(struct watch *watch, int window);

// Copies those of the sessions that the window counts in its present period, or breach, into `found`, WATCH_DESTINATIONS of them at
// most. Returns how many there are.
uint32_t destinations_of(const struct watch *watch, int window, uint64_t now_ms, struct destination found[]);

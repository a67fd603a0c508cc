// SPDX-License-Identifier: Apache-2.0
// "N in T": the only code that knows what a period is. Called with the watch's lock held.
//
// fixed: the period starts at the first counted signal after the last period or breach ended and lasts T. The Nth counted signal
// is the breach. So at most 2N-1 signals pass in any T.
//
// sliding: the breach is declared by the signal that is the Nth in the last T. Signals are kept in chunks of N/16, rounded up, that
// count until the last of each is T old. For N up to 16 that is a list of timestamps; above, a breach is declared never later than
// by the list, and never before 15/16 of N. What is counted beyond N in T is forgotten, the oldest first. When the threshold
// changes, chunks of two sizes lie side by side; while all of them hold less than N, the oldest is added to the next, which forgets
// later. So a breach may for one T be declared sooner, and, of who was above a threshold that was raised since, later.
//
// A breach lasts until the period that declared it (sliding: a period that starts with the breach) and the hold behind it are
// over. Signals that nobody refuses go on being counted. After a sliding window's breach those of the last T count again.
//
// Whether a breach was declared is not in the window: the watch knows it, because it is what was told.

#pragma once

#include "policy.h"
#include "records.h"

#include <stdbool.h>
#include <stdint.h>

// True while something in it counts, or its breach lasts. Ends are exclusive: at started + T the next period may start. A time in
// the future is another worker's clock, read a moment later than ours.
bool window_open(const struct window *window, bool declared, uint64_t now_ms);

// True while the quota is used up.
bool window_breached(const struct window *window, const struct detector *detector, bool declared, uint64_t now_ms);

// True until the end of a breach that was declared, by the clock alone.
bool window_breach_lasts(const struct window *window, uint64_t now_ms);

// Signals that count now: fixed, or in a breach: all of it.
uint32_t window_counted(const struct window *window, bool declared, uint64_t now_ms);

// Gives an unused window to a detector, empty.
void window_assign(struct window *window, const struct detector *detector);

// Counts one signal, and starts anew where nothing is open.
void window_count(struct window *window, const struct detector *detector, bool declared, uint64_t now_ms);

// Begins the breach that window_breached found.
void window_declare(struct window *window, const struct detector *detector, uint64_t now_ms);

// Empties the window before its time: the next counted signal starts anew. One store, so no half of it is ever found.
void window_end(struct window *window);

// Begins a declared breach of another window with the same detector: its times, and what it had counted.
void window_resume(struct window *window, const struct window *breach);

// Counts an attempt that was refused: apart, and without any effect on the period.
void window_refuse(struct window *window);

// From when on signals count that are counted at `now_ms`.
uint64_t window_since(const struct window *window, uint64_t now_ms);

// Adoption: false for what no worker can have written by now.
bool window_possible(const struct window *window, uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
// "N in T": the only code that knows what a period is. Called with the watch's lock held.
//
// fixed: the period starts at the first counted signal after the last period ended and lasts T. The Nth counted signal is the
// breach; it lasts until the period's end. So at most 2N-1 signals pass in any T.

#pragma once

#include "policy.h"
#include "records.h"

#include <stdbool.h>
#include <stdint.h>

// True while the period that started last goes on. The end is exclusive: at started + T the next period may start. A start
// in the future is another worker's clock, read a moment later than ours.
static inline bool
window_open(const struct window *window, uint64_t now_ms)
{
	return window->started_ms != 0 &&
	       (now_ms < window->started_ms || now_ms - window->started_ms < window->period_ms);
}

// True while the quota is used up.
static inline bool
window_breached(const struct window *window, const struct detector *detector, uint64_t now_ms)
{
	return window_open(window, now_ms) && window->counted >= detector->threshold;
}

// Empties the window and gives it to a detector.
void window_assign(struct window *window, uint32_t detector);

// Counts one signal and starts a period where none is open.
void window_count(struct window *window, const struct detector *detector, uint64_t now_ms);

// Ends the period before its time: the next counted signal starts another. One store, so no half of it is ever found.
void window_end(struct window *window);

// Counts an attempt that was refused: apart, and without any effect on the period.
void window_refuse(struct window *window);

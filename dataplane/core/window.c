// SPDX-License-Identifier: Apache-2.0
// Windows: see window.h.

#include "window.h"

#include <stdatomic.h>

// A worker may be killed between any two stores: the counts go first, so no old count is ever read with a new period.
static void
clear_counts(struct window *window)
{
	window->counted = 0;
	window->refused = 0;
	atomic_thread_fence(memory_order_release);
}

void
window_assign(struct window *window, uint32_t detector)
{
	clear_counts(window);
	window->started_ms = 0;
	window->period_ms = 0;
	atomic_thread_fence(memory_order_release);
	window->detector = detector;
}

void
window_count(struct window *window, const struct detector *detector, uint64_t now_ms)
{
	if (!window_open(window, now_ms)) {
		clear_counts(window);
		window->period_ms = detector->period_ms;
		window->started_ms = now_ms;
	}
	if (window->counted < UINT32_MAX)
		window->counted++;
}

void
window_end(struct window *window)
{
	window->started_ms = 0;
}

void
window_refuse(struct window *window)
{
	if (window->refused < UINT32_MAX)
		window->refused++;
}

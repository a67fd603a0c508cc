// SPDX-License-Identifier: Apache-2.0
// Judging by watches: see watch.h.

#include "watch.h"

#include "window.h"

// Why a breach that was told is none; EVENT_NO_REASON: it goes on.
static enum event_reason
end_reason(const struct window *window, const struct detector *detector, uint64_t now_ms)
{
	if (!window_breach_lasts(window, now_ms))
		return EVENT_OVER;
	return detector != NULL && window_breached(window, detector, true, now_ms) ? EVENT_NO_REASON : EVENT_POLICY;
}

void
watch_settle_told(struct watch *watch, int i, const struct detector *detector, const struct subscriber *subscriber,
		  uint64_t now_ms, struct watch_reports *reports)
{
	enum event_reason reason = end_reason(&watch->windows[i], detector, now_ms);

	if (reason != EVENT_NO_REASON)
		watch_tell_ended(watch, i, subscriber, reason, now_ms, reports);
}

// Brings what was told into line with the window. The two part when a breach ends, when a threshold is changed, and when a
// worker is killed between a count and its event.
static void
settle(struct watch *watch, int i, const struct detector *detector, const struct watch_context *context)
{
	struct window *window = &watch->windows[i];

	if (watch_told(watch, i))
		watch_settle_told(watch, i, detector, context->subscriber, context->now_ms, context->reports);
	if (!watch_told(watch, i) && window_breached(window, detector, false, context->now_ms)) {
		window_declare(window, detector, context->now_ms);
		watch_tell_started(watch, i, context->subscriber, context->now_ms, context->reports);
	}
}

// The place of a window for a detector that has none: its own place if it is unused, else the first that is unused or of a detector
// which is in the package no more. There always is one: a package has no more detectors than a watch has windows.
static int
spare_window(const struct watch *watch, uint32_t d, const struct watch_context *context)
{
	int i = 0;

	if (!(watch->windows_used >> d & 1))
		return (int)d;
	while ((watch->windows_used >> i & 1) && package_detector(context->package, watch->windows[i].detector) != NULL)
		i++;
	return i;
}

static int
assign_window(struct watch *watch, uint32_t d, const struct watch_context *context)
{
	int i = spare_window(watch, d, context);

	if (watch_told(watch, i))
		watch_settle_told(watch, i, NULL, context->subscriber, context->now_ms, context->reports);
	// A worker may be killed between any two stores: a window that is being written is nobody's.
	watch->windows_used &= ~(UINT64_C(1) << i);
	atomic_thread_fence(memory_order_release);
	destinations_forget(watch, i);
	window_assign(&watch->windows[i], &context->package->detectors[d]);
	atomic_thread_fence(memory_order_release);
	watch->windows_used |= UINT64_C(1) << i;
	return i;
}

// The actions of the detectors that have all of `wanted` and are in breach.
static unsigned
actions_in_breach(struct watch *watch, const struct watch_context *context, uint64_t services, unsigned wanted,
		  bool attempt)
{
	unsigned actions = 0;

	for (uint32_t d = 0; d < context->package->detector_count; d++) {
		const struct detector *detector = &context->package->detectors[d];
		if ((detector->actions & wanted) != wanted || !(detector->service & services))
			continue;
		int i = watch_window(watch, d, detector->id);
		if (i < 0)
			continue;
		settle(watch, i, detector, context);
		if (!watch_told(watch, i))
			continue;
		if (attempt)
			window_refuse(&watch->windows[i]);
		actions |= detector->actions;
	}
	return actions;
}

unsigned
watch_refuses(struct watch *watch, const struct watch_context *context, uint64_t services, bool attempt)
{
	return actions_in_breach(watch, context, services, ACTION_BLOCK, attempt);
}

unsigned
watch_cuts(struct watch *watch, const struct watch_context *context, uint64_t services)
{
	return actions_in_breach(watch, context, services, ACTION_CUT, false);
}

void
watch_count(struct watch *watch, const struct watch_context *context, enum policy_signal signal,
	    enum policy_count count, uint64_t services)
{
	const struct package *package = context->package;
	int windows[WATCH_DETECTORS_MAX];
	uint64_t counted = 0;

	watch->last_signal_ms = context->now_ms;
	for (uint32_t d = 0; d < package->detector_count; d++) {
		const struct detector *detector = &package->detectors[d];
		windows[d] = -1;
		if (detector->signal != signal || detector->count != count || !(detector->service & services))
			continue;
		int i = watch_window(watch, d, detector->id);
		if (i < 0)
			i = assign_window(watch, d, context);
		settle(watch, i, detector, context);
		window_count(&watch->windows[i], detector, watch_told(watch, i), context->now_ms);
		counted |= UINT64_C(1) << i;
		windows[d] = i;
	}
	// Noted before a breach is told, which the session's other end belongs to.
	if (counted != 0 && context->to != NULL)
		destinations_note(watch, context->to, counted, context->now_ms);
	for (uint32_t d = 0; d < package->detector_count; d++)
		if (windows[d] >= 0)
			settle(watch, windows[d], &package->detectors[d], context);
}

unsigned
watch_release(struct watch *watch, const struct subscriber *subscriber, uint32_t detector, enum event_reason reason,
	      uint64_t now_ms, struct watch_reports *reports)
{
	unsigned released = 0;

	for (uint64_t left = watch->breached; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);
		struct window *window = &watch->windows[i];
		if (!window_breach_lasts(window, now_ms) || (detector != 0 && window->detector != detector))
			continue;
		// Told first: who is killed in between leaves a breach that goes on, and is told again.
		watch_tell_ended(watch, i, subscriber, reason, now_ms, reports);
		atomic_thread_fence(memory_order_release);
		window_end(window);
		released++;
	}
	return released;
}

bool
watch_restore(struct watch *watch, const struct watch_context *context, const struct window *breach)
{
	const struct detector *detector = package_detector(context->package, breach->detector);

	if (detector == NULL || !window_breach_lasts(breach, context->now_ms))
		return false;
	uint32_t d = (uint32_t)(detector - context->package->detectors);
	int i = watch_window(watch, d, detector->id);
	if (i < 0)
		i = assign_window(watch, d, context);
	settle(watch, i, detector, context);
	if (watch_told(watch, i))
		return false;
	window_resume(&watch->windows[i], breach);
	// As where a breach is told: the window says when it began before the watch says that there is one.
	atomic_thread_fence(memory_order_release);
	watch->breached |= UINT64_C(1) << i;
	counter_add(&context->reports->counters->breaches, 1);
	return true;
}

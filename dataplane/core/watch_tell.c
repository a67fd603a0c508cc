// SPDX-License-Identifier: Apache-2.0
// Telling of breaches: see watch_tell.h.

#include "watch_tell.h"

#include "destinations.h"

static struct event
event_of(const struct watch *watch, int i, const struct subscriber *subscriber, uint64_t now_ms,
	 const struct watch_reports *reports)
{
	const struct window *window = &watch->windows[i];
	struct event event = {
		.time_ms = now_ms,
		.period_started_ms = window->started_ms,
		.address = subscriber->address,
		.period_ms = window->period_ms,
		.hold_ms = window->hold_ms,
		.detector = window->detector,
		.counted = window->counted,
		.refused = window->refused,
		.tags = subscriber->tags,
		.generation = reports->generation,
		.prefix_length = subscriber->prefix_length,
	};

	event.destination_count = destinations_of(watch, i, now_ms, event.destinations);
	return event;
}

void
watch_tell_started(struct watch *watch, int i, const struct subscriber *subscriber, uint64_t now_ms,
		   struct watch_reports *reports)
{
	struct event event = event_of(watch, i, subscriber, now_ms, reports);

	event.kind = EVENT_BREACH_STARTED;
	// The window says when its breach began before the watch says that there is one.
	atomic_thread_fence(memory_order_release);
	watch->breached |= UINT64_C(1) << i;
	counter_add(&reports->counters->breaches, 1);
	event_ring_put(reports->ring, &event);
}

void
watch_tell_ended(struct watch *watch, int i, const struct subscriber *subscriber, enum event_reason reason,
		 uint64_t now_ms, struct watch_reports *reports)
{
	struct event event = event_of(watch, i, subscriber, now_ms, reports);

	event.kind = EVENT_BREACH_ENDED;
	event.reason = (uint8_t)reason;
	watch->breached &= ~(UINT64_C(1) << i);
	counter_add(&reports->counters->breaches_ended, 1);
	event_ring_put(reports->ring, &event);
}

// SPDX-License-Identifier: Apache-2.0
// Watches: see watch.h for life cycle and synchronisation.

#include "watch.h"

#include "window.h"

#include <rte_pause.h>

#include <string.h>

static void
lock(struct watch *watch)
{
	uint32_t seen = atomic_load_explicit(&watch->lock, memory_order_relaxed);

	while ((seen & 1) || !atomic_compare_exchange_weak_explicit(&watch->lock, &seen, seen + 1, memory_order_acquire,
								    memory_order_relaxed)) {
		rte_pause();
		seen = atomic_load_explicit(&watch->lock, memory_order_relaxed);
	}
	// Readers that see a field stored below must also see the odd number.
	atomic_thread_fence(memory_order_release);
}

void
watch_unlock(struct watch *watch)
{
	uint32_t held = atomic_load_explicit(&watch->lock, memory_order_relaxed);

	atomic_store_explicit(&watch->lock, held + 1, memory_order_release);
}

void
watch_pool_init(struct watch_pool *pool, struct watch *records, uint32_t capacity, uint32_t worker, uint32_t workers,
		void *memory)
{
	*pool = (struct watch_pool){
		.records = records,
		.capacity = capacity,
		.worker = worker,
		.workers = workers,
		.sweep = worker,
		.free = memory,
	};
	for (uint32_t slot = worker; slot < capacity; slot += workers) {
		if (atomic_load_explicit(&records[slot].state, memory_order_acquire) == RECORD_USED)
			pool->used++;
		else
			pool->free[pool->free_count++] = slot;
	}
}

struct watch *
watch_lock(struct watch_pool *pool, struct record_handle handle)
{
	if (handle.slot >= pool->capacity)
		return NULL;

	struct watch *watch = &pool->records[handle.slot];
	lock(watch);
	if (watch->generation == handle.generation &&
	    atomic_load_explicit(&watch->state, memory_order_relaxed) == RECORD_USED)
		return watch;
	watch_unlock(watch);
	return NULL;
}

// Returns a locked watch to the pool. In this order: a free watch whose handles are not stale could be taken for somebody else's.
static void
give_back(struct watch_pool *pool, struct watch *watch)
{
	watch->generation++;
	atomic_store_explicit(&watch->state, RECORD_FREE, memory_order_release);
	pool->free[pool->free_count++] = (uint32_t)(watch - pool->records);
	pool->used--;
}

uint64_t
watch_worth(const struct watch *watch, uint64_t now_ms)
{
	uint64_t counted = 0;

	if (watch->breached != 0)
		return UINT64_MAX;
	for (int i = 0; i < WATCH_DETECTORS; i++)
		if (window_open(&watch->windows[i], now_ms))
			counted += watch->windows[i].counted;
	return counted;
}

// Makes room when the share is used up. Who fills the pool to hide in it fills it with watches that counted little; those of his
// victims, who came before him, may lie side by side, so the looks are spread over the share.
static void
make_room(struct watch_pool *pool, uint64_t now_ms)
{
	uint32_t share = (pool->capacity - pool->worker + pool->workers - 1) / pool->workers;
	struct watch *chosen = NULL;
	uint64_t least = UINT64_MAX;

	for (uint64_t look = 0; look < WATCH_ROOM_LOOKS; look++) {
		uint32_t place = (uint32_t)((pool->room + look * share / WATCH_ROOM_LOOKS) % share);
		struct watch *watch = &pool->records[pool->worker + place * pool->workers];
		lock(watch);
		uint64_t this = watch_worth(watch, now_ms);
		watch_unlock(watch);
		if (this < least) {
			least = this;
			chosen = watch;
		}
	}
	pool->room = (pool->room + 1) % share;
	if (chosen == NULL)
		return;
	lock(chosen);
	if (watch_worth(chosen, now_ms) != UINT64_MAX)
		give_back(pool, chosen);
	watch_unlock(chosen);
}

struct watch *
watch_take(struct watch_pool *pool, struct subscriber *subscriber, uint32_t slot, uint64_t now_ms)
{
	if (pool->free_count == 0 && pool->worker < pool->capacity)
		make_room(pool, now_ms);
	if (pool->free_count == 0)
		return NULL;

	uint32_t taken = pool->free[--pool->free_count];
	struct watch *watch = &pool->records[taken];
	lock(watch);
	watch->breached = 0;
	watch->subscriber = (struct record_handle){.slot = slot, .generation = subscriber->generation};
	watch->last_signal_ms = 0;
	memset(watch->windows, 0, sizeof(watch->windows));
	atomic_store_explicit(&watch->state, RECORD_USED, memory_order_release);
	subscriber->watch = (struct record_handle){.slot = taken, .generation = watch->generation};
	pool->used++;
	return watch;
}

static void
tell(struct watch *watch, int i, const struct subscriber *subscriber, enum event_kind kind, uint64_t now_ms,
     struct watch_reports *reports)
{
	const struct window *window = &watch->windows[i];
	const struct event event = {
		.time_ms = now_ms,
		.period_started_ms = window->started_ms,
		.address = subscriber->address,
		.period_ms = window->period_ms,
		.detector = window->detector,
		.counted = window->counted,
		.refused = window->refused,
		.tags = subscriber->tags,
		.kind = (uint16_t)kind,
		.prefix_length = subscriber->prefix_length,
	};

	if (kind == EVENT_BREACH_STARTED) {
		watch->breached |= 1u << i;
		counter_add(&reports->counters->breaches, 1);
	} else {
		watch->breached &= ~(1u << i);
		counter_add(&reports->counters->breaches_ended, 1);
	}
	event_ring_put(reports->ring, &event);
}

// Brings what was told into line with the window. The two part when a period ends, when a threshold is changed, and when a
// worker is killed between a count and its event.
static void
settle(struct watch *watch, int i, const struct detector *detector, const struct watch_context *context)
{
	bool breached = window_breached(&watch->windows[i], detector, context->now_ms);

	if (breached != watch_told(watch, i))
		tell(watch, i, context->subscriber, breached ? EVENT_BREACH_STARTED : EVENT_BREACH_ENDED,
		     context->now_ms, context->reports);
}

static bool
in_package(const struct package *package, uint32_t detector)
{
	for (uint32_t d = 0; d < package->detector_count; d++)
		if (package->detectors[d].id == detector)
			return true;
	return false;
}

// A window for a detector that has none yet: an unused one, or that of a detector which is in the package no more. There
// always is one: a package has no more detectors than a watch has windows.
static int
assign_window(struct watch *watch, uint32_t detector, const struct watch_context *context)
{
	int i = 0;

	while (watch->windows[i].detector != 0 && in_package(context->package, watch->windows[i].detector))
		i++;
	if (watch_told(watch, i))
		tell(watch, i, context->subscriber, EVENT_BREACH_ENDED, context->now_ms, context->reports);
	window_assign(&watch->windows[i], detector);
	return i;
}

bool
watch_refuses(struct watch *watch, const struct watch_context *context, uint64_t services, bool attempt)
{
	bool refused = false;

	for (uint32_t d = 0; d < context->package->detector_count; d++) {
		const struct detector *detector = &context->package->detectors[d];
		if (!(detector->actions & ACTION_BLOCK) || !(detector->service & services))
			continue;
		int i = watch_window(watch, detector->id);
		if (i == WATCH_DETECTORS)
			continue;
		settle(watch, i, detector, context);
		if (!watch_told(watch, i))
			continue;
		if (attempt)
			window_refuse(&watch->windows[i]);
		refused = true;
	}
	return refused;
}

void
watch_count(struct watch *watch, const struct watch_context *context, enum policy_signal signal, uint64_t services)
{
	watch->last_signal_ms = context->now_ms;
	for (uint32_t d = 0; d < context->package->detector_count; d++) {
		const struct detector *detector = &context->package->detectors[d];
		if (detector->signal != signal || !(detector->service & services))
			continue;
		int i = watch_window(watch, detector->id);
		if (i == WATCH_DETECTORS)
			i = assign_window(watch, detector->id, context);
		settle(watch, i, detector, context);
		window_count(&watch->windows[i], detector, context->now_ms);
		settle(watch, i, detector, context);
	}
}

unsigned
watch_release(struct watch *watch, const struct subscriber *subscriber, uint32_t detector, uint64_t now_ms,
	      struct watch_reports *reports)
{
	unsigned released = 0;

	for (int i = 0; i < WATCH_DETECTORS; i++) {
		struct window *window = &watch->windows[i];
		if (!watch_told(watch, i) || !window_open(window, now_ms) ||
		    (detector != 0 && window->detector != detector))
			continue;
		// Told first: who is killed in between leaves a breach that goes on, and is told again.
		tell(watch, i, subscriber, EVENT_BREACH_ENDED, now_ms, reports);
		atomic_thread_fence(memory_order_release);
		window_end(window);
		released++;
	}
	return released;
}

static bool
idle(const struct watch *watch, uint64_t now_ms)
{
	for (int i = 0; i < WATCH_DETECTORS; i++)
		if (window_open(&watch->windows[i], now_ms))
			return false;
	return true;
}

static void
sweep_one(struct watch_pool *pool, uint32_t slot, const struct subscriber *subscribers, uint64_t now_ms,
	  struct watch_reports *reports)
{
	struct watch *watch = &pool->records[slot];

	lock(watch);
	for (int i = 0; i < WATCH_DETECTORS; i++)
		if (watch_told(watch, i) && !window_open(&watch->windows[i], now_ms))
			tell(watch, i, &subscribers[watch->subscriber.slot], EVENT_BREACH_ENDED, now_ms, reports);
	if (idle(watch, now_ms))
		give_back(pool, watch);
	watch_unlock(watch);
}

void
watch_sweep(struct watch_pool *pool, const struct subscriber *subscribers, uint32_t count, uint64_t now_ms,
	    struct watch_reports *reports)
{
	if (pool->worker >= pool->capacity)
		return;
	for (; count > 0; count--) {
		if (atomic_load_explicit(&pool->records[pool->sweep].state, memory_order_relaxed) == RECORD_USED)
			sweep_one(pool, pool->sweep, subscribers, now_ms, reports);
		pool->sweep += pool->workers;
		if (pool->sweep >= pool->capacity)
			pool->sweep = pool->worker;
	}
}

// SPDX-License-Identifier: Apache-2.0
// Windows: see window.h. A worker may be killed between any two stores: what is older than a period is cleared before the time
// that starts the period is stored, and a chunk's time and count are one store.

#include "window.h"

#include <stdatomic.h>
#include <string.h>

static bool
within(uint64_t since_ms, uint64_t span_ms, uint64_t now_ms)
{
	return now_ms < since_ms || now_ms - since_ms < span_ms;
}

bool
window_breach_lasts(const struct window *window, uint64_t now_ms)
{
	return window->started_ms != 0 &&
	       within(window->started_ms, (uint64_t)window->period_ms + window->hold_ms, now_ms);
}

static bool
period_open(const struct window *window, uint64_t now_ms)
{
	uint64_t since = window->kind == WINDOW_SLIDING ? window->latest_ms : window->started_ms;

	return window->started_ms != 0 && within(since, window->period_ms, now_ms);
}

bool
window_open(const struct window *window, bool declared, uint64_t now_ms)
{
	return period_open(window, now_ms) || (declared && window_breach_lasts(window, now_ms));
}

// Below zero: a moment ahead.
static int32_t
chunk_age(const struct chunk *chunk, uint64_t now_ms)
{
	return (int32_t)((uint32_t)now_ms - chunk->latest_ms);
}

static bool
chunk_counts(const struct window *window, const struct chunk *chunk, uint64_t now_ms)
{
	int32_t age = chunk_age(chunk, now_ms);

	return chunk->counted != 0 && (age < 0 || (uint32_t)age < window->period_ms);
}

static void
chunk_store(struct chunk *chunk, uint64_t latest_ms, uint32_t counted)
{
	struct chunk value = {.latest_ms = (uint32_t)latest_ms, .counted = counted};

	__atomic_store(chunk, &value, __ATOMIC_RELEASE);
}

// What the chunks of the last T hold.
static uint32_t
in_chunks(const struct window *window, uint64_t now_ms)
{
	uint64_t sum = 0;

	if (!period_open(window, now_ms))
		return 0;
	for (int c = 0; c < WINDOW_CHUNKS; c++)
		if (chunk_counts(window, &window->chunks[c], now_ms))
			sum += window->chunks[c].counted;
	return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

uint32_t
window_counted(const struct window *window, bool declared, uint64_t now_ms)
{
	return window->kind == WINDOW_SLIDING && !declared ? in_chunks(window, now_ms) : window->counted;
}

bool
window_breached(const struct window *window, const struct detector *detector, bool declared, uint64_t now_ms)
{
	bool lasts = declared ? window_breach_lasts(window, now_ms) : period_open(window, now_ms);

	return lasts && window_counted(window, declared, now_ms) >= detector->threshold;
}

void
window_assign(struct window *window, const struct detector *detector)
{
	window->started_ms = 0;
	window->latest_ms = 0;
	window->period_ms = 0;
	window->hold_ms = 0;
	window->detector = detector->id;
	window->kind = detector->window;
	window->counted = 0;
	window->refused = 0;
}

static void
begin(struct window *window, const struct detector *detector, uint64_t now_ms)
{
	window->counted = 0;
	window->refused = 0;
	if (window->kind == WINDOW_SLIDING)
		memset(window->chunks, 0, sizeof(window->chunks));
	window->period_ms = detector->period_ms;
	window->latest_ms = now_ms;
	atomic_thread_fence(memory_order_release);
	window->started_ms = now_ms;
}

static struct chunk *
oldest_chunk(struct window *window, const struct chunk *except, uint64_t now_ms)
{
	struct chunk *oldest = NULL;

	for (int c = 0; c < WINDOW_CHUNKS; c++) {
		struct chunk *chunk = &window->chunks[c];
		if (chunk != except && (oldest == NULL || chunk_age(chunk, now_ms) > chunk_age(oldest, now_ms)))
			oldest = chunk;
	}
	return oldest;
}

// A chunk to begin: one that counts no more, else the oldest one. What it holds is forgotten if the others hold N, else the next
// oldest takes it over.
static struct chunk *
spare_chunk(struct window *window, const struct detector *detector, uint64_t now_ms)
{
	for (struct chunk *chunk = window->chunks; chunk < window->chunks + WINDOW_CHUNKS; chunk++)
		if (!chunk_counts(window, chunk, now_ms))
			return chunk;

	struct chunk *oldest = oldest_chunk(window, NULL, now_ms);
	struct chunk *next = oldest_chunk(window, oldest, now_ms);
	if (in_chunks(window, now_ms) - oldest->counted < detector->threshold)
		chunk_store(next, next->latest_ms, next->counted + oldest->counted);
	return oldest;
}

// The chunk that the last signal went into, if there is room in it.
static struct chunk *
filling_chunk(struct window *window, uint32_t size)
{
	for (struct chunk *chunk = window->chunks; chunk < window->chunks + WINDOW_CHUNKS; chunk++)
		if (chunk->counted != 0 && chunk->counted < size && chunk->latest_ms == (uint32_t)window->latest_ms)
			return chunk;
	return NULL;
}

static void
count_in_chunk(struct window *window, const struct detector *detector, uint64_t now_ms)
{
	struct chunk *chunk = filling_chunk(window, (detector->threshold - 1) / (WINDOW_CHUNKS - 1) + 1);

	if (chunk != NULL)
		chunk_store(chunk, now_ms, chunk->counted + 1);
	else
		chunk_store(spare_chunk(window, detector, now_ms), now_ms, 1);
}

// Ages are told by 32 bits, and a window that is never empty may be older than that: chunks that count no more go in time.
static void
forget_chunks(struct window *window, uint64_t now_ms)
{
	for (struct chunk *chunk = window->chunks; chunk < window->chunks + WINDOW_CHUNKS; chunk++)
		if (!chunk_counts(window, chunk, now_ms))
			chunk->counted = 0;
}

void
window_count(struct window *window, const struct detector *detector, bool declared, uint64_t now_ms)
{
	if (!window_open(window, declared, now_ms))
		begin(window, detector, now_ms);
	if (now_ms < window->latest_ms)
		now_ms = window->latest_ms;
	if (window->kind == WINDOW_SLIDING) {
		forget_chunks(window, now_ms);
		count_in_chunk(window, detector, now_ms);
	}
	window->latest_ms = now_ms;
	if (window->kind == WINDOW_SLIDING && !declared)
		window->counted = in_chunks(window, now_ms);
	else if (window->counted < UINT32_MAX)
		window->counted++;
}

void
window_declare(struct window *window, const struct detector *detector, uint64_t now_ms)
{
	window->hold_ms = detector->hold_ms;
	if (window->kind != WINDOW_SLIDING)
		return;
	window->counted = window_counted(window, false, now_ms);
	window->refused = 0;
	window->period_ms = detector->period_ms;
	atomic_thread_fence(memory_order_release);
	window->started_ms = now_ms;
}

void
window_end(struct window *window)
{
	window->started_ms = 0;
}

void
window_resume(struct window *window, const struct window *breach)
{
	window_end(window);
	atomic_thread_fence(memory_order_release);
	memset(window->chunks, 0, sizeof(window->chunks));
	window->latest_ms = breach->started_ms;
	window->period_ms = breach->period_ms;
	window->hold_ms = breach->hold_ms;
	window->counted = breach->counted;
	window->refused = breach->refused;
	atomic_thread_fence(memory_order_release);
	window->started_ms = breach->started_ms;
}

void
window_refuse(struct window *window)
{
	if (window->refused < UINT32_MAX)
		window->refused++;
}

uint64_t
window_since(const struct window *window, uint64_t now_ms)
{
	uint64_t since = window->started_ms < now_ms ? window->started_ms : now_ms;

	if (window->kind == WINDOW_SLIDING)
		since -= window->period_ms < since ? window->period_ms : since;
	return since;
}

bool
window_possible(const struct window *window, uint64_t now_ms)
{
	if (window->started_ms > now_ms || window->latest_ms > now_ms ||
	    (window->kind != WINDOW_FIXED && window->kind != WINDOW_SLIDING) || window->detector == 0)
		return false;
	// Those of a window in which nothing counts may be older than 32 bits tell.
	for (int c = 0; c < WINDOW_CHUNKS && window->kind == WINDOW_SLIDING && period_open(window, now_ms); c++)
		if (window->chunks[c].counted != 0 && chunk_age(&window->chunks[c], now_ms) < 0)
			return false;
	return true;
}

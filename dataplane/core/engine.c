// SPDX-License-Identifier: Apache-2.0
// The engine: see engine.h. Nothing here runs while packets do.

#include "engine.h"

static size_t
rounded(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

static uint32_t
sessions_per_worker(const struct engine_size *size)
{
	return (size->sessions + size->workers - 1) / size->workers;
}

size_t
engine_memory_size(const struct engine_size *size)
{
	return size->workers *
	       (rounded(session_table_size(sessions_per_worker(size))) +
		rounded(subscriber_table_size(size->subscribers)) +
		rounded(watch_pool_size(size->watches, size->workers)) + rounded(fragment_table_size()));
}

// Every record goes to the worker that owns its address; a free one to each worker in turn.
static void
adopt_subscribers(struct engine *engine, struct subscriber *records, uint64_t now_ms, struct engine_adoption *adoption)
{
	for (uint32_t i = engine->size.subscribers; i-- > 0;) {
		uint32_t state = atomic_load_explicit(&records[i].state, memory_order_acquire);

		if (state != RECORD_FREE) {
			unsigned owner = pipeline_owner(&engine->secret, &records[i].address, engine->size.workers);
			if (subscriber_table_adopt(&engine->pipelines[owner].subscribers, i, now_ms)) {
				adoption->subscribers++;
				continue;
			}
			adoption->dropped++;
		}
		subscriber_table_give(&engine->pipelines[i % engine->size.workers].subscribers, i);
	}
}

static void
adopt_watches(const struct engine *engine, const struct engine_records *records, uint64_t now_ms,
	      struct engine_adoption *adoption)
{
	const struct watch_adoption believed = {
		.subscribers = records->subscribers,
		.subscriber_capacity = engine->size.subscribers,
		.detectors = engine->size.detectors,
		.now_ms = now_ms,
	};

	for (uint32_t i = 0; i < engine->size.watches; i++) {
		struct watch *watch = watch_at(records->watches, engine->size.detectors, i);
		bool unused = atomic_load_explicit(&watch->state, memory_order_acquire) == RECORD_FREE ||
			      watch_left_behind(watch, records->subscribers, engine->size.subscribers);

		if (watch_adopt(watch, i, &believed)) {
			adoption->watches++;
			adoption->breached += watch->breached != 0;
		} else if (!unused) {
			adoption->dropped++;
		}
	}
}

static bool
serves(const struct watch *watch, uint32_t subscriber)
{
	return atomic_load_explicit(&watch->state, memory_order_relaxed) == RECORD_USED &&
	       watch->subscriber.slot == subscriber;
}

// A subscriber whose watch was dropped, or is bound to another, begins without one.
static void
clear_stale_handles(const struct engine *engine, const struct engine_records *records)
{
	for (uint32_t i = 0; i < engine->size.subscribers; i++) {
		struct record_handle *handle = &records->subscribers[i].watch;

		if (handle->slot < engine->size.watches &&
		    !serves(watch_at(records->watches, engine->size.detectors, handle->slot), i))
			handle->slot = RECORD_NONE;
	}
}

struct engine_adoption
engine_init(struct engine *engine, const struct engine_size *size, const struct engine_records *records,
	    const struct hash_secret *secret, void *memory, uint64_t now_ms)
{
	struct engine_adoption adoption = {0};
	uint8_t *at = memory;

	engine->size = *size;
	engine->secret = *secret;
	for (uint32_t w = 0; w < size->workers; w++) {
		struct pipeline *pipeline = &engine->pipelines[w];

		*pipeline = (struct pipeline){
			.secret = &engine->secret,
			.counters = &records->counters[w].engine,
			.reports = {.ring = records->rings[w],
				    .counters = &records->counters[w].engine,
				    .secret = &engine->secret},
			.swept_ms = now_ms,
		};
		session_table_init(&pipeline->sessions, at, sessions_per_worker(size));
		at += rounded(session_table_size(sessions_per_worker(size)));
		subscriber_table_init(&pipeline->subscribers, at, records->subscribers, size->subscribers,
				      &engine->secret);
		at += rounded(subscriber_table_size(size->subscribers));
		fragment_table_init(&pipeline->fragments, at, &engine->secret);
		at += rounded(fragment_table_size());
	}
	adopt_subscribers(engine, records->subscribers, now_ms, &adoption);
	adopt_watches(engine, records, now_ms, &adoption);
	clear_stale_handles(engine, records);
	for (uint32_t w = 0; w < size->workers; w++) {
		struct watch_pool *pool = &engine->pipelines[w].watches;

		*pool = (struct watch_pool){
			.records = records->watches,
			.detectors = size->detectors,
			.capacity = size->watches,
			.worker = w,
			.workers = size->workers,
			.free = (void *)at,
		};
		watch_pool_init(pool);
		at += rounded(watch_pool_size(size->watches, size->workers));
	}
	return adoption;
}

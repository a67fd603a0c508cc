// SPDX-License-Identifier: Apache-2.0
// The engine: see engine.h. Nothing here runs while packets do.

#include "engine.h"

#include "subscriber_adoption.h"

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
	subscriber_adoption(engine, records->subscribers, now_ms, &adoption);
	adopt_watches(engine, records, now_ms, &adoption);
	subscriber_adoption_unbind(engine, records);
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

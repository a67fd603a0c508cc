// SPDX-License-Identifier: Apache-2.0
// The engine on plain memory: see offline_engine.h.

#include "offline_engine.h"

#include "offline_parts.h"
#include "plain_copy.h"
#include "subscriber_order.h"

#include <string.h>
#include <sys/mman.h>

static const char no_memory[] = "there is no memory for it";

// Zeros, on a cache line. What is never written takes no memory.
static void *
zeroed(size_t size)
{
	size_t whole = size + 64;
	size_t *memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	*memory = whole;
	return (uint8_t *)memory + 64;
}

static void
zeroed_free(void *memory)
{
	if (memory == NULL)
		return;
	size_t *whole = (void *)((uint8_t *)memory - 64);
	munmap(whole, *whole);
}

// Always the same, and as even as a random one (splitmix64, Steele et al. 2014).
static struct hash_secret
fixed_secret(void)
{
	struct hash_secret secret = {0};
	uint64_t state = 0;

	for (size_t at = 0; at < sizeof(secret.bytes); at += sizeof(state)) {
		uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		z ^= z >> 31;
		memcpy(&secret.bytes[at], &z, sizeof(z));
	}
	return secret;
}

// Room for every watch's ends in one sweep and what a packet adds, up to OFFLINE_EVENTS_MAX.
static uint32_t
ring_capacity(const struct offline_size *size)
{
	uint32_t capacity = 64;

	while (capacity < OFFLINE_EVENTS_MAX && capacity < (size->watches + 1) * 2 * size->detectors)
		capacity *= 2;
	return capacity;
}

struct offline_engine *
offline_engine_new(const struct offline_size *size)
{
	const struct engine_size engine_size = {
		.workers = 1,
		.sessions = size->sessions,
		.subscribers = size->subscribers,
		.watches = size->watches,
		.detectors = size->detectors,
	};
	const struct hash_secret secret = fixed_secret();
	struct offline_engine *engine = zeroed(sizeof(*engine));

	if (engine == NULL)
		return NULL;
	engine->place = 1;
	engine->memory = zeroed(engine_memory_size(&engine_size));
	engine->subscribers = zeroed(size->subscribers * sizeof(struct subscriber));
	engine->watches = zeroed(size->watches * watch_stride(size->detectors));
	engine->ring = zeroed(event_ring_size(ring_capacity(size)));
	if (engine->memory == NULL || engine->subscribers == NULL || engine->watches == NULL || engine->ring == NULL) {
		offline_engine_free(engine);
		return NULL;
	}
	const struct engine_records records = {
		.subscribers = engine->subscribers,
		.watches = engine->watches,
		.counters = &engine->counters,
		.rings = {engine->ring},
	};
	event_ring_init(engine->ring, ring_capacity(size));
	engine_init(&engine->engine, &engine_size, &records, &secret, engine->memory, 0);
	return engine;
}

void
offline_engine_free(struct offline_engine *engine)
{
	zeroed_free(engine->memory);
	zeroed_free(engine->subscribers);
	zeroed_free(engine->watches);
	zeroed_free(engine->ring);
	zeroed_free(engine->policy);
	zeroed_free(engine);
}

const char *
offline_engine_apply(struct offline_engine *engine, const uint8_t *blob, size_t length)
{
	// The blob's numbers are read in place: it must be aligned, and nobody may change it meanwhile.
	void *copy = zeroed(length);
	void *memory = NULL;
	const char *wrong = no_memory;

	if (copy != NULL) {
		memcpy(copy, blob, length);
		wrong = policy_check(copy, length, engine->engine.size.detectors);
	}
	if (wrong == NULL) {
		memory = zeroed(policy_size(copy));
		wrong = memory == NULL ? no_memory : NULL;
	}
	if (wrong == NULL) {
		uint32_t generation = engine->policy == NULL ? 1 : engine->policy->generation + 1;
		zeroed_free(engine->policy);
		engine->policy = policy_compile(copy, memory, generation);
	}
	zeroed_free(copy);
	return wrong;
}

_Static_assert(sizeof(struct subscriber_change) == OFFLINE_CHANGE_BYTES, "what the caller counts in");

const char *
offline_engine_change(struct offline_engine *engine, uint32_t epoch, const uint8_t *changes, uint32_t count,
		      uint32_t *refused)
{
	// A copy: see offline_engine_apply.
	struct subscriber_change *copy = zeroed(count * sizeof(*copy));
	struct subscriber_change_state *states = zeroed(count * sizeof(*states));
	const char *wrong = copy == NULL || states == NULL ? no_memory : NULL;

	if (wrong == NULL) {
		memcpy(copy, changes, count * sizeof(*copy));
		wrong = subscriber_change_check(copy, count);
	}
	if (wrong == NULL) {
		struct subscriber_order order = {
			.changes = copy, .count = count, .epoch = epoch, .workers = 1, .states = states};
		subscriber_order_execute(&order, &engine->engine, engine->now_ms);
		*refused = subscriber_order_refused(&order);
	}
	zeroed_free(copy);
	zeroed_free(states);
	return wrong;
}

void
offline_engine_sweep(struct offline_engine *engine, uint32_t epoch)
{
	struct subscriber_order order = {.epoch = epoch, .workers = 1};

	subscriber_order_execute(&order, &engine->engine, engine->now_ms);
}

void
offline_engine_advance(struct offline_engine *engine, uint64_t now_ms)
{
	struct pipeline *pipeline = &engine->engine.pipelines[0];

	turn_clock(engine, now_ms);
	// Nobody waits here, and what is over at this time must be told now, also after a pause.
	do
		pipeline_sweep(pipeline, engine->policy, engine->now_ms);
	while (pipeline->sweep_due_ms > 0);
}

bool
offline_engine_event(struct offline_engine *engine, struct plain_event *event)
{
	uint64_t lost = 0;
	struct event copy;

	return event_ring_get(engine->ring, engine->ring->ring.capacity, &engine->place, &lost, &copy) &&
	       plain_event_of(&copy, event);
}

struct numbers
offline_engine_counters(const struct offline_engine *engine)
{
	struct numbers numbers = {0};

	numbers_add_engine(&numbers, &engine->counters.engine);
	return numbers;
}

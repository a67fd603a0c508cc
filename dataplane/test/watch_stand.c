// SPDX-License-Identifier: Apache-2.0
// The watch's test stand: see watch_stand.h.

#include "watch_stand.h"

#include "policy_parts.h"
#include "test.h"

void
watch_stand_start(struct watch_stand *stand)
{
	*stand = (struct watch_stand){.place = 1, .now_ms = 10000};
	stand->watches = exact_memory(STAND_WATCHES * watch_stride(STAND_DETECTORS));
	stand->ring = exact_memory(event_ring_size(STAND_EVENTS));
	event_ring_init(stand->ring, STAND_EVENTS);
	stand->reports =
		(struct watch_reports){.ring = stand->ring, .counters = &stand->counters, .secret = &stand->secret};
	for (uint8_t i = 0; i < STAND_SUBSCRIBERS; i++) {
		struct subscriber *subscriber = &stand->subscribers[i];
		subscriber->address = address_of("10.0.0.0");
		subscriber->address.bytes[15] = i;
		subscriber->prefix_length = 128;
		subscriber->tags = i;
		subscriber->generation = 100u + i;
		subscriber_unbind(subscriber);
		atomic_store(&subscriber->state, RECORD_USED);
	}
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.packages = LIST(blob_package, {.detectors = 0}),
	};
	stand->policy = policy_of(&parts, 1);
	stand->policy->groups[0].package = &stand->package;
	watch_stand_share(stand, 0, 1);
}

void
watch_stand_stop(struct watch_stand *stand)
{
	free(stand->watches);
	free(stand->ring);
	free(stand->pool_memory);
	free(stand->policy);
}

void
watch_stand_share(struct watch_stand *stand, uint32_t worker, uint32_t workers)
{
	free(stand->pool_memory);
	stand->pool_memory = exact_memory(watch_pool_size(STAND_WATCHES, workers));
	stand->pool = (struct watch_pool){
		.records = stand->watches,
		.detectors = STAND_DETECTORS,
		.capacity = STAND_WATCHES,
		.worker = worker,
		.workers = workers,
		.free = stand->pool_memory,
	};
	watch_pool_init(&stand->pool);
}

void
watch_stand_package(struct watch_stand *stand, const struct package *package)
{
	stand->package = *package;
	memcpy(stand->detectors, package->detectors, package->detector_count * sizeof(*package->detectors));
	stand->package.detectors = stand->detectors;
}

struct watch *
watch_stand_at(const struct watch_stand *stand, uint32_t slot)
{
	return watch_at(stand->watches, STAND_DETECTORS, slot);
}

enum outcome
watch_stand_session(struct watch_stand *stand, uint32_t slot, uint64_t services)
{
	struct subscriber *subscriber = &stand->subscribers[slot];
	const struct watch_context context = {
		.package = &stand->package,
		.subscriber = subscriber,
		.now_ms = stand->now_ms,
		.reports = &stand->reports,
		.detectors = STAND_DETECTORS,
	};
	struct watch *watch = watch_lock(&stand->pool, subscriber_handle(subscriber));

	if (watch == NULL)
		watch = watch_take(&stand->pool, subscriber, slot, subscriber_handle(subscriber), stand->now_ms);
	if (watch == NULL)
		return UNWATCHED;
	assert_int_equal(atomic_load(&watch->lock) & 1, 1);
	bool refused = watch_refuses(watch, &context, services, true) != 0;
	if (!refused)
		watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, services);
	watch_unlock(watch);
	assert_int_equal(atomic_load(&watch->lock) & 1, 0);
	return refused ? REFUSED : PASSED;
}

void
watch_stand_sweep(struct watch_stand *stand)
{
	watch_sweep(&stand->pool, stand->subscribers, stand->policy, STAND_WATCHES, stand->now_ms, &stand->reports);
}

void
watch_stand_event(struct watch_stand *stand, enum event_kind kind, uint32_t detector, uint32_t counted)
{
	struct event event;

	assert_true(event_ring_get(stand->ring, STAND_EVENTS, &stand->place, &stand->lost, &event));
	assert_int_equal(stand->lost, 0);
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.detector, detector);
	assert_int_equal(event.counted, counted);
	assert_int_equal(event.time_ms, stand->now_ms);
}

void
watch_stand_no_event(struct watch_stand *stand)
{
	assert_false(event_ring_get(stand->ring, STAND_EVENTS, &stand->place, &stand->lost, &(struct event){0}));
}

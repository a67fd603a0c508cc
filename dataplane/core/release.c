// SPDX-License-Identifier: Apache-2.0
// A subscriber's release: see release.h.

#include "release.h"

unsigned
release_subscriber(struct pipeline *pipeline, const struct subscriber_key *key, uint32_t detector, uint64_t now_ms)
{
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, key);

	if (slot == RECORD_NONE)
		return 0;

	const struct subscriber *subscriber = &pipeline->subscribers.records[slot];
	struct watch *watch = watch_lock(&pipeline->watches, subscriber_handle(subscriber));
	if (watch == NULL)
		return 0;
	unsigned released = watch_release(watch, subscriber, detector, EVENT_RELEASED, now_ms, &pipeline->reports);
	watch_unlock(watch);
	return released;
}

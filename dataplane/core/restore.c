// SPDX-License-Identifier: Apache-2.0
// A breach goes on: see restore.h.

#include "restore.h"

#include "belonging.h"

// The slot of his record, a new one for who is anonymous; RECORD_NONE: there is none.
static uint32_t
find(struct pipeline *pipeline, const struct policy *policy, const struct subscriber_key *key, uint64_t now_ms)
{
	const struct group *group = policy_group(policy, &key->address);
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, key);
	bool full;

	if (address_is_name(&key->address))
		return slot;
	if (group == NULL || group_prefix_length(group, &key->address) != key->prefix_length)
		return RECORD_NONE;
	if (slot != RECORD_NONE)
		return slot;
	const struct subscriber_made made = {.kind = SUBSCRIBER_ANONYMOUS, .number = group->template_number};
	slot = subscriber_table_create(&pipeline->subscribers, key, &made, now_ms, belonging_worth, pipeline, &full);
	counter_add(&pipeline->counters->subscriber_table_full, full);
	counter_add(&pipeline->counters->subscribers_created, slot != RECORD_NONE);
	return slot;
}

bool
restore_breach(struct pipeline *pipeline, const struct policy *policy, const struct restored_breach *breach,
	       uint64_t now_ms)
{
	uint32_t slot = find(pipeline, policy, &breach->key, now_ms);

	if (slot == RECORD_NONE)
		return false;
	struct subscriber *subscriber = &pipeline->subscribers.records[slot];
	const struct watch_context context = {
		.package = terms_of_subscriber(policy, subscriber, now_ms).package,
		.subscriber = subscriber,
		.now_ms = now_ms,
		.reports = &pipeline->reports,
		.detectors = pipeline->watches.detectors,
	};
	struct watch *watch = context.package == NULL ? NULL : belonging_watch(pipeline, slot);
	if (watch == NULL)
		return false;
	const struct window window = {
		.started_ms = breach->started_ms,
		.latest_ms = breach->started_ms,
		.period_ms = breach->period_ms,
		.hold_ms = breach->hold_ms,
		.detector = breach->detector,
		.counted = breach->counted,
		.refused = breach->refused,
	};
	bool restored = watch_restore(watch, &context, &window);
	watch_unlock(watch);
	return restored;
}

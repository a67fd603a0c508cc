// SPDX-License-Identifier: Apache-2.0
// Belonging: see belonging.h.

#include "belonging.h"

static uint32_t
subscriber_of(struct pipeline *pipeline, const struct group *group, const struct packet *packet)
{
	if (group == NULL)
		return RECORD_NONE;

	uint8_t length = group_prefix_length(group, &packet->key.subscriber);
	const struct subscriber_key key =
		subscriber_key(&packet->key.subscriber, length, session_key_tags(&packet->key));
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, &key);
	// A scan from outside makes no subscribers.
	if (slot == RECORD_NONE && packet->side == SIDE_SUBSCRIBER) {
		bool full;
		slot = subscriber_table_create(&pipeline->subscribers, &key, group->template_number, pipeline->now_ms,
					       belonging_worth, pipeline, &full);
		counter_add(&pipeline->counters->subscriber_table_full, full);
		counter_add(&pipeline->counters->subscribers_created, slot != RECORD_NONE);
	}
	return slot;
}

struct belonging
belonging_of(struct pipeline *pipeline, const struct terms *terms, const struct packet *packet)
{
	uint32_t subscriber = subscriber_of(pipeline, terms->group, packet);

	return (struct belonging){
		.terms = *terms,
		.subscriber = subscriber,
		.unseen = terms->group != NULL && subscriber == RECORD_NONE && packet->side == SIDE_NETWORK,
	};
}

static bool
is_of(const struct session *session, const struct subscriber *subscriber)
{
	struct subscriber_key key =
		subscriber_key(&session->key.subscriber, subscriber->prefix_length, session_key_tags(&session->key));

	return atomic_load_explicit(&subscriber->state, memory_order_relaxed) == RECORD_USED &&
	       address_equal(&subscriber->address, &key.address) && subscriber->tags == key.tags;
}

bool
belonging_lasts(const struct pipeline *pipeline, const struct session *session)
{
	return session->subscriber != RECORD_NONE &&
	       is_of(session, &pipeline->subscribers.records[session->subscriber]);
}

void
belonging_answered(struct pipeline *pipeline, struct session *session)
{
	if (session->holds || !belonging_lasts(pipeline, session))
		return;
	pipeline->subscribers.records[session->subscriber].open_sessions++;
	session->holds = 1;
}

struct watch_context
belonging_context(struct pipeline *pipeline, const struct terms *terms, uint32_t subscriber)
{
	return (struct watch_context){
		.package = terms->package,
		.subscriber = &pipeline->subscribers.records[subscriber],
		.now_ms = pipeline->now_ms,
		.reports = &pipeline->reports,
		.detectors = pipeline->watches.detectors,
	};
}

struct watch *
belonging_watch(struct pipeline *pipeline, uint32_t slot)
{
	struct subscriber *subscriber = &pipeline->subscribers.records[slot];
	struct watch *watch = watch_lock(&pipeline->watches, subscriber->watch);

	if (watch != NULL)
		return watch;
	if (pipeline->watches.free_count == 0)
		counter_add(&pipeline->counters->watch_pool_full, 1);
	return watch_take(&pipeline->watches, subscriber, slot, pipeline->now_ms);
}

uint64_t
belonging_worth(void *context, const struct subscriber *subscriber, uint64_t now_ms)
{
	struct pipeline *pipeline = context;
	struct watch *watch = watch_lock(&pipeline->watches, subscriber->watch);

	if (watch == NULL)
		return 0;
	uint64_t worth = watch_worth(watch, now_ms);
	watch_unlock(watch);
	return worth;
}

void
belonging_settle(void *context, const struct session *session)
{
	struct pipeline *pipeline = context;

	if (session->bytes == 0 || !belonging_lasts(pipeline, session))
		return;
	struct watch *watch = belonging_watch(pipeline, session->subscriber);
	if (watch == NULL)
		return;
	struct terms terms = terms_of(pipeline->policy, &session->key, session->opener, pipeline->now_ms);
	const struct watch_context who = belonging_context(pipeline, &terms, session->subscriber);
	usage_bytes(watch, &who, terms.services, session->bytes);
	watch_unlock(watch);
}

void
belonging_end(void *context, const struct session *session)
{
	struct pipeline *pipeline = context;

	belonging_settle(pipeline, session);
	if (!session->holds)
		return;
	struct subscriber *subscriber = &pipeline->subscribers.records[session->subscriber];
	subscriber->open_sessions--;
	// The session was alive until now as far as its subscriber is concerned; the idle time errs on the side of keeping it.
	subscriber->last_seen_ms = pipeline->swept_ms;
}

void
belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to)
{
	belonging_end(pipeline, session);
	session->bytes = 0;
	session->holds = 0;
	session->subscriber = to->terms.counted != 0 ? to->subscriber : RECORD_NONE;
	session->unbound = to->unseen;
	if (to->subscriber != RECORD_NONE)
		pipeline->subscribers.records[to->subscriber].last_seen_ms = pipeline->now_ms;
}

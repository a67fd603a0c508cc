// SPDX-License-Identifier: Apache-2.0
// Belonging: see belonging.h.

#include "belonging.h"

static uint32_t
subscriber_of(struct pipeline *pipeline, const struct group *group, const struct packet *packet, uint64_t now_ms)
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
		slot = subscriber_table_create(&pipeline->subscribers, &key, group->template_number, now_ms,
					       belonging_worth, pipeline, &full);
		counter_add(&pipeline->counters->subscriber_table_full, full);
		counter_add(&pipeline->counters->subscribers_created, slot != RECORD_NONE);
	}
	return slot;
}

struct belonging
belonging_of(struct pipeline *pipeline, const struct terms *terms, const struct packet *packet, uint64_t now_ms)
{
	uint32_t subscriber = subscriber_of(pipeline, terms->group, packet, now_ms);

	return (struct belonging){
		.terms = *terms,
		.subscriber = subscriber,
		.unseen = terms->group != NULL && subscriber == RECORD_NONE && packet->side == SIDE_NETWORK,
	};
}

void
belonging_end(void *context, const struct session *session)
{
	struct pipeline *pipeline = context;

	if (!session->holds)
		return;
	struct subscriber *subscriber = &pipeline->subscribers.records[session->subscriber];
	subscriber->open_sessions--;
	// The session was alive until now as far as its subscriber is concerned; the idle time errs on the side of keeping it.
	subscriber->last_seen_ms = pipeline->swept_ms;
}

static bool
is_of(const struct session *session, const struct subscriber *subscriber)
{
	struct subscriber_key key =
		subscriber_key(&session->key.subscriber, subscriber->prefix_length, session_key_tags(&session->key));

	return atomic_load_explicit(&subscriber->state, memory_order_relaxed) == RECORD_USED &&
	       address_equal(&subscriber->address, &key.address) && subscriber->tags == key.tags;
}

void
belonging_answered(struct pipeline *pipeline, struct session *session)
{
	if (session->holds || session->subscriber == RECORD_NONE || !(SESSION_OPEN >> session->state & 1))
		return;
	// He may have made room for another since the session was opened.
	struct subscriber *subscriber = &pipeline->subscribers.records[session->subscriber];
	if (!is_of(session, subscriber))
		return;
	subscriber->open_sessions++;
	session->holds = 1;
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
belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to, uint64_t now_ms)
{
	session->counted = to->terms.counted != 0;
	belonging_end(pipeline, session);
	session->holds = 0;
	session->subscriber = to->terms.counted != 0 && session->state != SESSION_JOINED ? to->subscriber : RECORD_NONE;
	belonging_answered(pipeline, session);
	if (to->subscriber != RECORD_NONE)
		pipeline->subscribers.records[to->subscriber].last_seen_ms = now_ms;
	session->unbound = to->unseen;
}

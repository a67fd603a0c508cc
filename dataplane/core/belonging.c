// SPDX-License-Identifier: Apache-2.0
// Belonging: see belonging.h.

#include "belonging.h"

static struct subscriber_key
key_of(const struct group *group, const struct packet *packet)
{
	uint8_t length = group_prefix_length(group, &packet->key.subscriber);

	return subscriber_key(&packet->key.subscriber, length, session_key_tags(&packet->key));
}

uint32_t
belonging_find(const struct pipeline *pipeline, const struct group *group, const struct packet *packet)
{
	const struct subscriber_key key = key_of(group, packet);

	return subscriber_table_find(&pipeline->subscribers, &key);
}

// The subscriber of a packet: found, or made if the packet comes from its side. RECORD_NONE: none of ours.
static uint32_t
subscriber_of(struct pipeline *pipeline, const struct group *group, const struct packet *packet, uint64_t now_ms)
{
	if (group == NULL)
		return RECORD_NONE;

	const struct subscriber_key key = key_of(group, packet);
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, &key);
	// A scan from outside makes no subscribers.
	if (slot == RECORD_NONE && packet->side == SIDE_SUBSCRIBER) {
		if (pipeline->subscribers.free_count == 0)
			counter_add(&pipeline->counters->subscriber_table_full, 1);
		slot = subscriber_table_create(&pipeline->subscribers, &key, group->template_number, now_ms);
		if (slot != RECORD_NONE)
			counter_add(&pipeline->counters->subscribers_created, 1);
	}
	return slot;
}

struct belonging
belonging_of(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet, enum side opener,
	     uint64_t now_ms)
{
	const struct group *group = policy_group(policy, &packet->key.subscriber);
	uint32_t subscriber = subscriber_of(pipeline, group, packet, now_ms);

	return (struct belonging){
		.group = group,
		.subscriber = subscriber,
		.unseen = group != NULL && subscriber == RECORD_NONE && packet->side == SIDE_NETWORK,
		.services = classifier_services(&policy->classifier, &packet->key, opener),
	};
}

void
belonging_end(void *context, const struct session *session)
{
	struct pipeline *pipeline = context;

	if (session->subscriber == RECORD_NONE)
		return;
	struct subscriber *subscriber = &pipeline->subscribers.records[session->subscriber];
	subscriber->open_sessions--;
	// The session was alive until now as far as its subscriber is concerned; the idle time errs on the side of keeping it.
	subscriber->last_seen_ms = pipeline->swept_ms;
}

void
belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to, uint64_t now_ms)
{
	bool counted = to->services != 0 && session->state != SESSION_JOINED;
	uint32_t holder = counted ? to->subscriber : RECORD_NONE;

	if (session->subscriber != holder) {
		belonging_end(pipeline, session);
		if (holder != RECORD_NONE)
			pipeline->subscribers.records[holder].open_sessions++;
		session->subscriber = holder;
	}
	if (to->subscriber != RECORD_NONE)
		pipeline->subscribers.records[to->subscriber].last_seen_ms = now_ms;
	session->unbound = to->unseen;
}

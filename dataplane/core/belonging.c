// SPDX-License-Identifier: Apache-2.0
// Belonging: see belonging.h.

#include "belonging.h"

#include "mapping.h"

// A reference's bits of slot; the fast path has at most 2^24 records, so none of them is RECORD_NONE.
#define REFERENCE_SLOT_BITS 26
#define REFERENCE_SLOTS     (UINT32_C(1) << REFERENCE_SLOT_BITS)

struct belonging
belonging_by_name(const struct pipeline *pipeline, const struct packet *packet)
{
	const struct subscriber_table *table = &pipeline->subscribers;
	uint32_t slot = mapping_find(table, &packet->key.subscriber, session_key_tags(&packet->key));

	return (struct belonging){
		.subscriber = slot,
		.holder = slot == RECORD_NONE ? RECORD_NONE : subscriber_table_holder(table, slot),
	};
}

const struct subscriber *
belonging_name(const struct pipeline *pipeline, const struct belonging *of)
{
	return of->holder == of->subscriber ? NULL : &pipeline->subscribers.records[of->holder];
}

static uint32_t
anonymous(struct pipeline *pipeline, const struct group *group, const struct packet *packet)
{
	uint8_t length = group_prefix_length(group, &packet->key.subscriber);
	const struct subscriber_key key =
		subscriber_key(&packet->key.subscriber, length, session_key_tags(&packet->key));
	uint32_t slot = subscriber_table_find(&pipeline->subscribers, &key);
	// A scan from outside makes no subscribers.
	if (slot == RECORD_NONE && packet->side == SIDE_SUBSCRIBER) {
		const struct subscriber_made made = {.kind = SUBSCRIBER_ANONYMOUS, .number = group->template_number};
		bool full;
		slot = subscriber_table_create(&pipeline->subscribers, &key, &made, pipeline->now_ms, belonging_worth,
					       pipeline, &full);
		counter_add(&pipeline->counters->subscriber_table_full, full);
		counter_add(&pipeline->counters->subscribers_created, slot != RECORD_NONE);
	}
	return slot;
}

void
belonging_by_group(struct pipeline *pipeline, const struct packet *packet, struct belonging *of)
{
	if (of->subscriber != RECORD_NONE || of->terms.group == NULL)
		return;
	of->subscriber = of->holder = anonymous(pipeline, of->terms.group, packet);
	of->unseen = of->subscriber == RECORD_NONE && packet->side == SIDE_NETWORK;
}

struct belonging
belonging_known(const struct pipeline *pipeline, const struct packet *packet, enum side opener)
{
	struct belonging of = belonging_by_name(pipeline, packet);

	of.terms = terms_of(pipeline->policy, &packet->key, belonging_name(pipeline, &of), opener, pipeline->now_ms);
	return of;
}

struct belonging
belonging_of(struct pipeline *pipeline, const struct packet *packet, enum side opener)
{
	struct belonging of = belonging_known(pipeline, packet, opener);

	belonging_by_group(pipeline, packet, &of);
	return of;
}

void
belonging_refer(const struct pipeline *pipeline, struct session *session, const struct belonging *to)
{
	uint32_t slot = to->subscriber;

	session->subscriber = slot;
	if (slot != RECORD_NONE)
		session->subscriber |= pipeline->subscribers.records[slot].generation << REFERENCE_SLOT_BITS;
}

// True while the record is what the entry was bound to.
static bool
refers(const struct session *session, const struct subscriber *record)
{
	const struct subscriber_key key =
		subscriber_key(&session->key.subscriber, record->prefix_length, session_key_tags(&session->key));
	uint32_t generation = record->generation;

	return subscriber_lasts(record, generation) &&
	       session->subscriber >> REFERENCE_SLOT_BITS == (generation & (UINT32_MAX >> REFERENCE_SLOT_BITS)) &&
	       (record->kind == SUBSCRIBER_MAPPING || record->tags == key.tags) &&
	       address_equal(&record->address, &key.address);
}

uint32_t
belonging_record(const struct pipeline *pipeline, const struct session *session)
{
	uint32_t slot = session->subscriber % REFERENCE_SLOTS;

	if (session->subscriber == RECORD_NONE || !refers(session, &pipeline->subscribers.records[slot]))
		return RECORD_NONE;
	return slot;
}

uint32_t
belonging_holder(const struct pipeline *pipeline, const struct session *session)
{
	uint32_t slot = belonging_record(pipeline, session);

	return slot == RECORD_NONE ? RECORD_NONE : subscriber_table_holder(&pipeline->subscribers, slot);
}

struct belonging
belonging_bound(const struct pipeline *pipeline, const struct session *session)
{
	struct belonging of = {.holder = belonging_holder(pipeline, session)};

	of.subscriber = of.holder == RECORD_NONE ? RECORD_NONE : belonging_record(pipeline, session);
	of.terms = terms_of(pipeline->policy, &session->key, belonging_name(pipeline, &of), session->opener,
			    pipeline->now_ms);
	return of;
}

// So many sessions more hold the record, and the name of a mapping.
static void
hold(struct pipeline *pipeline, uint32_t slot, int sessions)
{
	struct subscriber *records = pipeline->subscribers.records;
	uint32_t holder = subscriber_table_holder(&pipeline->subscribers, slot);

	atomic_fetch_add_explicit(&records[slot].open_sessions, (uint32_t)sessions, memory_order_relaxed);
	if (holder != slot && holder != RECORD_NONE)
		atomic_fetch_add_explicit(&records[holder].open_sessions, (uint32_t)sessions, memory_order_relaxed);
}

static void
see(struct pipeline *pipeline, uint32_t slot, uint64_t at_ms)
{
	struct subscriber *records = pipeline->subscribers.records;
	uint32_t holder = subscriber_table_holder(&pipeline->subscribers, slot);

	atomic_store_explicit(&records[slot].last_seen_ms, at_ms, memory_order_relaxed);
	if (holder == slot || holder == RECORD_NONE)
		return;
	// Once a second: its workers would take the line from each other.
	uint64_t seen_ms = atomic_load_explicit(&records[holder].last_seen_ms, memory_order_relaxed);
	if (seen_ms / 1000 < at_ms / 1000)
		atomic_store_explicit(&records[holder].last_seen_ms, at_ms, memory_order_relaxed);
}

void
belonging_forget(struct pipeline *pipeline, uint32_t slot)
{
	struct subscriber *mapping = &pipeline->subscribers.records[slot];

	hold(pipeline, slot, -(int)atomic_load_explicit(&mapping->open_sessions, memory_order_relaxed));
}

void
belonging_answered(struct pipeline *pipeline, struct session *session)
{
	uint32_t slot = session->holds ? RECORD_NONE : belonging_record(pipeline, session);

	if (slot == RECORD_NONE)
		return;
	hold(pipeline, slot, 1);
	session->holds = 1;
}

struct watch_context
belonging_context(struct pipeline *pipeline, const struct belonging *of)
{
	return (struct watch_context){
		.package = of->terms.package,
		.subscriber = &pipeline->subscribers.records[of->holder],
		.now_ms = pipeline->now_ms,
		.reports = &pipeline->reports,
		.detectors = pipeline->watches.detectors,
	};
}

static bool
same_handle(struct record_handle one, struct record_handle other)
{
	return one.slot == other.slot && one.generation == other.generation;
}

struct watch *
belonging_watch(struct pipeline *pipeline, uint32_t slot)
{
	struct subscriber *subscriber = &pipeline->subscribers.records[slot];

	for (;;) {
		struct record_handle had = subscriber_handle(subscriber);
		struct watch *watch = watch_lock(&pipeline->watches, had);
		if (watch != NULL)
			return watch;
		if (pipeline->watches.free_count == 0)
			counter_add(&pipeline->counters->watch_pool_full, 1);
		watch = watch_take(&pipeline->watches, subscriber, slot, had, pipeline->now_ms);
		// Another worker of a name's may have bound one meanwhile.
		if (watch != NULL || same_handle(had, subscriber_handle(subscriber)))
			return watch;
	}
}

uint64_t
belonging_worth(void *context, const struct subscriber *subscriber, uint64_t now_ms)
{
	struct pipeline *pipeline = context;
	struct watch *watch = watch_lock(&pipeline->watches, subscriber_handle(subscriber));

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

	if (session->bytes == 0)
		return;
	const struct belonging of = belonging_bound(pipeline, session);
	if (of.holder == RECORD_NONE || of.terms.package == NULL)
		return;
	struct watch *watch = belonging_watch(pipeline, of.holder);
	if (watch == NULL)
		return;
	const struct watch_context who = belonging_context(pipeline, &of);
	usage_bytes(watch, &who, of.terms.services, session->bytes);
	watch_unlock(watch);
}

void
belonging_end(void *context, const struct session *session)
{
	struct pipeline *pipeline = context;

	belonging_settle(pipeline, session);
	uint32_t slot = session->holds ? belonging_record(pipeline, session) : RECORD_NONE;
	if (slot == RECORD_NONE)
		return;
	hold(pipeline, slot, -1);
	// The session was alive until now as far as its subscriber is concerned; the idle time errs on the side of keeping it.
	see(pipeline, slot, pipeline->swept_ms);
}

void
belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to)
{
	belonging_end(pipeline, session);
	session->bytes = 0;
	session->holds = 0;
	session->unbound = to->unseen;
	session->subscriber = RECORD_NONE;
	if (to->subscriber == RECORD_NONE)
		return;
	if (to->terms.counted != 0)
		belonging_refer(pipeline, session, to);
	see(pipeline, to->subscriber, pipeline->now_ms);
}

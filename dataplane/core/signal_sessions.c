// SPDX-License-Identifier: Apache-2.0
// The sessions signal: see signal_sessions.h.

#include "signal_sessions.h"

static struct other_end
other_end(const struct session_key *key, enum side opener)
{
	return (struct other_end){
		.address = key->network,
		.port = opener == SIDE_SUBSCRIBER ? key->network_port : key->subscriber_port,
	};
}

unsigned
signal_opening(struct pipeline *pipeline, const struct belonging *of, const struct packet *packet, bool attempt)
{
	const struct terms *terms = &of->terms;
	const struct other_end to = other_end(&packet->key, packet->side);
	unsigned actions = terms->blocked == 0 ? 0 : ACTION_BLOCK;
	struct watch *watch = NULL;

	if (of->holder != RECORD_NONE && terms->counted != 0)
		watch = belonging_watch(pipeline, of->holder);
	if (watch == NULL)
		return actions;

	struct watch_context context = belonging_context(pipeline, of);
	context.to = &to;
	if (actions == 0)
		actions = watch_refuses(watch, &context, terms->services, attempt);
	if (actions == 0) {
		watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, terms->services);
		usage_session(watch, &context, terms->services);
	} else if (attempt) {
		usage_refused(watch, &context, terms->services);
	}
	watch_unlock(watch);
	return actions;
}

void
signal_established(struct pipeline *pipeline, const struct session *session)
{
	const struct belonging of = belonging_bound(pipeline, session);
	struct watch *watch = NULL;

	if (of.holder != RECORD_NONE && of.terms.package != NULL)
		watch = belonging_watch(pipeline, of.holder);
	if (watch == NULL)
		return;

	const struct other_end to = other_end(&session->key, session->opener);
	struct watch_context context = belonging_context(pipeline, &of);
	context.to = &to;
	watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ESTABLISHED, of.terms.services);
	watch_unlock(watch);
}

unsigned
signal_cut(struct pipeline *pipeline, const struct session *session)
{
	uint32_t holder = belonging_holder(pipeline, session);
	struct watch *watch = NULL;

	if (holder != RECORD_NONE)
		watch = watch_lock(&pipeline->watches, subscriber_handle(&pipeline->subscribers.records[holder]));
	if (watch == NULL)
		return 0;

	unsigned actions = 0;
	// Most packets of sessions that may be cut find no breach.
	if (watch->breached != 0) {
		const struct belonging of = belonging_bound(pipeline, session);
		if (of.holder == holder && of.terms.package != NULL) {
			const struct watch_context context = belonging_context(pipeline, &of);
			actions = watch_cuts(watch, &context, of.terms.services);
		}
	}
	watch_unlock(watch);
	return actions;
}

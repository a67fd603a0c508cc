// SPDX-License-Identifier: Apache-2.0
// Whose a packet is, and the bond between a session and its subscriber: a subscriber neither ages nor makes room while a counted
// TCP session of his that was answered is open. Others do not hold him: anybody can make any number of those.

#pragma once

#include "pipeline.h"
#include "terms.h"
#include "usage.h"

struct belonging {
	struct terms terms;
	uint32_t subscriber; // record slot; RECORD_NONE
	bool unseen;         // one of ours who has not sent anything yet
};

// Finds the packet's subscriber, or makes him if the packet comes from his side.
struct belonging belonging_of(struct pipeline *pipeline, const struct terms *terms, const struct packet *packet);

// Binds an entry, whose terms are set, to its subscriber in place of the one it had.
void belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to);

// True while the entry's subscriber is there: his record may have made room for another's since it was bound.
bool belonging_lasts(const struct pipeline *pipeline, const struct session *session);

// The entry has just been answered: it holds its subscriber.
void belonging_answered(struct pipeline *pipeline, struct session *session);

// The watch of the subscriber in this slot, locked, or a new one; NULL: there is no room for one, which is counted.
struct watch *belonging_watch(struct pipeline *pipeline, uint32_t subscriber);

// What his watch judges and counts by now.
struct watch_context belonging_context(struct pipeline *pipeline, const struct terms *terms, uint32_t subscriber);

// What is counted of a subscriber now (subscriber_worth). `context`: the pipeline.
uint64_t belonging_worth(void *context, const struct subscriber *subscriber, uint64_t now_ms);

// Adds an entry's bytes to its subscriber's usage; the caller clears them. `context`: the pipeline.
void belonging_settle(void *context, const struct session *session);

// Unbinds an entry that leaves the table. `context`: the pipeline.
void belonging_end(void *context, const struct session *session);

// Counts a packet that passes in the usage of a measured session. What is added to an entry is settled within SWEEP_SESSIONS_MS.
static inline void
belonging_passed(struct pipeline *pipeline, struct session *session, const struct packet *packet)
{
	if (!session->measured)
		return;
	if (session->bytes > UINT32_MAX - packet->length) {
		belonging_settle(pipeline, session);
		session->bytes = 0;
	}
	session->bytes += packet->length;
}

// SPDX-License-Identifier: Apache-2.0
// Whose a packet is, and the bond between a session and its subscriber: a subscriber neither ages nor makes room while a counted
// TCP session of his that was answered is open. Others do not hold him: anybody can make any number of those.
//
// An entry refers to its subscriber's record, or to the mapping that it was found by, by slot and low bits of the generation: with
// its address that tells a record which was reused, or a mapping which moved, in place of a whole handle.

#pragma once

#include "pipeline.h"
#include "terms.h"
#include "usage.h"

struct belonging {
	struct terms terms;
	uint32_t
		subscriber; // slot of the record that its sessions hold: an anonymous subscriber's, or a mapping; RECORD_NONE
	uint32_t holder; // slot of the record that has the watch: the same, or the mapping's name; RECORD_NONE
	bool unseen;     // one of ours who has not sent anything yet
};

// Finds the packet's subscriber and the terms of its session, opened from `opener`; makes an anonymous subscriber if the packet comes
// from his side.
struct belonging belonging_of(struct pipeline *pipeline, const struct packet *packet, enum side opener);

// The same but for anonymous subscribers: the terms, and the mapping that the packet belongs to; and the mapping alone.
struct belonging belonging_known(const struct pipeline *pipeline, const struct packet *packet, enum side opener);
struct belonging belonging_by_name(const struct pipeline *pipeline, const struct packet *packet);

// The name of that one, or of a session's; NULL: none.
const struct subscriber *belonging_name(const struct pipeline *pipeline, const struct belonging *of);

// Finds or makes the anonymous subscriber of a packet that belongs to no name. Its terms are set.
void belonging_by_group(struct pipeline *pipeline, const struct packet *packet, struct belonging *of);

// True for an address that is no subscriber's, nor could become one's.
static inline bool
belonging_to_nobody(const struct belonging *of)
{
	return of->subscriber == RECORD_NONE && of->terms.group == NULL;
}

// Has an entry refer to its subscriber, and to nothing else of him.
void belonging_refer(const struct pipeline *pipeline, struct session *session, const struct belonging *to);

// Binds an entry, whose terms are set, to its subscriber in place of the one it had.
void belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to);

// What an entry is bound to, with the terms of its session now; RECORD_NONE: to nobody, or no more: its subscriber's record may have
// made room for another's since, its address may have moved.
struct belonging belonging_bound(const struct pipeline *pipeline, const struct session *session);

// The slots of that record, and of the one that has the watch.
uint32_t belonging_record(const struct pipeline *pipeline, const struct session *session);
uint32_t belonging_holder(const struct pipeline *pipeline, const struct session *session);

// The entry has just been answered: it holds its subscriber.
void belonging_answered(struct pipeline *pipeline, struct session *session);

// Before a mapping moves or goes: nobody's session holds it, nor its name for it.
void belonging_forget(struct pipeline *pipeline, uint32_t slot);

// The watch of the holder in this slot, locked, or a new one; NULL: there is no room for one, which is counted.
struct watch *belonging_watch(struct pipeline *pipeline, uint32_t holder);

// What his watch judges and counts by now.
struct watch_context belonging_context(struct pipeline *pipeline, const struct belonging *of);

// What is counted of an anonymous subscriber now (subscriber_worth). `context`: the pipeline.
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

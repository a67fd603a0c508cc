// SPDX-License-Identifier: Apache-2.0
// Whose a packet is, and the bond between a session and its subscriber: a subscriber neither ages nor makes room while a counted
// TCP session of his that was answered is open. Others do not hold him: anybody can make any number of those.

#pragma once

#include "pipeline.h"
#include "terms.h"

struct belonging {
	struct terms terms;
	uint32_t subscriber; // record slot; RECORD_NONE
	bool unseen;         // one of ours who has not sent anything yet
};

// Finds the packet's subscriber, or makes him if the packet comes from his side.
struct belonging belonging_of(struct pipeline *pipeline, const struct terms *terms, const struct packet *packet,
			      uint64_t now_ms);

// Binds an entry, whose state is set, to its subscriber in place of the one it had.
void belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to, uint64_t now_ms);

// The entry has another state: once it is answered it holds its subscriber, if his record is still there.
void belonging_answered(struct pipeline *pipeline, struct session *session);

// What is counted of a subscriber now (subscriber_worth). `context`: the pipeline.
uint64_t belonging_worth(void *context, const struct subscriber *subscriber, uint64_t now_ms);

// Unbinds an entry that leaves the table. `context`: the pipeline.
void belonging_end(void *context, const struct session *session);

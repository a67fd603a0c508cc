// SPDX-License-Identifier: Apache-2.0
// Whose a packet is, and the bond between a session and its subscriber: a subscriber neither ages nor makes room while a counted
// TCP session of his that was answered is open. Others do not hold him: anybody can make any number of those.

#pragma once

#include "pipeline.h"

// What follows from a packet's addresses and ports when `opener` opens a session with it.
struct belonging {
	const struct group *group; // NULL: not a subscriber of ours
	uint32_t subscriber;       // record slot; RECORD_NONE
	bool unseen;               // one of ours who has not sent anything yet
	uint64_t services;
	bool counted; // some detector counts one of the services
};

// The record slot of the packet's subscriber, who is found, or made if the packet comes from his side; RECORD_NONE: none of ours, or
// not seen yet. `group`: his; NULL: none.
uint32_t belonging_subscriber(struct pipeline *pipeline, const struct group *group, const struct packet *packet,
			      uint64_t now_ms);

// Finds the subscriber as above, and what follows from the ports.
struct belonging belonging_of(struct pipeline *pipeline, const struct policy *policy, const struct packet *packet,
			      enum side opener, uint64_t now_ms);

// Binds an entry, whose state is set, to its subscriber in place of the one it had.
void belonging_bind(struct pipeline *pipeline, struct session *session, const struct belonging *to, uint64_t now_ms);

// The entry has another state: once it is answered it holds its subscriber, if his record is still there.
void belonging_answered(struct pipeline *pipeline, struct session *session);

// What is counted of a subscriber now (subscriber_worth). `context`: the pipeline.
uint64_t belonging_worth(void *context, const struct subscriber *subscriber, uint64_t now_ms);

// Unbinds an entry that leaves the table. `context`: the pipeline.
void belonging_end(void *context, const struct session *session);

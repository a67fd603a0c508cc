// SPDX-License-Identifier: Apache-2.0
// A packet with which a session begins for us: one that opens it, or one of a session whose opening we did not see.

#pragma once

#include "pipeline.h"
#include "terms.h"

// The verdict on a packet that opens a session. It is judged before an entry is looked for, so the quota holds when the table is full.
// `session`: the key's entry so far; NULL: none.
enum verdict opening_judge(struct pipeline *pipeline, const struct packet *packet, struct session *session);

// A new entry for TCP without one and without a SYN, which is not counted; NULL: the table is full. Who opened it is not known: the
// side with the lower port is taken for the server.
struct session *opening_join(struct pipeline *pipeline, const struct packet *packet);

// The entry has these terms of the policy from now on.
void opening_describe(struct session *session, const struct policy *policy, const struct terms *terms);

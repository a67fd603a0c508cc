// SPDX-License-Identifier: Apache-2.0
// What becomes of a packet when somebody refuses it, and what an entry remembers of that for the packets after it.

#pragma once

#include "pipeline.h"

// `actions`: of those who refuse it (enum policy_action bits); 0: nobody does. Only TCP is reset.
static inline enum verdict
refusal_verdict(unsigned actions, const struct packet *packet)
{
	if (actions == 0)
		return VERDICT_FORWARD;
	if (packet->kind != PACKET_TCP || !(actions & ACTION_RESET))
		return VERDICT_REFUSE;
	return actions & ACTION_RESET_BOTH ? VERDICT_RESET_BOTH : VERDICT_RESET;
}

static inline void
refusal_remember(struct session *session, unsigned actions)
{
	session->state = SESSION_REFUSED;
	session->resets = (actions & ACTION_RESET) != 0;
	session->resets_both = (actions & ACTION_RESET_BOTH) != 0;
}

static inline unsigned
refusal_actions(const struct session *session)
{
	return ACTION_BLOCK | (session->resets ? ACTION_RESET : 0) | (session->resets_both ? ACTION_RESET_BOTH : 0);
}

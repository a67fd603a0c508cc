// SPDX-License-Identifier: Apache-2.0
// The sessions signal, "one was opened" or "its handshake is complete": judged by overrides and by the subscriber's quotas, and
// counted unless they refuse it.

#pragma once

#include "belonging.h"

// The actions of those who refuse the session that `packet` opens; 0: it passes, and was counted. `attempt`: false for the
// retransmission of a refused SYN, which is judged anew but not counted as refused again.
unsigned signal_opening(struct pipeline *pipeline, const struct belonging *of, const struct packet *packet,
			bool attempt);

// The handshake of an awaited session is complete.
void signal_established(struct pipeline *pipeline, const struct session *session);

// The actions of those who end the session though it is open; 0: it goes on.
unsigned signal_cut(struct pipeline *pipeline, const struct session *session);

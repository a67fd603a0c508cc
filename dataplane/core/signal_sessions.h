// SPDX-License-Identifier: Apache-2.0
// The signal "a session was opened": judged by the subscriber's quotas, and counted unless they refuse it.

#pragma once

#include "belonging.h"

// The verdict on a session that the subscriber opens or is asked to accept. `attempt`: false for the retransmission of a refused
// SYN, which is judged anew but not counted as refused again.
enum verdict signal_sessions(struct pipeline *pipeline, const struct belonging *of, uint64_t now_ms, bool attempt);

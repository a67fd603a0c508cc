// SPDX-License-Identifier: Apache-2.0
// The signal "a session was opened": judged by the subscriber's quotas, and counted unless they refuse it.

#pragma once

#include "pipeline.h"

// The verdict on a session of `services` that `subscriber` (record slot; RECORD_NONE: not ours) opens or is asked to accept.
// `attempt`: false for the retransmission of a refused SYN, which is judged anew but not counted as refused again.
enum verdict signal_sessions(struct pipeline *pipeline, const struct package *package, uint32_t subscriber,
			     uint64_t services, uint64_t now_ms, bool attempt);

// SPDX-License-Identifier: Apache-2.0
// A breach goes on in records that know nothing of it: another region took the place of the one where it was declared.

#pragma once

#include "pipeline.h"

#include <stdbool.h>
#include <stdint.h>

struct restored_breach {
	struct subscriber_key key;
	uint64_t started_ms; // of its period
	uint32_t period_ms;
	uint32_t hold_ms;
	uint32_t detector; // the configuration's id
	uint32_t counted;
	uint32_t refused;
};

// Has the subscriber, whom this worker owns, in breach until the period and the hold are over. It was told already: only its end is.
// False: that is over, or nobody can be in it: the detector is not in his package, he has another prefix, or is a name that is not there,
// there is no room, or he is in breach of it already.
bool restore_breach(struct pipeline *pipeline, const struct policy *policy, const struct restored_breach *breach,
		    uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
// The policy in force: taken from a blob, given to the workers, kept in the region for a start without the daemon. Called by
// the control thread only.

#pragma once

#include "control_protocol.h"
#include "region.h"
#include "workers.h"

#include <stddef.h>
#include <stdint.h>

struct policies {
	struct workers *workers;
	struct region *region;
	uint32_t generation; // of the policy in force
	const void *memory;  // of the policy in force
	const char *closed;  // why no policy is taken; NULL: it is
};

// Puts the newest good policy slot in force. Returns what to report: BYPASS_NONE, BYPASS_NO_POLICY or BYPASS_POLICY_DAMAGED.
enum region_bypass policies_load(struct policies *policies);

// Checks, compiles, puts in force and keeps a policy blob (aligned to 4). If the answer is not CONTROL_OK, the policy before
// stays in force and `*why` is a sentence without a full stop: CONTROL_INVALID for the blob's fault, CONTROL_FULL for ours.
enum control_status policies_apply(struct policies *policies, const void *blob, uint32_t length, const char **why);

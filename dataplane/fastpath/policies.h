// SPDX-License-Identifier: Apache-2.0
// The policy in force: taken from a blob, given to the workers, kept in the region for a start without the daemon. Called by
// the control thread only.

#pragma once

#include "region.h"
#include "workers.h"

#include <stddef.h>
#include <stdint.h>

struct policies {
	struct workers *workers;
	struct region *region;
	uint32_t generation; // of the policy in force
	const void *memory;  // of the policy in force
};

// Puts the newest good policy slot in force. Returns what to report: BYPASS_NONE, BYPASS_NO_POLICY or BYPASS_POLICY_DAMAGED.
enum region_bypass policies_load(struct policies *policies);

// Checks, compiles, keeps and puts in force a policy blob. Returns NULL, or a sentence without a full stop; then the policy
// before stays in force. `blob` is aligned to 4.
const char *policies_apply(struct policies *policies, const void *blob, uint32_t length);

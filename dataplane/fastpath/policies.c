// SPDX-License-Identifier: Apache-2.0
// The policy in force: see policies.h.

#include "policies.h"

#include "clock.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

static const char no_memory[] = "there is no memory for it";

static void
report(struct policies *policies, const struct policy *policy, uint64_t now_ms)
{
	struct region_live *live = &policies->region->header->live;

	atomic_store_explicit(&live->policy_revision, policy->revision, memory_order_relaxed);
	atomic_store_explicit(&live->policy_applied_ms, now_ms, memory_order_relaxed);
	atomic_store_explicit(&live->policy_generation, policy->generation, memory_order_release);
}

// An address has one owner only as long as its subscriber's prefix is no shorter than what the owner is found by.
static const char *
check_ownership(const struct policies *policies, const struct policy *policy, uint32_t groups)
{
	for (uint32_t i = 0; policies->workers->count > 1 && i < groups; i++)
		if (policy->groups[i].prefix_length < 64)
			return "an anonymous group has subscriber prefixes shorter than /64, which needs --workers 1";
	return NULL;
}

static const char *
put_in_force(struct policies *policies, const void *blob, uint32_t generation)
{
	void *memory = aligned_alloc(64, policy_size(blob));

	if (memory == NULL)
		return no_memory;
	struct policy *policy = policy_compile(blob, memory, generation);
	const char *wrong = check_ownership(policies, policy, ((const struct blob_header *)blob)->groups);
	if (wrong != NULL) {
		free(memory);
		return wrong;
	}
	workers_swap_policy(policies->workers, policy);
	free((void *)policies->memory);
	policies->memory = memory;
	policies->generation = generation;
	report(policies, policy, clock_boottime_ms());
	return NULL;
}

static uint64_t
slot_generation(const struct policy_slot *slot)
{
	return atomic_load_explicit(&slot->generation, memory_order_acquire);
}

static bool
slot_good(const struct policy_slot *slot, uint32_t detectors)
{
	return slot_generation(slot) != 0 && slot->length <= POLICY_BYTES_MAX &&
	       policy_slot_checksum(slot->bytes, slot->length) == slot->checksum &&
	       policy_check(slot->bytes, slot->length, detectors) == NULL;
}

enum region_bypass
policies_load(struct policies *policies)
{
	struct policy_slot **slots = policies->region->policies;
	struct policy_slot *newer = slots[slot_generation(slots[1]) > slot_generation(slots[0])];
	struct policy_slot *older = newer == slots[0] ? slots[1] : slots[0];

	if (slot_generation(newer) == 0)
		return BYPASS_NO_POLICY;
	uint32_t detectors = policies->region->header->engine.detectors;
	struct policy_slot *good = slot_good(newer, detectors) ? newer : slot_good(older, detectors) ? older : NULL;
	if (good == older)
		message("the last policy is damaged; the one before it is taken");
	const char *wrong =
		good == NULL ? "it is damaged" : put_in_force(policies, good->bytes, (uint32_t)slot_generation(good));
	if (wrong == NULL)
		return BYPASS_NONE;
	message("the kept policy cannot be used: %s; traffic passes unjudged until the daemon gives one", wrong);
	return BYPASS_POLICY_DAMAGED;
}

// The spare slot is the one with the older policy; its generation is stored last.
static void
keep(struct policies *policies, const void *blob, uint32_t length)
{
	struct policy_slot **slots = policies->region->policies;
	struct policy_slot *spare = slots[slot_generation(slots[0]) > slot_generation(slots[1])];

	atomic_store_explicit(&spare->generation, 0, memory_order_release);
	memcpy(spare->bytes, blob, length);
	spare->length = length;
	spare->checksum = policy_slot_checksum(spare->bytes, length);
	atomic_store_explicit(&spare->generation, policies->generation, memory_order_release);
}

static uint32_t
next_generation(const struct policies *policies)
{
	uint64_t newest = policies->generation;

	for (int i = 0; i < REGION_POLICY_SLOTS; i++)
		if (slot_generation(policies->region->policies[i]) > newest)
			newest = slot_generation(policies->region->policies[i]);
	return (uint32_t)newest + 1;
}

enum control_status
policies_apply(struct policies *policies, const void *blob, uint32_t length, const char **why)
{
	*why = policies->closed;
	if (*why != NULL)
		return CONTROL_FULL;
	*why = policy_check(blob, length, policies->region->header->engine.detectors);
	if (*why != NULL)
		return CONTROL_INVALID;
	*why = put_in_force(policies, blob, next_generation(policies));
	if (*why != NULL)
		return *why == no_memory ? CONTROL_FULL : CONTROL_INVALID;
	keep(policies, blob, length);
	return CONTROL_OK;
}

// SPDX-License-Identifier: Apache-2.0
// Usage: see usage.h.

#include "usage.h"

#include "hash.h"

static bool
measures(const struct package *package, uint32_t service)
{
	for (uint64_t left = package->measured; left != 0; left &= left - 1)
		if (package->service_ids[__builtin_ctzll(left)] == service)
			return true;
	return false;
}

// Index of the service's usage: its own place among those that the package measures, or where it is found; -1: nowhere.
static int
find_usage(const struct watch *watch, const struct usage *usages, uint32_t own, uint32_t service)
{
	if ((watch->usages_used >> own & 1) && usages[own].service == service)
		return (int)own;
	for (uint64_t left = watch->usages_used; left != 0; left &= left - 1)
		if (usages[__builtin_ctzll(left)].service == service)
			return __builtin_ctzll(left);
	return -1;
}

// An unused place, its own if it can be, else that of a service which is measured no more. There always is one: a package measures no
// more services than a watch has usages.
static int
spare_usage(const struct watch *watch, const struct usage *usages, uint32_t own, const struct watch_context *context)
{
	uint64_t unused = ~watch->usages_used & UINT64_MAX >> (64 - context->detectors);
	int i = 0;

	if (unused >> own & 1)
		return (int)own;
	if (unused != 0)
		return __builtin_ctzll(unused);
	while (measures(context->package, usages[i].service))
		i++;
	return i;
}

// A worker may be killed between any two stores: a usage that is being written is nobody's.
static void
assign_usage(struct watch *watch, struct usage *usages, int i, uint32_t service)
{
	watch->usages_used &= ~(UINT64_C(1) << i);
	atomic_thread_fence(memory_order_release);
	usages[i] = (struct usage){.service = service};
	atomic_thread_fence(memory_order_release);
	watch->usages_used |= UINT64_C(1) << i;
}

// This minute's half. Of a usage that is older the halves that are too old are cleared first.
static struct usage_minute *
turn_to(struct usage *usage, uint32_t minute)
{
	// Another worker's clock may be a moment ahead.
	if (minute <= usage->minute)
		return &usage->minutes[usage->minute & 1];
	if (minute - usage->minute > 1)
		usage->minutes[(minute - 1) & 1] = (struct usage_minute){0};
	usage->minutes[minute & 1] = (struct usage_minute){0};
	atomic_thread_fence(memory_order_release);
	usage->minute = minute;
	return &usage->minutes[minute & 1];
}

// This minute of one measured service, given by its bit.
static struct usage_minute *
usage_now(struct watch *watch, const struct watch_context *context, uint64_t service)
{
	struct usage *usages = watch_usages(watch, context->detectors);
	uint32_t own = (uint32_t)__builtin_popcountll(context->package->measured & (service - 1));
	uint32_t id = context->package->service_ids[__builtin_ctzll(service)];
	uint32_t minute = (uint32_t)(context->now_ms / USAGE_MINUTE_MS);
	int i = find_usage(watch, usages, own, id);

	if (i < 0) {
		i = spare_usage(watch, usages, own, context);
		assign_usage(watch, usages, i, id);
	}
	if (watch->usage_minute < minute)
		watch->usage_minute = minute;
	return turn_to(&usages[i], minute);
}

static void
note_destination(struct usage_minute *usage, const struct watch_context *context)
{
	if (context->to == NULL)
		return;
	uint64_t bit = hash_bytes(context->reports->secret, &context->to->address, sizeof(context->to->address)) >> 57;
	usage->destinations[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

void
usage_session(struct watch *watch, const struct watch_context *context, uint64_t services)
{
	for (uint64_t left = services & context->package->measured; left != 0; left &= left - 1) {
		struct usage_minute *usage = usage_now(watch, context, left & -left);
		usage->sessions++;
		note_destination(usage, context);
	}
}

void
usage_refused(struct watch *watch, const struct watch_context *context, uint64_t services)
{
	for (uint64_t left = services & context->package->measured; left != 0; left &= left - 1) {
		struct usage_minute *usage = usage_now(watch, context, left & -left);
		usage->refused++;
		note_destination(usage, context);
	}
}

void
usage_bytes(struct watch *watch, const struct watch_context *context, uint64_t services, uint64_t bytes)
{
	for (uint64_t left = services & context->package->measured; left != 0; left &= left - 1)
		usage_now(watch, context, left & -left)->bytes += bytes;
}

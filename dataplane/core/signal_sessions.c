// SPDX-License-Identifier: Apache-2.0
// The sessions signal: see signal_sessions.h.

#include "signal_sessions.h"

// True when a detector of the package counts sessions in one of these services.
static bool
counted(const struct package *package, uint64_t services)
{
	for (uint32_t d = 0; d < package->detector_count; d++)
		if (package->detectors[d].signal == SIGNAL_SESSIONS && (package->detectors[d].service & services))
			return true;
	return false;
}

enum verdict
signal_sessions(struct pipeline *pipeline, const struct package *package, uint32_t slot, uint64_t services,
		uint64_t now_ms, bool attempt)
{
	if (slot == RECORD_NONE || services == 0)
		return VERDICT_FORWARD;

	struct subscriber *subscriber = &pipeline->subscribers.records[slot];
	const struct watch_context context = {
		.package = package,
		.subscriber = subscriber,
		.now_ms = now_ms,
		.reports = &pipeline->reports,
	};
	struct watch *watch = watch_lock(&pipeline->watches, subscriber->watch);
	if (watch == NULL && counted(package, services)) {
		if (pipeline->watches.free_count == 0)
			counter_add(&pipeline->counters->watch_pool_full, 1);
		watch = watch_take(&pipeline->watches, subscriber, slot, now_ms);
	}
	if (watch == NULL)
		return VERDICT_FORWARD;

	bool refused = watch_refuses(watch, &context, services, attempt);
	if (!refused)
		watch_count(watch, &context, SIGNAL_SESSIONS, services);
	watch_unlock(watch);
	return refused ? VERDICT_REFUSE : VERDICT_FORWARD;
}

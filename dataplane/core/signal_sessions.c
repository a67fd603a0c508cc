// SPDX-License-Identifier: Apache-2.0
// The sessions signal: see signal_sessions.h.

#include "signal_sessions.h"

enum verdict
signal_sessions(struct pipeline *pipeline, const struct belonging *of, uint64_t now_ms, bool attempt)
{
	if (of->terms.blocked != 0)
		return VERDICT_REFUSE;
	if (of->subscriber == RECORD_NONE || of->terms.services == 0)
		return VERDICT_FORWARD;

	struct subscriber *subscriber = &pipeline->subscribers.records[of->subscriber];
	const struct watch_context context = {
		.package = of->terms.package,
		.subscriber = subscriber,
		.now_ms = now_ms,
		.reports = &pipeline->reports,
		.detectors = pipeline->watches.detectors,
	};
	struct watch *watch = watch_lock(&pipeline->watches, subscriber->watch);
	if (watch == NULL && of->terms.counted != 0) {
		if (pipeline->watches.free_count == 0)
			counter_add(&pipeline->counters->watch_pool_full, 1);
		watch = watch_take(&pipeline->watches, subscriber, of->subscriber, now_ms);
	}
	if (watch == NULL)
		return VERDICT_FORWARD;

	bool refused = watch_refuses(watch, &context, of->terms.services, attempt) != 0;
	if (!refused)
		watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, of->terms.services);
	watch_unlock(watch);
	return refused ? VERDICT_REFUSE : VERDICT_FORWARD;
}

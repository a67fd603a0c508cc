// SPDX-License-Identifier: Apache-2.0
// The counting state of a subscriber who has shown a signal: judged, counted, told of, looked after. watch_pool.h says where
// it comes from and goes to.

#pragma once

#include "destinations.h"
#include "policy.h"
#include "watch_pool.h"
#include "watch_tell.h"

#include <stdbool.h>
#include <stdint.h>

// Who is judged, by what, when.
struct watch_context {
	const struct package *package;
	const struct subscriber *subscriber;
	uint64_t now_ms;
	struct watch_reports *reports;
	uint32_t detectors;         // that the watch has room for: at least as many as the package has
	const struct other_end *to; // of the session; NULL: not known
};

// Index of the detector's window; -1 when it has none. Tried first is `own`, the detector's place in its package, so that a signal
// reads no window that it does not count in.
static inline int
watch_window(const struct watch *watch, uint32_t own, uint32_t detector)
{
	if ((watch->windows_used >> own & 1) && watch->windows[own].detector == detector)
		return (int)own;
	for (uint64_t left = watch->windows_used; left != 0; left &= left - 1)
		if (watch->windows[__builtin_ctzll(left)].detector == detector)
			return __builtin_ctzll(left);
	return -1;
}

// The actions of all detectors of the package that refuse a session of these services now, 0: none does; the attempt is counted as
// refused if `attempt`.
unsigned watch_refuses(struct watch *watch, const struct watch_context *context, uint64_t services, bool attempt);

// The actions of those that cut open sessions of these services now; 0: none does.
unsigned watch_cuts(struct watch *watch, const struct watch_context *context, uint64_t services);

// Counts one signal on every detector of the package that counts it, and counts it so, in one of these services; tells the breaches
// that it declares and the ends that it finds.
void watch_count(struct watch *watch, const struct watch_context *context, enum policy_signal signal,
		 enum policy_count count, uint64_t services);

// Ends the locked watch's breaches by this detector (0: by any) as if they were over, and tells it with `reason`. Returns how many
// there were.
unsigned watch_release(struct watch *watch, const struct subscriber *subscriber, uint32_t detector,
		       enum event_reason reason, uint64_t now_ms, struct watch_reports *reports);

// Has a breach go on that was told by other records: only its end is told. False: it is over, its detector is not in the package, or the
// subscriber is in breach of it already.
bool watch_restore(struct watch *watch, const struct watch_context *context, const struct window *breach);

// Tells that the breach of window `i`, which was told, is over, if it is: by the clock, or because `detector`, the window's in the
// subscriber's package, has a greater threshold now. NULL: the package has it no more.
void watch_settle_told(struct watch *watch, int i, const struct detector *detector, const struct subscriber *subscriber,
		       uint64_t now_ms, struct watch_reports *reports);

// Looks at the share's next `count` watches: tells breaches that have ended, also by what the policy says of their subscribers now;
// returns idle watches.
void watch_sweep(struct watch_pool *pool, const struct subscriber *subscribers, const struct policy *policy,
		 uint32_t count, uint64_t now_ms, struct watch_reports *reports);

// Adoption: true for a watch whose subscriber has made room for another. Nothing is wrong with it, and nobody needs it.
bool watch_left_behind(const struct watch *watch, const struct subscriber *subscribers, uint32_t subscriber_capacity);

// What a watch is checked against when it is adopted.
struct watch_adoption {
	const struct subscriber *subscribers;
	uint32_t subscriber_capacity;
	uint32_t detectors; // that the watch has room for
	uint64_t now_ms;
};

// Adoption: clears a lock that a killed worker left, and drops the record unless it is whole: used, bound to the subscriber in
// its slot, bound back by it, nothing in it from the future. Returns true when it is kept.
bool watch_adopt(struct watch *watch, uint32_t slot, const struct watch_adoption *adoption);

// SPDX-License-Identifier: Apache-2.0
// The terms that a session is judged on: what the policy says of its subscriber-side address, the name that has it, its services and
// the time. The same for the wire, for replay and for who asks what would be done (addon/classification.c).

#pragma once

#include "policy.h"
#include "records.h"

#include <stdint.h>

struct terms {
	const struct group *group;     // of an anonymous subscriber; NULL: a name's, or not a subscriber of ours
	const struct package *package; // an override's, else the name's or the group's; NULL: nobody counts it
	// Bits of services:
	uint64_t services; // of the session, but those that are exempt
	uint64_t blocked;  // ... refused by an override
	uint64_t measured; // ... whose usage is counted
	uint64_t counted;  // ... measured, or counted by a detector
	uint64_t awaited;  // ... counted by a detector once the handshake is complete
	uint64_t cuttable; // ... whose open sessions a detector may cut
};

// Of a session of these services by the package alone.
static inline struct terms
terms_within(const struct package *package, uint64_t services)
{
	return (struct terms){
		.package = package,
		.services = services,
		.measured = services & package->measured,
		.counted = services & package->counted,
		.awaited = services & package->awaited,
		.cuttable = services & package->cuttable,
	};
}

// Whom terms are asked for.
struct terms_subject {
	const struct address *address; // subscriber-side
	const struct subscriber *name; // that has it; NULL: none has
};

// Of a session of these services.
struct terms terms_of_services(const struct policy *policy, const struct terms_subject *subject, uint64_t services,
			       uint64_t now_ms);

// Of the session `key`, opened from `opener`. `name`: as above.
struct terms terms_of(const struct policy *policy, const struct session_key *key, const struct subscriber *name,
		      enum side opener, uint64_t now_ms);

// Of a subscriber without a session.
struct terms terms_of_subscriber(const struct policy *policy, const struct subscriber *subscriber, uint64_t now_ms);

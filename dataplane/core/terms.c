// SPDX-License-Identifier: Apache-2.0
// Terms: see terms.h.

#include "terms.h"

struct terms
terms_of_services(const struct policy *policy, const struct address *subscriber, uint64_t services, uint64_t now_ms)
{
	struct overriding overriding = policy_overriding(policy, subscriber, now_ms);
	const struct group *group = policy_group(policy, subscriber);
	struct terms terms = {.services = services & ~overriding.exempt};

	if (group != NULL)
		terms = terms_within(overriding.package == NULL ? group->package : overriding.package, terms.services);
	terms.group = group;
	terms.blocked = services & overriding.blocked;
	return terms;
}

struct terms
terms_of(const struct policy *policy, const struct session_key *key, enum side opener, uint64_t now_ms)
{
	uint64_t services = classifier_services(&policy->classifier, key, opener);

	return terms_of_services(policy, &key->subscriber, services, now_ms);
}

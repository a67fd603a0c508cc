// SPDX-License-Identifier: Apache-2.0
// Terms: see terms.h.

#include "terms.h"

static const struct package *
package_of(const struct policy *policy, const struct terms_subject *subject, const struct group *group)
{
	if (subject->name != NULL)
		return policy_package(policy, atomic_load_explicit(&subject->name->number, memory_order_relaxed));
	return group == NULL ? NULL : group->package;
}

struct terms
terms_of_services(const struct policy *policy, const struct terms_subject *subject, uint64_t services, uint64_t now_ms)
{
	const struct subscriber *name = subject->name;
	struct overriding overriding =
		policy_overriding(policy, name == NULL ? NULL : &name->address, subject->address, now_ms);
	const struct group *group = name == NULL ? policy_group(policy, subject->address) : NULL;
	const struct package *package = package_of(policy, subject, group);
	struct terms terms = {.services = services & ~overriding.exempt};

	if (package != NULL)
		terms = terms_within(overriding.package == NULL ? package : overriding.package, terms.services);
	terms.group = group;
	terms.blocked = services & overriding.blocked;
	return terms;
}

struct terms
terms_of(const struct policy *policy, const struct session_key *key, const struct subscriber *name, enum side opener,
	 uint64_t now_ms)
{
	const struct terms_subject subject = {.address = &key->subscriber, .name = name};

	return terms_of_services(policy, &subject, classifier_services(&policy->classifier, key, opener), now_ms);
}

struct terms
terms_of_subscriber(const struct policy *policy, const struct subscriber *subscriber, uint64_t now_ms)
{
	const struct terms_subject subject = {
		.address = &subscriber->address,
		.name = subscriber->kind == SUBSCRIBER_NAME ? subscriber : NULL,
	};

	return terms_of_services(policy, &subject, 0, now_ms);
}

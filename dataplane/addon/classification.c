// SPDX-License-Identifier: Apache-2.0
// Classifications: see classification.h.

#include "classification.h"

#include "terms.h"

#include <stdlib.h>
#include <string.h>

static const char no_memory[] = "there is no memory for it";

struct classification {
	struct policy *policy;
	struct session_key key;
	struct subscriber record; // a name's, as the fast path would have it
	const struct subscriber *name;
	enum side opener;
	uint64_t now_ms;
	struct overriding overriding;
	struct override_walk walk;
	bool package_given; // by an override that was told already
};

static struct address
address_of(const uint8_t bytes[16])
{
	struct address address;

	memcpy(address.bytes, bytes, sizeof(address.bytes));
	return address;
}

static void
put(struct classification *c, const struct classification_question *question)
{
	c->key = (struct session_key){
		.subscriber = address_of(question->subscriber),
		.network = address_of(question->network),
		.subscriber_port = question->from_network ? question->server_port : 0,
		.network_port = question->from_network ? 0 : question->server_port,
		.tags_protocol = question->protocol,
	};
	c->opener = question->from_network ? SIDE_NETWORK : SIDE_SUBSCRIBER;
	c->now_ms = question->now_ms;
	if (question->named) {
		c->record.address = address_of(question->name);
		atomic_init(&c->record.number, question->package_id);
		c->name = &c->record;
	}
	const struct address *own = c->name == NULL ? NULL : &c->name->address;
	c->overriding = policy_overriding(c->policy, own, &c->key.subscriber, c->now_ms);
	c->walk = policy_overrides(c->policy, own, &c->key.subscriber);
}

static struct policy *
compiled(const uint8_t *blob, size_t length, const char **wrong)
{
	void *copy = malloc(length + 1);
	struct policy *policy = NULL;

	*wrong = no_memory;
	if (copy != NULL) {
		memcpy(copy, blob, length);
		*wrong = policy_check(copy, length, POLICY_DETECTORS_MAX);
	}
	if (*wrong == NULL) {
		void *memory = aligned_alloc(64, policy_size(copy));
		if (memory != NULL)
			policy = policy_compile(copy, memory, 1);
		else
			*wrong = no_memory;
	}
	free(copy);
	return policy;
}

struct classification *
classification_new(const uint8_t *blob, size_t length, const struct classification_question *question,
		   const char **wrong)
{
	struct classification *c = calloc(1, sizeof(*c));

	*wrong = no_memory;
	if (c == NULL)
		return NULL;
	c->policy = compiled(blob, length, wrong);
	if (c->policy == NULL) {
		free(c);
		return NULL;
	}
	put(c, question);
	return c;
}

void
classification_free(struct classification *c)
{
	free(c->policy);
	free(c);
}

static void
describe_group(struct classification_answer *answer, const struct classification *c, const struct group *group)
{
	uint8_t length = group_prefix_length(group, &c->key.subscriber);
	struct address first = address_prefix(&c->key.subscriber, length);

	answer->anonymous = true;
	answer->group = (uint32_t)(group - c->policy->groups);
	answer->template_number = group->template_number;
	memcpy(answer->subscriber, first.bytes, sizeof(first.bytes));
	answer->subscriber_length = length;
}

static void
describe_subscriber(struct classification_answer *answer, const struct classification *c, const struct terms *terms)
{
	answer->known = true;
	if (c->name == NULL) {
		describe_group(answer, c, terms->group);
	} else {
		memcpy(answer->subscriber, c->name->address.bytes, sizeof(answer->subscriber));
		answer->subscriber_length = 128;
	}
	answer->package = terms->package->id;
	answer->measured = terms->measured;
	for (uint32_t d = 0; d < terms->package->detector_count; d++)
		if (terms->package->detectors[d].service & terms->services)
			answer->detectors[answer->detector_count++] = terms->package->detectors[d].id;
}

struct classification_answer
classification_answer(const struct classification *c)
{
	struct terms terms = terms_of(c->policy, &c->key, c->name, c->opener, c->now_ms);
	uint64_t services = classifier_services(&c->policy->classifier, &c->key, c->opener);
	struct classification_answer answer = {
		.services = services,
		.exempt = services & ~terms.services,
		.blocked = terms.blocked,
	};

	if (terms.package != NULL)
		describe_subscriber(&answer, c, &terms);
	return answer;
}

bool
classification_override(struct classification *c, struct classification_override *told)
{
	uint64_t services = classifier_services(&c->policy->classifier, &c->key, c->opener);
	const struct override_target *target;

	while ((target = override_walk_next(&c->walk)) != NULL) {
		const struct override *override = &c->policy->overrides.overrides[target->override];
		if (c->now_ms >= override->until_ms)
			continue;
		*told = (struct classification_override){
			.id = override->id,
			// An address's does not reach the name that has it.
			.gives_package = override->package != NULL && override->package == c->overriding.package &&
					 !c->package_given,
			.exempt = override->exempt & c->overriding.exempt & services,
			.blocked = override->blocked & c->overriding.blocked & services,
		};
		c->package_given |= override->package != NULL;
		if (told->gives_package || told->exempt != 0 || told->blocked != 0)
			return true;
	}
	return false;
}

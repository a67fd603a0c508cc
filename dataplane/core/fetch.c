// SPDX-License-Identifier: Apache-2.0
// Fetching ahead: see fetch.h. Each loop reads what the one before it started to fetch.
//
// rte_prefetch0 and not the compiler's builtin: GCC 12 takes a function of nothing but builtin prefetches for one without effect
// and leaves out its calls.

#include "fetch.h"

#include <rte_prefetch.h>

// A packet whose session was not found yet.
struct opening {
	uint32_t index;           // in the burst
	uint64_t subscriber_hash; // known once it is not in the second bucket either
};

// Looks in the first buckets, where nearly every session lies. Returns how many packets have nothing there.
static unsigned
look_in_first(const struct session_table *sessions, struct packet *const packets[], unsigned count,
	      uint32_t candidates[], struct opening openings[])
{
	unsigned missing = 0;

	for (unsigned i = 0; i < count; i++) {
		if (packets[i]->kind < PACKET_TCP)
			continue;
		candidates[i] = session_table_candidate(sessions, packets[i]->hash, 0);
		if (candidates[i] == TAG_NO_SLOT) {
			session_table_prefetch(sessions, packets[i]->hash, 1);
			openings[missing++].index = i;
		}
	}
	return missing;
}

// Looks in the second buckets. Keeps the packets that have nothing there either, and returns how many: they are judged by their
// subscribers and need an entry.
static unsigned
look_in_second(const struct session_table *sessions, struct packet *const packets[], unsigned missing,
	       uint32_t candidates[], struct opening openings[])
{
	unsigned kept = 0;

	for (unsigned i = 0; i < missing; i++) {
		uint32_t index = openings[i].index;

		candidates[index] = session_table_candidate(sessions, packets[index]->hash, 1);
		if (candidates[index] == TAG_NO_SLOT) {
			session_table_prefetch_vacancy(sessions, packets[index]->hash);
			openings[kept++].index = index;
		}
	}
	return kept;
}

// Hashes the subscribers' keys. Keeps the packets that have a subscriber of ours, and returns how many.
static unsigned
look_for_subscribers(const struct subscriber_table *subscribers, const struct policy *policy,
		     struct packet *const packets[], unsigned count, struct opening openings[])
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct session_key *key = &packets[openings[i].index]->key;
		const struct group *group = policy_group(policy, &key->subscriber);
		if (group == NULL)
			continue;
		struct subscriber_key subscriber = subscriber_key(
			&key->subscriber, group_prefix_length(group, &key->subscriber), session_key_tags(key));
		openings[kept].subscriber_hash = subscriber_table_hash(subscribers, &subscriber);
		subscriber_table_prefetch(subscribers, openings[kept++].subscriber_hash, 0);
	}
	return kept;
}

static void
fetch_records(const struct pipeline *pipeline, const struct opening openings[], unsigned count)
{
	const struct subscriber_table *subscribers = &pipeline->subscribers;
	const uint32_t *slots[BURST_MAX];
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++) {
		slots[found] = subscriber_table_candidate(subscribers, openings[i].subscriber_hash);
		if (slots[found] != NULL)
			found++;
		else
			subscriber_table_prefetch(subscribers, openings[i].subscriber_hash, 1);
	}
	for (unsigned i = 0; i < found; i++)
		rte_prefetch0(&subscribers->records[*slots[i]]);
	for (unsigned i = 0; i < found; i++)
		watch_prefetch(&pipeline->watches, subscribers->records[*slots[i]].watch);
}

void
fetch_burst(const struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[],
	    unsigned count, uint32_t candidates[])
{
	struct opening openings[BURST_MAX];

	for (unsigned i = 0; i < count; i++) {
		if (packets[i]->kind < PACKET_TCP)
			continue;
		packets[i]->hash = hash_bytes(pipeline->secret, &packets[i]->key, sizeof(packets[i]->key));
		session_table_prefetch(&pipeline->sessions, packets[i]->hash, 0);
	}
	count = look_in_first(&pipeline->sessions, packets, count, candidates, openings);
	if (count == 0)
		return;
	count = look_in_second(&pipeline->sessions, packets, count, candidates, openings);
	count = look_for_subscribers(&pipeline->subscribers, policy, packets, count, openings);
	fetch_records(pipeline, openings, count);
}

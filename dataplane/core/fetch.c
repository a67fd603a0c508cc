// SPDX-License-Identifier: Apache-2.0
// Fetching ahead: see fetch.h. Each loop reads what the one before it started to fetch.
//
// rte_prefetch0 and not the compiler's builtin: GCC 12 takes a function of nothing but builtin prefetches for one without effect
// and leaves out its calls.

#include "fetch.h"

#include "mapping.h"

#include <rte_prefetch.h>

// Keys that a packet's subscriber may have: his group's, and if there are mappings, the likeliest of them.
#define KEYS_MAX (2 * BURST_MAX)

// Looks in the first buckets, where nearly every session lies. Returns how many packets have nothing there: `openings`.
static unsigned
look_in_first(const struct session_table *sessions, struct packet *const packets[], unsigned count,
	      uint32_t candidates[], uint32_t openings[])
{
	unsigned missing = 0;

	for (unsigned i = 0; i < count; i++) {
		if (packets[i]->kind < PACKET_TCP)
			continue;
		candidates[i] = session_table_candidate(sessions, packets[i]->hash, 0);
		if (candidates[i] == TAG_NO_SLOT) {
			session_table_prefetch(sessions, packets[i]->hash, 1);
			openings[missing++] = i;
		}
	}
	return missing;
}

// Looks in the second buckets. Keeps the packets that have nothing there either, and returns how many: they are judged by their
// subscribers and need an entry.
static unsigned
look_in_second(const struct session_table *sessions, struct packet *const packets[], unsigned missing,
	       uint32_t candidates[], uint32_t openings[])
{
	unsigned kept = 0;

	for (unsigned i = 0; i < missing; i++) {
		uint32_t index = openings[i];

		candidates[index] = session_table_candidate(sessions, packets[index]->hash, 1);
		if (candidates[index] == TAG_NO_SLOT) {
			session_table_prefetch_vacancy(sessions, packets[index]->hash);
			openings[kept++] = index;
		}
	}
	return kept;
}

static uint64_t
look_for(const struct subscriber_table *subscribers, const struct subscriber_key *key)
{
	uint64_t hash = subscriber_table_hash(subscribers, key);

	subscriber_table_prefetch(subscribers, hash, 0);
	return hash;
}

// Hashes the subscribers' keys; returns how many there are.
static unsigned
look_for_subscribers(const struct subscriber_table *subscribers, const struct policy *policy,
		     struct packet *const packets[], unsigned count, const uint32_t openings[], uint64_t hashes[])
{
	unsigned keys = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct session_key *session = &packets[openings[i]]->key;
		const struct address *address = &session->subscriber;
		uint32_t tags = session_key_tags(session);
		unsigned form = subscribers->mappings == 0
					? MAPPING_FORMS
					: mapping_next_form(subscribers, 0, address_is_ipv4(address));
		const struct group *group = policy_group(policy, address);

		if (form < MAPPING_FORMS) {
			const struct subscriber_key key = mapping_key(form, address, tags);
			hashes[keys++] = look_for(subscribers, &key);
		}
		if (group != NULL) {
			const struct subscriber_key key =
				subscriber_key(address, group_prefix_length(group, address), tags);
			hashes[keys++] = look_for(subscribers, &key);
		}
	}
	return keys;
}

// Puts their names in place of the mappings among the records.
static void
fetch_names(const struct subscriber_table *subscribers, const struct subscriber *records[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (records[i]->kind != SUBSCRIBER_MAPPING)
			continue;
		records[i] = &subscribers->records[subscriber_handle(records[i]).slot];
		rte_prefetch0(records[i]);
	}
}

static void
fetch_records(const struct pipeline *pipeline, const uint64_t hashes[], unsigned count)
{
	const struct subscriber_table *subscribers = &pipeline->subscribers;
	const uint32_t *slots[KEYS_MAX];
	const struct subscriber *records[KEYS_MAX];
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++) {
		slots[found] = subscriber_table_candidate(subscribers, hashes[i]);
		if (slots[found] != NULL)
			found++;
		else
			subscriber_table_prefetch(subscribers, hashes[i], 1);
	}
	for (unsigned i = 0; i < found; i++) {
		records[i] = &subscribers->records[*slots[i]];
		rte_prefetch0(records[i]);
	}
	if (subscribers->mappings > 0)
		fetch_names(subscribers, records, found);
	for (unsigned i = 0; i < found; i++)
		watch_prefetch(&pipeline->watches, subscriber_handle(records[i]));
}

void
fetch_burst(const struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[],
	    unsigned count, uint32_t candidates[])
{
	uint32_t openings[BURST_MAX]; // packets whose sessions were not found yet
	uint64_t hashes[KEYS_MAX];

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
	count = look_for_subscribers(&pipeline->subscribers, policy, packets, count, openings, hashes);
	fetch_records(pipeline, hashes, count);
}

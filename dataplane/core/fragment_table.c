// SPDX-License-Identifier: Apache-2.0
// The fragment table: see fragment_table.h.

#include "fragment_table.h"

#include <string.h>

#define BUCKETS      1024
#define BUCKET_SLOTS 4

// How long a receiver waits for the rest of a datagram: 30 s in Linux (ip-sysctl, ipfrag_time), at most 60 s (RFC 8200 4.5).
#define FATE_MS 30000

// What names a datagram on its way (RFC 791 3.2, RFC 8200 4.5), within its tags. No padding: it is hashed as bytes.
struct fragment_key {
	struct address source, destination;
	uint32_t id;
	uint32_t tags_protocol; // as in a session's key; the protocol only of IPv4
};

struct fragment_entry {
	struct fragment_key key;
	uint32_t noted_ms; // low 32 bits
	uint32_t fate;     // enum fragment_fate; FRAGMENT_UNKNOWN: free
};

struct fragment_bucket {
	_Alignas(64) struct fragment_entry entries[BUCKET_SLOTS];
};
_Static_assert(sizeof(struct fragment_bucket) == 192, "three cache lines");

size_t
fragment_table_size(void)
{
	return BUCKETS * sizeof(struct fragment_bucket);
}

void
fragment_table_init(struct fragment_table *table, void *memory, const struct hash_secret *secret)
{
	*table = (struct fragment_table){.buckets = memory, .secret = secret};
}

static struct fragment_key
key_of(const struct packet *packet)
{
	const struct session_key *key = &packet->key;
	bool up = packet->side == SIDE_SUBSCRIBER, ipv4 = address_is_ipv4(&key->subscriber);

	return (struct fragment_key){
		.source = up ? key->subscriber : key->network,
		.destination = up ? key->network : key->subscriber,
		.id = packet->fragment_id,
		.tags_protocol = session_key_tags(key) << 8 | (ipv4 ? session_key_protocol(key) : 0),
	};
}

static struct fragment_bucket *
bucket_of(const struct fragment_table *table, const struct fragment_key *key)
{
	return &table->buckets[hash_bytes(table->secret, key, sizeof(*key)) % BUCKETS];
}

static bool
in_force(const struct fragment_entry *entry, uint64_t now_ms)
{
	return entry->fate != FRAGMENT_UNKNOWN && (uint32_t)now_ms - entry->noted_ms < FATE_MS;
}

static bool
is_of(const struct fragment_entry *entry, const struct fragment_key *key)
{
	return memcmp(&entry->key, key, sizeof(*key)) == 0;
}

enum fragment_fate
fragment_table_find(const struct fragment_table *table, const struct packet *packet, uint64_t now_ms)
{
	const struct fragment_key key = key_of(packet);
	const struct fragment_entry *entries = bucket_of(table, &key)->entries;

	for (int i = 0; i < BUCKET_SLOTS; i++)
		if (in_force(&entries[i], now_ms) && is_of(&entries[i], &key))
			return entries[i].fate;
	return FRAGMENT_UNKNOWN;
}

// The key's entry, else one that is over, else the oldest.
static struct fragment_entry *
place_for(struct fragment_bucket *bucket, const struct fragment_key *key, uint64_t now_ms)
{
	struct fragment_entry *place = &bucket->entries[0];

	for (int i = 0; i < BUCKET_SLOTS; i++) {
		struct fragment_entry *entry = &bucket->entries[i];
		if (is_of(entry, key))
			return entry;
		if (!in_force(place, now_ms))
			continue;
		if (!in_force(entry, now_ms) || (uint32_t)now_ms - entry->noted_ms > (uint32_t)now_ms - place->noted_ms)
			place = entry;
	}
	return place;
}

bool
fragment_table_note(struct fragment_table *table, const struct packet *packet, enum fragment_fate fate, uint64_t now_ms)
{
	const struct fragment_key key = key_of(packet);
	struct fragment_entry *entry = place_for(bucket_of(table, &key), &key, now_ms);
	bool known = is_of(entry, &key), forgotten = !known && in_force(entry, now_ms);

	// A passing datagram needs no entry, but must not inherit that of an earlier one with its number.
	if (fate == FRAGMENT_UNKNOWN && !known)
		return false;
	*entry = (struct fragment_entry){.key = key, .noted_ms = (uint32_t)now_ms, .fate = fate};
	return forgotten;
}

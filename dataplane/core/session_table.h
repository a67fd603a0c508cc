// SPDX-License-Identifier: Apache-2.0
// The sessions of one worker. Fixed memory: 64 bytes a slot beside 2 bytes of tag, 1.25 slots a session. Only its worker
// touches it; it does not outlive the process.
//
// When the table or both buckets of a new key are full, one of eight entries side by side in the first bucket makes room: one over
// its time, else one that is closed, or unanswered in no service, else a refused one, else one joined or in no service, else an
// unanswered one; of those alike the one seen longest ago. The entry of a counted session that was answered never does. With none
// of these in the whole bucket the caller gets no entry and judges the session without one.

#pragma once

#include "hash.h"
#include "packet.h"
#include "session_state.h"
#include "tag_table.h"

#include <rte_prefetch.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session {
	struct session_key key;
	uint32_t opening_sequence; // of the SYN that opened it, host order
	uint32_t answer_sequence;  // of the SYN+ACK that answered it, if `answered`
	uint32_t last_seen_ms;     // low 32 bits; within SESSION_SEEN_GRAIN_MS of the truth
	uint32_t bytes;            // of its frames, both ways, that its subscriber's usage does not have yet
	uint32_t subscriber;       // a reference (belonging.h) to the record that it is counted by; RECORD_NONE
	uint16_t generation;       // low bits of that of the policy whose terms it has
	uint16_t state : 4;        // enum session_state
	uint16_t opener : 1;       // enum side
	uint16_t fin_by_opener : 1;
	uint16_t unbound : 1;  // opened from the network toward an address of a group that has no subscriber yet
	uint16_t holds : 1;    // it is one of its subscriber's open sessions
	uint16_t counted : 1;  // some detector counts one of its services, or its usage is counted
	uint16_t measured : 1; // its usage is
	uint16_t cuttable : 1; // some detector may end it before its time
	uint16_t awaited : 1;  // some detector counts it once its handshake is complete
	uint16_t answered : 1;
	uint16_t resets : 1;      // of a refused one: its segments are answered with a reset to the subscriber
	uint16_t resets_both : 1; // ... and to the other end
	uint16_t cut : 1;         // of a refused one: not refused as it opened, but cut since
};
_Static_assert(SESSION_STATES <= 1 << 4, "the bits of a state");
_Static_assert(sizeof(struct session) == 64, "one cache line");

// A line is written for its time only this often, so most packets leave it clean.
#define SESSION_SEEN_GRAIN_MS 500

struct session_table {
	struct tag_table tags;
	struct session *entries; // one a slot
	uint32_t capacity;       // sessions, at most; there are 1.25 slots for each
	uint32_t used;
	uint32_t sweep; // next slot to look at
};

// What is done with a session that leaves the table, or that has bytes to settle.
typedef void (*session_visit)(void *context, const struct session *session);

size_t session_table_size(uint32_t capacity);

// An empty table over session_table_size(capacity) zeroed bytes, aligned to 64.
void session_table_init(struct session_table *table, void *memory, uint32_t capacity);

// The key's session is looked for in steps, so that those of a burst can be taken side by side: each starts to fetch what the
// next one reads. Few keys lie in the bucket of choice 1, which is only looked at when choice 0 gave nothing.
static inline void
session_table_prefetch(const struct session_table *table, uint64_t hash, int choice)
{
	tag_table_prefetch(&table->tags, hash, choice);
}

// The slot that most likely holds the key; TAG_NO_SLOT when no tag in the bucket is the key's.
static inline uint32_t
session_table_candidate(const struct session_table *table, uint64_t hash, int choice)
{
	uint32_t slot = tag_table_candidate(&table->tags, hash, choice);

	if (slot != TAG_NO_SLOT)
		rte_prefetch0(&table->entries[slot]);
	return slot;
}

// For a key that has none: starts to fetch the entry that session_table_insert would take now.
static inline void
session_table_prefetch_vacancy(const struct session_table *table, uint64_t hash)
{
	uint32_t slot = tag_table_vacancy(&table->tags, hash);

	if (slot != TAG_NO_SLOT)
		rte_prefetch0(&table->entries[slot]);
}

static inline bool
session_key_equal(const struct session_key *a, const struct session_key *b)
{
	__m256i x = _mm256_loadu_si256((const __m256i *)a), y = _mm256_loadu_si256((const __m256i *)b);
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)) == UINT32_MAX &&
	       memcmp((const uint8_t *)a + 32, (const uint8_t *)b + 32, 8) == 0;
}

// The key's session by looking at every slot whose tag matches.
struct session *session_table_search(struct session_table *table, const struct session_key *key, uint64_t hash);

// The key's session, or NULL. `candidate` is what session_table_candidate said, TAG_NO_SLOT if it was not asked.
static inline struct session *
session_table_find(struct session_table *table, const struct session_key *key, uint64_t hash, uint32_t candidate)
{
	if (candidate != TAG_NO_SLOT && session_key_equal(&table->entries[candidate].key, key) &&
	    table->entries[candidate].state != SESSION_FREE)
		return &table->entries[candidate];
	return session_table_search(table, key, hash);
}

// A new entry for a key that has none: its key and time set, its state SESSION_FREE until the caller sets one. NULL: full.
// `*evicted` tells whether another session made room; `removed` was then called for it.
struct session *session_table_insert(struct session_table *table, const struct session_key *key, uint64_t hash,
				     uint64_t now_ms, session_visit removed, void *context, bool *evicted);

static inline void
session_touch(struct session *session, uint64_t now_ms)
{
	if ((uint32_t)now_ms - session->last_seen_ms >= SESSION_SEEN_GRAIN_MS)
		session->last_seen_ms = (uint32_t)now_ms;
}

// Looks at the next `count` slots: calls `removed` for the sessions that were idle too long and removes them, `settled` for others
// that have bytes, and clears those. Returns how many were removed.
uint32_t session_table_sweep(struct session_table *table, uint32_t count, uint64_t now_ms, session_visit removed,
			     session_visit settled, void *context);

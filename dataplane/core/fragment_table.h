// SPDX-License-Identifier: Apache-2.0
// What became of the first fragments whose datagram's later ones must not simply pass. One worker's own.
//
// Later fragments carry no ports. They have the first one's addresses, so they come to the same worker, behind it if nobody on
// the way reorders them. Nothing is held back: one that comes before its first passes, and is of no use without it. Most datagrams
// pass and are not in the table.
// Exhaustion: the oldest of the key's bucket makes room. The later fragments of a refused datagram then pass, which helps nobody; the
// second of one that hid TCP's flags is refused. Both are counted when they are forgotten.

#pragma once

#include "hash.h"
#include "packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fragment_fate {
	FRAGMENT_UNKNOWN = 0, // the first one passed, or was not seen
	FRAGMENT_REFUSED,
	FRAGMENT_TINY, // the first one hid TCP's flags or the ports, counted as an opening, and passed
};

struct fragment_bucket;

struct fragment_table {
	struct fragment_bucket *buckets;
	const struct hash_secret *secret;
};

size_t fragment_table_size(void);

// An empty table over fragment_table_size() zeroed bytes, aligned to 64.
void fragment_table_init(struct fragment_table *table, void *memory, const struct hash_secret *secret);

// What is known of the packet's datagram.
enum fragment_fate fragment_table_find(const struct fragment_table *table, const struct packet *packet,
				       uint64_t now_ms);

// Remembers what became of a first fragment, for 30 s. True: another datagram was forgotten for it before its time.
bool fragment_table_note(struct fragment_table *table, const struct packet *packet, enum fragment_fate fate,
			 uint64_t now_ms);

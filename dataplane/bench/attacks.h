// SPDX-License-Identifier: Apache-2.0
// The bench's wire under attack: packets by number, as in traffic.h. The first packets, which rows.c counts, fill what the
// attack finds full.

#pragma once

#include "frame.h"

#include <stdint.h>

struct hash_secret;

// One subscriber's SYNs to mail servers, no two of one session.
struct frame_plan attack_syn_flood(uint32_t sessions, uint64_t number);

// SYNs to a port of no service, each from a subscriber who was never seen.
struct frame_plan attack_random_sources(uint32_t sessions, uint64_t number);

// HTTP of `sessions` subscribers; SMTP of a 16th as many others, who fill a pool of that size; then SMTP of the first.
#define ATTACK_WATCHES_SHARE 16
struct frame_plan attack_watches(uint32_t sessions, uint64_t number);

// SYNs of one subscriber over IPv6 to servers whose host parts alone differ. Under a secret made by attack_weaken all of them
// have one hash: one tag, and two buckets, which `sessions` = 64 fill.
struct frame_plan attack_collisions(uint32_t sessions, uint64_t number);

// Makes a secret with which the host part of a server's address does not count: what an attacker would do who knew the
// secret and could choose it, not one who has to guess.
void attack_weaken(struct hash_secret *secret);

// First fragments, and later ones whose first never came, of the UDP in traffic_established, which opens the sessions.
struct frame_plan attack_fragments(uint32_t sessions, uint64_t number);

// Lengths that do not fit, and fragments that hide a TCP header, in equal parts, from subscribers of traffic_established.
struct frame_plan attack_malformed(uint32_t sessions, uint64_t number);

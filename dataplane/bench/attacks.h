// SPDX-License-Identifier: Apache-2.0
// The bench's wire under attack: packets by number, as in traffic.h. The first packets, which rows.c counts, fill what the
// attack finds full.

#pragma once

#include "frame.h"

#include <stdint.h>

struct hash_secret;

// HTTP: a session of each of `sessions` subscribers, all of them answered; then SYNs of the same subscribers.
struct frame_plan attack_full_table(uint32_t sessions, uint64_t number);

// One subscriber's SYNs to mail servers, no two of one session.
struct frame_plan attack_syn_flood(uint32_t sessions, uint64_t number);

// The same as first fragments with no more of TCP than its ports, no two of one datagram.
struct frame_plan attack_tiny_fragments(uint32_t sessions, uint64_t number);

// SYNs to a port of no service, each from a subscriber who was never seen.
struct frame_plan attack_random_sources(uint32_t sessions, uint64_t number);

// HTTP of `sessions` subscribers; SMTP of a 16th as many others, who fill a pool of that size; then SMTP of the first.
#define ATTACK_WATCHES_SHARE 16
struct frame_plan attack_watches(uint32_t sessions, uint64_t number);

// SYNs of one subscriber over IPv6 to servers whose host parts alone differ. Under a secret made by attack_weaken all of them
// have one hash: one tag, and two buckets, which `sessions` = 64 fill for good, because they are answered.
struct frame_plan attack_collisions(uint32_t sessions, uint64_t number);

// Makes a secret with which the host part of a server's address does not count: what an attacker would do who knew the
// secret and could choose it, not one who has to guess.
void attack_weaken(struct hash_secret *secret);

// From who opened the sessions of traffic_established: half of them first fragments of UDP, a quarter later ones whose first
// never came, and a quarter such of TCP that would overlay its flags.
struct frame_plan attack_fragments(uint32_t sessions, uint64_t number);

// IP lengths beyond the frame and TCP headers too short to be one, in turn, from the same.
struct frame_plan attack_malformed(uint32_t sessions, uint64_t number);

// SPDX-License-Identifier: Apache-2.0
// A naive appliance: sessions, subscribers and fixed windows in plain lists, told as architecture.md tells them. It never
// forgets a session by age and its lists are never full, so the tests keep the engine from both.

#pragma once

#include "packet.h"
#include "pipeline.h"

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_SESSIONS    8192
#define NAIVE_SUBSCRIBERS 64
#define NAIVE_QUOTAS      4

// Sessions that a subscriber opens to this port: at most so many in a fixed window.
struct naive_quota {
	uint8_t protocol;
	uint16_t port;
	uint32_t threshold;
	uint32_t period_ms;
	bool block;
};

struct naive_session {
	struct session_key key;
	enum side opener;
	uint32_t sequence;
	bool joined, refused, reset;
	bool answered; // or spoken in by its opener: a reset needs no acknowledgement any more
	bool fin[SIDES];
};

struct naive_window {
	uint64_t started_ms;
	uint32_t counted; // 0: no period yet
};

struct naive_subscriber {
	struct address address; // of its prefix
	uint32_t tags;
	struct naive_window windows[NAIVE_QUOTAS];
};

struct naive {
	const struct naive_quota *quotas; // NAIVE_QUOTAS
	uint32_t session_count, subscriber_count;
	uint32_t breaches; // declared
	struct naive_session sessions[NAIVE_SESSIONS];
	struct naive_subscriber subscribers[NAIVE_SUBSCRIBERS];
};

// Subscribers are IPv4 hosts in 10.0.0.0/8 and the /64s of 2001:db8::/32.
enum verdict naive_judge(struct naive *naive, const struct packet *packet, uint64_t now_ms);

// The process ended: its sessions are joined in the middle from now on.
void naive_forget_sessions(struct naive *naive);

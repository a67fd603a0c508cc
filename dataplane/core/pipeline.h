// SPDX-License-Identifier: Apache-2.0
// The order of a packet's way through the engine, for a burst: session, or subscriber, services, detectors, verdict. The only
// file that knows it. One worker calls it, with the policy that the control thread gave it and a clock of its own.

#pragma once

#include "counters.h"
#include "event_ring.h"
#include "fragment_table.h"
#include "hash.h"
#include "packet.h"
#include "policy.h"
#include "session_table.h"
#include "subscriber_table.h"
#include "watch.h"

#include <stdint.h>

// Packets in a burst, at most: enough independent fetches to hide one another's latency, few enough to stay in L1.
#define BURST_MAX 32

enum verdict {
	VERDICT_FORWARD = 0,
	VERDICT_REFUSE = 1,
	VERDICT_RESET = 2,      // refused, and the subscriber gets a TCP reset
	VERDICT_RESET_BOTH = 3, // and the other end too
};

// What one worker judges with. Everything in it has one writer, this worker.
struct pipeline {
	const struct hash_secret *secret;
	struct session_table sessions;
	struct subscriber_table subscribers;
	struct fragment_table fragments;
	struct watch_pool watches;
	struct watch_reports reports; // of this worker
	struct engine_counters *counters;
	// Of this turn, set by both functions below:
	const struct policy *policy;
	uint64_t now_ms;
	uint64_t swept_ms;
	uint64_t sweep_due_ms; // time whose share of the tables is not yet looked at
};

// Judges `count` parsed packets (at most BURST_MAX), all owned by this worker, in order. `now_ms`: CLOCK_BOOTTIME, never
// going back.
void pipeline_burst(struct pipeline *pipeline, const struct policy *policy, struct packet *const packets[],
		    unsigned count, uint64_t now_ms, uint8_t verdicts[]);

// Ages sessions, ends breaches, returns watches, ages subscribers: a slice that fits the time since the last call, so that
// every table is seen whole in the times below whatever the traffic. Call it between bursts. What a pause has left is made up for
// in turns of SWEEP_TURN_MS: packets do not wait for a whole table to be looked at.
void pipeline_sweep(struct pipeline *pipeline, const struct policy *policy, uint64_t now_ms);

#define SWEEP_SESSIONS_MS    4000
#define SWEEP_WATCHES_MS     1000 // so the end of a breach is told within a second; it ends for packets at once
#define SWEEP_SUBSCRIBERS_MS 16000
#define SWEEP_TURN_MS        20 // one in 200 of the sessions: 4 MB of a table for 4 million

// The worker among `workers` that owns a subscriber-side address (of IPv6: its /64), or a name by its own address.
unsigned pipeline_owner(const struct hash_secret *secret, const struct address *address, unsigned workers);

// True for a packet that has such an address; others belong to whoever received them.
static inline bool
packet_owned(const struct packet *packet)
{
	return packet->kind >= PACKET_IP;
}

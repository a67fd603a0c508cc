// SPDX-License-Identifier: Apache-2.0
// The engine on plain memory, for replay and tests: one worker, a clock that the caller turns, and a secret that is always the
// same, so that the same packets and times give the same answers. Does for a packet what a worker of the fast path does.

#pragma once

#include "plain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct offline_engine;

struct offline_size {
	uint32_t sessions;
	uint32_t subscribers;
	uint32_t watches;
	uint32_t detectors; // that a watch has room for: see core/records.h
};

// NULL: no memory. It needs a policy before it is given packets.
struct offline_engine *offline_engine_new(const struct offline_size *size);

void offline_engine_free(struct offline_engine *engine);

// NULL: the policy is in force. Else what policy_check found wrong, or that there is no memory; the old one stays.
const char *offline_engine_apply(struct offline_engine *engine, const uint8_t *blob, size_t length);

// Makes `count` struct subscriber_change (core/subscriber_change.h), as CONTROL_SUBSCRIBERS does. NULL: they are made, but for
// `*refused`. Else what is wrong with them, or that there is no memory; nothing has changed.
const char *offline_engine_change(struct offline_engine *engine, uint32_t epoch, const uint8_t *changes, uint32_t count,
				  uint32_t *refused);

// Takes away the names and mappings that the epoch's changes did not speak of.
void offline_engine_sweep(struct offline_engine *engine, uint32_t epoch);

#define OFFLINE_CHANGE_BYTES 32

enum offline_side { OFFLINE_SUBSCRIBER = 0, OFFLINE_NETWORK = 1, OFFLINE_NEITHER = 2 };

struct frame {
	const uint8_t *bytes;
	uint32_t captured; // bytes that there are
	uint32_t length;   // bytes that there were on the wire
};

// A session when a packet has changed it. Texts are constants.
struct plain_session {
	const char *change; // "opened", "joined", "refused", "state"; NULL: the packet changed none
	const char *state;  // the engine's, or "untracked": judged without an entry, because the table is full
	uint64_t services;  // bit i: the policy's service i
	uint8_t subscriber[16];
	uint8_t network[16];
	uint16_t subscriber_port;
	uint16_t network_port;
	uint16_t outer_vlan; // 0: none
	uint16_t inner_vlan;
	uint8_t protocol; // of IP
	enum offline_side opener;
};

struct offline_answer {
	const char *kind;    // "other", "malformed", "ip", "evasive", "fragment", "tcp", "udp"
	const char *verdict; // "forward", "refuse", "cutoff"
	uint32_t generation; // of the policy
	struct plain_session session;
};

// Judges one frame. `now_ms`: above 0; one before the last is taken for the last. `link` is below 4.
struct offline_answer offline_engine_packet(struct offline_engine *engine, const struct frame *frame,
					    enum offline_side side, unsigned link, uint64_t now_ms);

// Judges one frame of a capture, which has no ports: it came from the subscriber's side if its source is in an anonymous group,
// from the network's if its destination is. Neither: nobody's session is touched. The clock is the capture's, and the tables
// age along. Frames without addresses have no side, and are counted like any other.
struct offline_answer offline_engine_replay(struct offline_engine *engine, const struct frame *frame, uint64_t time_ms,
					    enum offline_side *side);

// Ages every table, as a worker does between bursts.
void offline_engine_advance(struct offline_engine *engine, uint64_t now_ms);

// The next event; false: none. None is lost when they are fetched after each packet and each advance, and so many do not happen in
// one of them.
#define OFFLINE_EVENTS_MAX 65536
bool offline_engine_event(struct offline_engine *engine, struct plain_event *event);

struct numbers offline_engine_counters(const struct offline_engine *engine);

#ifdef __cplusplus
}
#endif

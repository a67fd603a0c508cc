// SPDX-License-Identifier: Apache-2.0
// How the plain copies are made. Of the addon's C only.

#pragma once

#include "counters.h"
#include "event_ring.h"
#include "plain.h"
#include "records.h"
#include "sample.h"

void numbers_add(struct numbers *numbers, const char *name, uint64_t value);

// Adds to what an earlier worker's counters gave, or makes the entries: `numbers` is empty, or filled by this function.
void numbers_add_engine(struct numbers *numbers, const struct engine_counters *counters);

// `count`: at most NUMBERS_MAX.
struct histogram histogram_of(const counter *buckets, unsigned count);

struct plain_subscriber plain_subscriber_of(const struct address *address, uint8_t prefix_length, uint32_t tags);

// `destinations`: at most WATCH_DESTINATIONS, seen before `now_ms`.
void plain_destinations_of(const struct destination destinations[], uint32_t count, uint64_t now_ms,
			   struct plain_breach *breach);

const char *kind_name(enum packet_kind kind);

// Of SESSION_FREE: "untracked".
const char *state_name(enum session_state state);

// False when the sample cannot have been written by a worker of an engine with so many links.
bool plain_sample_of(const struct sample *sample, unsigned links, struct plain_sample *plain);

// False when the event cannot have been written by a worker.
bool plain_event_of(const struct event *event, struct plain_event *plain);

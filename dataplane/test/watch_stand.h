// SPDX-License-Identifier: Apache-2.0
// A pool of watches, subscribers and a ring for the watch's tests, and one session judged as signal_sessions.c judges it.

#pragma once

#include "watch.h"

#define STAND_WATCHES     6
#define STAND_DETECTORS   4
#define STAND_SUBSCRIBERS 8
#define STAND_EVENTS      64

// Services are bits; detectors are written with this.
#define SERVICE(n) (UINT64_C(1) << (n))
#define DETECTOR(number, of, quota, period, what)                                                                      \
	{                                                                                                              \
		.id = (number), .threshold = (quota), .period_ms = (period), .signal = SIGNAL_SESSIONS,                \
		.window = WINDOW_FIXED, .actions = (what), .service = (of)                                             \
	}

// A package of these detectors.
#define PACKAGE(...)                                                                                                   \
	{                                                                                                              \
		.detector_count = sizeof((const struct detector[]){__VA_ARGS__}) / sizeof(struct detector),            \
		.detectors = (const struct detector[])                                                                 \
		{                                                                                                      \
			__VA_ARGS__                                                                                    \
		}                                                                                                      \
	}

enum outcome { PASSED, REFUSED, UNWATCHED };

struct watch_stand {
	void *watches; // STAND_WATCHES, with room for STAND_DETECTORS
	struct subscriber subscribers[STAND_SUBSCRIBERS];
	struct watch_pool pool;
	void *pool_memory;
	struct engine_counters counters;
	struct event_ring *ring;
	struct watch_reports reports;
	struct hash_secret secret;
	uint64_t place, lost; // in the ring
	struct package package;
	struct detector detectors[STAND_DETECTORS]; // the package's, for tests that change them
	struct policy *policy;                      // in which every subscriber has this package
	uint64_t now_ms;
};

void watch_stand_start(struct watch_stand *stand);
void watch_stand_stop(struct watch_stand *stand);

// One worker's share of the pool, as it is found in the records; made anew.
void watch_stand_share(struct watch_stand *stand, uint32_t worker, uint32_t workers);

// Judges by a copy of this package from now on.
void watch_stand_package(struct watch_stand *stand, const struct package *package);

// The record in this slot.
struct watch *watch_stand_at(const struct watch_stand *stand, uint32_t slot);

// What a session of these services is judged as now.
enum outcome watch_stand_session(struct watch_stand *stand, uint32_t subscriber, uint64_t services);

// The whole share.
void watch_stand_sweep(struct watch_stand *stand);

// The next event must be this one.
void watch_stand_event(struct watch_stand *stand, enum event_kind kind, uint32_t detector, uint32_t counted);

// There must be none left.
void watch_stand_no_event(struct watch_stand *stand);

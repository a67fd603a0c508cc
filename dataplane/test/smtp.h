// SPDX-License-Identifier: Apache-2.0
// What the quota's tests share: the SMTP sessions of one subscriber, of whom 10 in 60 seconds pass.

#pragma once

#include "fixture.h"
#include "test.h"

#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 100, .watches = 100, .detectors = 4};

static inline struct talk
smtp(uint16_t port)
{
	return (struct talk){"10.0.0.5", "198.51.100.25", port, 25, 0, {{0}}};
}

static inline void
start(struct fixture *fixture)
{
	fixture_start(fixture, &size);
	fixture_apply_quota(fixture, 10, PERIOD_MS);
}

static inline enum verdict
open_smtp(struct fixture *fixture, uint16_t port)
{
	struct talk talk = smtp(port);

	return fixture_up(fixture, &talk, SYN, 1000u + port);
}

// Opens `count` sessions that pass, from ports from `first` on.
static inline void
open_many(struct fixture *fixture, uint16_t first, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		assert_int_equal(open_smtp(fixture, first + i), VERDICT_FORWARD);
}

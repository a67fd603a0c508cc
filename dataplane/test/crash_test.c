// SPDX-License-Identifier: Apache-2.0
// Killed between any two stores: the next process finds the state before or after the operation in flight, for the subscriber
// whom it concerned, and the unchanged state for everybody else.

#include "crash_points.h"
#include "fixture.h"
#include "release.h"
#include "test.h"

#define THRESHOLD 4
#define PERIOD_MS 60000
#define SUBJECT   "10.0.0.1"
#define BLOCKED   "10.0.0.2"
#define HALFWAY   "10.0.0.3" // two of four counted
#define NEWCOMER  "10.0.0.4"

static const struct engine_size size = {.workers = 1, .sessions = 64, .subscribers = 16, .watches = 16, .detectors = 4};

static void
apply(struct fixture *fixture, uint32_t detector, uint8_t window)
{
	struct blob_detector blocking = BLOCKING(detector, 0, THRESHOLD, PERIOD_MS);
	const struct policy_parts parts = {
		.subscriber_ageing_seconds = 600,
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1, .measured = {1}}),
		.detectors = {&blocking, 1},
	};

	blocking.window = window;
	fixture_apply(fixture, &parts);
}

static enum verdict
open_session(struct fixture *fixture, const char *subscriber, uint16_t server_port)
{
	static uint16_t port;
	struct talk talk = {subscriber, "198.51.100.25", ++port, server_port, 0, {{0}}};

	return fixture_up(fixture, &talk, SYN, 1);
}

static void
open_sessions(struct fixture *fixture, const char *subscriber, int count)
{
	while (count-- > 0)
		open_session(fixture, subscriber, 25);
}

// How many sessions pass before one is refused.
static unsigned
sessions_left(struct fixture *fixture, const char *subscriber)
{
	unsigned left = 0;

	while (left <= THRESHOLD && open_session(fixture, subscriber, 25) == VERDICT_FORWARD)
		left++;
	return left;
}

// In place of a port: the tables are swept; the subject is released.
#define SWEEP   0
#define RELEASE UINT16_MAX

// What the subject did before, and what it does when the process is killed.
struct scenario {
	const char *name;
	int sessions;     // counted
	uint64_t wait_ms; // without a sweep, and after one
	uint64_t wait_again_ms;
	uint32_t detector;    // in force at the kill; the sessions were counted by detector 1
	uint16_t server_port; // of the session that is opened; SWEEP, RELEASE
	unsigned left_before, left_after;
	unsigned others_blocked; // 1: the breach of BLOCKED goes on
};

static const struct scenario scenarios[] = {
	{"the first session of a new subscriber", 0, 0, 0, 1, 25, 4, 3, 1},
	{"one more session", 1, 0, 0, 1, 25, 3, 2, 1},
	{"the session that declares the breach", 3, 0, 0, 1, 25, 1, 0, 1},
	{"a refused session", 4, 0, 0, 1, 25, 0, 0, 1},
	{"a session that nobody counts", 2, 1, 0, 1, 80, 2, 2, 1},
	{"the first session after the period", 4, PERIOD_MS, 0, 1, 25, 4, 3, 0},
	{"the first session for another detector", 4, 0, 0, 2, 25, 4, 3, 0},
	{"the sweep that ends breaches", 4, PERIOD_MS, 0, 1, SWEEP, 4, 4, 0},
	{"the sweep that ages subscribers", 4, 1000000, 1000000, 1, SWEEP, 4, 4, 0},
	{"a release", 4, 0, 0, 1, RELEASE, 0, 4, 1},
};

struct scene {
	struct fixture fixture;
	const struct scenario *scenario;
	uint8_t window; // enum policy_window
};

static void
set(struct scene *scene, const struct scenario *scenario, uint8_t window)
{
	struct fixture *fixture = &scene->fixture;

	scene->scenario = scenario;
	scene->window = window;
	fixture_start_shared(fixture, &size);
	apply(fixture, 1, window);
	// First, so that its watch is the one that a newcomer would be given if it were free.
	open_sessions(fixture, SUBJECT, scenario->sessions);
	open_sessions(fixture, BLOCKED, THRESHOLD);
	fixture->now_ms += scenario->wait_ms;
	if (scenario->wait_again_ms > 0) {
		fixture_sweep(fixture);
		fixture->now_ms += scenario->wait_again_ms;
	}
	// In a period of their own, which goes on.
	if (scenario->detector != 1)
		apply(fixture, scenario->detector, window);
	open_sessions(fixture, HALFWAY, 2);
}

static void
release(struct fixture *fixture)
{
	const struct address address = address_of(SUBJECT);
	const struct subscriber_key key = subscriber_key(&address, 128, 0);

	release_subscriber(&fixture->engine.pipelines[0], &key, 0, fixture->now_ms);
}

static void
operate(void *context)
{
	struct scene *scene = context;

	if (scene->scenario->server_port == SWEEP)
		fixture_sweep(&scene->fixture);
	else if (scene->scenario->server_port == RELEASE)
		release(&scene->fixture);
	else
		open_session(&scene->fixture, SUBJECT, scene->scenario->server_port);
}

// A process that finds this state and goes on from it.
static void
go_on(struct fixture *next, const struct scene *scene, const uint8_t *state, uint32_t workers)
{
	const struct fixture *killed = &scene->fixture;

	fixture_start(next, &size);
	next->now_ms = killed->now_ms;
	memcpy(next->records.subscribers, state + ((uint8_t *)killed->records.subscribers - killed->shared),
	       size.subscribers * sizeof(struct subscriber));
	memcpy(next->records.watches, state + ((uint8_t *)killed->records.watches - killed->shared),
	       size.watches * watch_stride(size.detectors));
	fixture_restart(next, workers);
	apply(next, scene->scenario->detector, scene->window);
}

static void
check(void *context, const uint8_t *state, unsigned number)
{
	const struct scene *scene = context;
	const struct scenario *scenario = scene->scenario;

	for (uint32_t workers = 1; workers <= 3; workers++) {
		struct fixture next;
		go_on(&next, scene, state, workers);
		// One who comes now must have nobody else's watch.
		open_sessions(&next, NEWCOMER, THRESHOLD - 1);
		unsigned left = sessions_left(&next, SUBJECT);
		unsigned halfway = sessions_left(&next, HALFWAY), newcomer = sessions_left(&next, NEWCOMER);
		unsigned blocked = sessions_left(&next, BLOCKED);

		if ((left != scenario->left_before && left != scenario->left_after) || halfway != THRESHOLD - 2 ||
		    newcomer != 1 || (scenario->others_blocked && blocked != 0))
			fail_msg("%s, window %u, state %u, %u workers: the subject has %u left, who was halfway %u, "
				 "the newcomer "
				 "%u, the blocked %u",
				 scenario->name, scene->window, number, workers, left, halfway, newcomer, blocked);
		fixture_stop(&next);
	}
}

static void
a_kill_between_any_two_stores_leaves_what_was_before_or_after(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(scenarios); i++) {
		struct scene scene;
		set(&scene, &scenarios[i / 2], i % 2 == 0 ? WINDOW_FIXED : WINDOW_SLIDING);
		// Subscribers and watches lie first; counters and events are no truth.
		size_t length = (size_t)((uint8_t *)scene.fixture.records.counters - scene.fixture.shared);
		unsigned states = crash_points(scene.fixture.shared, length, operate, check, &scene);
		fixture_stop(&scene.fixture);
		if (states == 0)
			skip();
		// It stored something, or there was nothing to kill it between.
		assert_true(states > 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_between_any_two_stores_leaves_what_was_before_or_after),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Killed between any two stores of a change of names and mappings: the next process finds whose an address is, and what is counted of
// him, as before the change or as after it.

#include "changes.h"
#include "crash_points.h"
#include "test.h"

#define THRESHOLD 4
#define PERIOD_MS 60000

static const struct engine_size size = {.workers = 1, .sessions = 64, .subscribers = 16, .watches = 16, .detectors = 4};

static enum verdict
open_session(struct fixture *fixture, const char *subscriber)
{
	static uint16_t port;

	return fixture_open(fixture, subscriber, ++port, 25);
}

static void
open_sessions(struct fixture *fixture, const char *subscriber, int count)
{
	while (count-- > 0)
		open_session(fixture, subscriber);
}

// Sessions of nobody: none is refused.
#define ALL (THRESHOLD + 1)

// How many sessions pass before one is refused.
static unsigned
sessions_left(struct fixture *fixture, const char *subscriber)
{
	unsigned left = 0;

	while (left < ALL && open_session(fixture, subscriber) == VERDICT_FORWARD)
		left++;
	return left;
}

// Name 1 has counted three and name 2 is in breach; it is asked of an address, of whom it may be that nobody has it.
struct scenario {
	const char *name;
	const char *address;
	unsigned left_before, left_after;
	uint32_t count; // of changes; 0: a sweep
	struct subscriber_change changes[2];
};

#define MAP(number, last, length_)                                                                                     \
	{                                                                                                              \
		.kind = CHANGE_MAP, .name = (number), .tags = TAGS_ANY, .prefix_length = (length_), .address = {       \
			.bytes = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = (last)}             \
		}                                                                                                      \
	}
#define UNMAP(number, last)                                                                                            \
	{                                                                                                              \
		.kind = CHANGE_UNMAP, .name = (number), .tags = TAGS_ANY, .prefix_length = 128, .address = {           \
			.bytes = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = (last)}             \
		}                                                                                                      \
	}

static const struct scenario scenarios[] = {
	{"a name and its first mapping", "192.0.2.3", ALL, 4, 2, {{.kind = CHANGE_NAME, .name = 3}, MAP(3, 3, 128)}},
	{"a prefix", "192.0.2.7", ALL, 1, 1, {MAP(1, 4, 126)}},
	{"a move of an address in breach", "192.0.2.2", 0, 1, 1, {MAP(1, 2, 128)}},
	{"a move to the one in breach", "192.0.2.1", 1, 0, 1, {MAP(2, 1, 128)}},
	{"an address that is taken away", "192.0.2.1", 1, ALL, 1, {UNMAP(1, 1)}},
	{"a name that is forgotten", "192.0.2.2", 0, ALL, 1, {{.kind = CHANGE_FORGET, .name = 2}}},
	{"another package", "192.0.2.1", 1, 1, 1, {{.kind = CHANGE_NAME, .name = 1, .package = 1}}},
	{.name = "a sweep", .address = "192.0.2.2", .left_after = ALL},
};

struct scene {
	struct fixture fixture;
	const struct scenario *scenario;
};

static void
set(struct scene *scene, const struct scenario *scenario)
{
	struct fixture *fixture = &scene->fixture;

	scene->scenario = scenario;
	fixture_start_shared(fixture, &size);
	fixture_apply_quota(fixture, THRESHOLD, PERIOD_MS);
	FIXTURE_CHANGE(fixture, change_name(1, 0), change_name(2, 0), change_map(1, "192.0.2.1/32", TAGS_ANY),
		       change_map(2, "192.0.2.2/32", TAGS_ANY));
	const struct subscriber_change bystander[] = {change_name(9, 0), change_map(9, "192.0.2.9/32", TAGS_ANY)};
	fixture_change(fixture, 2, bystander, LENGTH(bystander));
	open_sessions(fixture, "192.0.2.1", THRESHOLD - 1);
	open_sessions(fixture, "192.0.2.2", THRESHOLD);
	open_sessions(fixture, "192.0.2.9", THRESHOLD - 2);
}

static void
operate(void *context)
{
	struct scene *scene = context;

	if (scene->scenario->count == 0)
		fixture_sweep_names(&scene->fixture, 2);
	else
		fixture_change(&scene->fixture, 1, scene->scenario->changes, scene->scenario->count);
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
	fixture_apply_quota(next, THRESHOLD, PERIOD_MS);
}

static void
check(void *context, const uint8_t *state, unsigned number)
{
	const struct scene *scene = context;
	const struct scenario *scenario = scene->scenario;

	// A wide mapping waits for its replay where there are more workers, so one goes on.
	for (uint32_t workers = 1; workers <= (scenario->changes[0].prefix_length == 126 ? 1 : 3); workers++) {
		struct fixture next;
		go_on(&next, scene, state, workers);
		unsigned left = sessions_left(&next, scenario->address);
		unsigned bystander = sessions_left(&next, "192.0.2.9");

		if ((left != scenario->left_before && left != scenario->left_after) || bystander != 2)
			fail_msg("%s, state %u, %u workers: %u left, and of another name %u", scenario->name, number,
				 workers, left, bystander);
		fixture_stop(&next);
	}
}

static void
a_kill_between_any_two_stores_of_a_change_leaves_what_was_before_or_after(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(scenarios); i++) {
		struct scene scene;
		set(&scene, &scenarios[i]);
		// Subscribers and watches lie first; counters and events are no truth.
		size_t length = (size_t)((uint8_t *)scene.fixture.records.counters - scene.fixture.shared);
		unsigned states = crash_points(scene.fixture.shared, length, operate, check, &scene);
		fixture_stop(&scene.fixture);
		if (states == 0)
			skip();
		assert_true(states > 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_between_any_two_stores_of_a_change_leaves_what_was_before_or_after),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

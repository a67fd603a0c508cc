// SPDX-License-Identifier: Apache-2.0
// release.c: what ends when a subscriber is released, what is told of it, and who is not released.

#include "release.h"

#include "fixture.h"
#include "test.h"

#define ZOMBIE    "10.0.0.66"
#define PERIOD_MS 60000

static const struct engine_size size = {
	.workers = 2, .sessions = 256, .subscribers = 16, .watches = 16, .detectors = 4};

// Detector 1 blocks the third session of SMTP, detector 2 the second of submission, detector 3 reports the second of SMTP.
static void
start(struct fixture *fixture)
{
	const struct policy_parts parts = {
		.subscriber_ageing_seconds = 600,
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("2001:db8::/32", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP},
				 {.port_range = 1, .port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}, {587, 587}),
		.packages = LIST(blob_package, {.detectors = 3}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, 3, PERIOD_MS), BLOCKING(2, 1, 2, PERIOD_MS),
				  REPORTING(3, 0, 2, PERIOD_MS)),
	};

	fixture_start(fixture, &size);
	fixture_apply(fixture, &parts);
}

static unsigned
release(struct fixture *fixture, const char *subscriber, uint8_t prefix_length, uint32_t tags, uint32_t detector)
{
	const struct address address = address_of(subscriber);
	const struct subscriber_key key = subscriber_key(&address, prefix_length, tags);
	unsigned owner = pipeline_owner(&fixture->engine.secret, &address, fixture->size.workers);

	return release_subscriber(&fixture->engine.pipelines[owner], &key, detector, fixture->now_ms);
}

static void
assert_event(struct fixture *fixture, enum event_kind kind, uint32_t detector, uint32_t counted, uint32_t refused)
{
	struct event event;

	assert_true(fixture_event(fixture, &event));
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.detector, detector);
	assert_int_equal(event.counted, counted);
	assert_int_equal(event.refused, refused);
	assert_int_equal(event.time_ms, fixture->now_ms);
}

static void
assert_no_event(struct fixture *fixture)
{
	assert_false(fixture_event(fixture, &(struct event){0}));
}

static void
the_released_has_his_whole_quota_again_and_the_end_is_told_once(void **state)
{
	static const char *const zombies[] = {ZOMBIE, "2001:db8:30:66::1"};

	(void)state;
	for (size_t z = 0; z < LENGTH(zombies); z++) {
		struct fixture fixture;
		start(&fixture);
		fixture_assert_quota(&fixture, zombies[z], 25, 1000, 3);
		assert_event(&fixture, EVENT_BREACH_STARTED, 3, 2, 0);
		assert_event(&fixture, EVENT_BREACH_STARTED, 1, 3, 0);
		fixture.now_ms += 5000;
		assert_int_equal(release(&fixture, zombies[z], z == 0 ? 128 : 64, 0, 0), 2);
		assert_event(&fixture, EVENT_BREACH_ENDED, 1, 3, 1);
		assert_event(&fixture, EVENT_BREACH_ENDED, 3, 3, 0);
		fixture_sweep(&fixture);
		assert_no_event(&fixture);
		// A whole period from now on.
		fixture.now_ms += PERIOD_MS - 4000;
		fixture_assert_quota(&fixture, zombies[z], 25, 2000, 3);
		assert_event(&fixture, EVENT_BREACH_STARTED, 3, 2, 0);
		assert_event(&fixture, EVENT_BREACH_STARTED, 1, 3, 0);
		fixture_wait(&fixture, PERIOD_MS - 1, 500);
		assert_no_event(&fixture);
		assert_int_equal(fixture_open(&fixture, zombies[z], 3000, 25), VERDICT_REFUSE);
		assert_int_equal(FIXTURE_COUNTER(&fixture, breaches), 4);
		assert_int_equal(FIXTURE_COUNTER(&fixture, breaches_ended), 2);
		fixture_stop(&fixture);
	}
}

static void
a_release_of_one_detector_leaves_the_others(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	fixture_assert_quota(&fixture, ZOMBIE, 25, 1000, 3);
	fixture_assert_quota(&fixture, ZOMBIE, 587, 2000, 2);
	assert_int_equal(release(&fixture, ZOMBIE, 128, 0, 2), 1);
	assert_int_equal(fixture_open(&fixture, ZOMBIE, 3000, 25), VERDICT_REFUSE);
	fixture_assert_quota(&fixture, ZOMBIE, 587, 4000, 2);
	assert_int_equal(release(&fixture, ZOMBIE, 128, 0, 9), 0);
	fixture_stop(&fixture);
}

static void
who_is_in_no_breach_is_not_released_and_keeps_his_count(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	assert_int_equal(release(&fixture, ZOMBIE, 128, 0, 0), 0);
	fixture_open(&fixture, ZOMBIE, 1000, 587);
	assert_int_equal(release(&fixture, ZOMBIE, 128, 0, 0), 0);
	fixture_assert_quota(&fixture, ZOMBIE, 587, 2000, 1);
	// His address in other tags, and another's prefix around it.
	assert_int_equal(release(&fixture, ZOMBIE, 128, 7, 0), 0);
	assert_int_equal(release(&fixture, ZOMBIE, 64, 0, 0), 0);
	assert_event(&fixture, EVENT_BREACH_STARTED, 2, 2, 0);
	// The period is over, and nobody has swept yet: the sweep tells it.
	fixture.now_ms += PERIOD_MS;
	assert_int_equal(release(&fixture, ZOMBIE, 128, 0, 0), 0);
	assert_no_event(&fixture);
	fixture_sweep(&fixture);
	assert_event(&fixture, EVENT_BREACH_ENDED, 2, 2, 1);
	assert_no_event(&fixture);
	fixture_stop(&fixture);
}

static void
the_released_watch_is_idle_and_goes_back_to_its_pool(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	fixture_assert_quota(&fixture, ZOMBIE, 25, 1000, 3);
	assert_int_equal(release(&fixture, ZOMBIE, 128, 0, 0), 2);
	fixture_wait(&fixture, 1000, 100);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watches), 0);
	fixture_assert_quota(&fixture, ZOMBIE, 25, 2000, 3);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_released_has_his_whole_quota_again_and_the_end_is_told_once),
		cmocka_unit_test(a_release_of_one_detector_leaves_the_others),
		cmocka_unit_test(who_is_in_no_breach_is_not_released_and_keeps_his_count),
		cmocka_unit_test(the_released_watch_is_idle_and_goes_back_to_its_pool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

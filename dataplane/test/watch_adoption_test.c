// SPDX-License-Identifier: Apache-2.0
// watch.c's adoption: a watch that another process left is kept whole or dropped, never half.

#include "watch_stand.h"

#include "test.h"

#define SMTP SERVICE(3)

static const struct package two_detectors =
	PACKAGE(DETECTOR(7, SMTP, 3, 1000, ACTION_BLOCK), DETECTOR(8, SMTP, 9, 5000, ACTION_REPORT));

// Subscriber 1 in breach, subscriber 2 with one session counted.
static void
start(struct watch_stand *stand)
{
	watch_stand_start(stand);
	watch_stand_package(stand, &two_detectors);
	for (int i = 0; i < 5; i++)
		watch_stand_session(stand, 1, SMTP);
	watch_stand_session(stand, 2, SMTP);
	watch_stand_event(stand, EVENT_BREACH_STARTED, 7, 3);
}

static bool
adopt_slot(struct watch_stand *stand, uint32_t slot)
{
	const struct watch_adoption adoption = {
		.subscribers = stand->subscribers,
		.subscriber_capacity = STAND_SUBSCRIBERS,
		.detectors = STAND_DETECTORS,
		.now_ms = stand->now_ms,
	};

	return watch_adopt(watch_stand_at(stand, slot), slot, &adoption);
}

static bool
adopt(struct watch_stand *stand, uint32_t subscriber)
{
	uint32_t slot = subscriber_handle(&stand->subscribers[subscriber]).slot;

	return adopt_slot(stand, slot);
}

static void
a_whole_watch_is_kept_with_its_counts_and_its_breach(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand);
	assert_true(adopt(&stand, 1));
	assert_true(adopt(&stand, 2));
	watch_stand_share(&stand, 0, 1);
	assert_int_equal(stand.pool.used, 2);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), REFUSED);
	assert_int_equal(watch_stand_session(&stand, 2, SMTP), PASSED);
	assert_int_equal(watch_stand_session(&stand, 2, SMTP), PASSED);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 3);
	assert_int_equal(watch_stand_session(&stand, 2, SMTP), REFUSED);
	watch_stand_no_event(&stand);
	watch_stand_stop(&stand);
}

static void
a_free_watch_is_left_free(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand);
	assert_false(adopt_slot(&stand, 0));
	assert_int_equal(atomic_load(&watch_stand_at(&stand, 0)->state), RECORD_FREE);
	watch_stand_stop(&stand);
}

static void
a_lock_that_a_killed_worker_held_is_opened(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand);
	struct watch *watch = watch_lock(&stand.pool, subscriber_handle(&stand.subscribers[1]));
	uint32_t held = atomic_load(&watch->lock);
	assert_true(adopt(&stand, 1));
	assert_true(atomic_load(&watch->lock) % 2 == 0);
	// A reader that began before the kill must see that it changed.
	assert_int_not_equal(atomic_load(&watch->lock), held - 1);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), REFUSED);
	watch_stand_stop(&stand);
}

// Killed after the Nth was counted and before it was told: the breach is told when it is next looked at.
static void
a_breach_that_was_not_told_is_told_by_the_next_process(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand);
	watch_stand_at(&stand, subscriber_handle(&stand.subscribers[1]).slot)->breached = 0;
	assert_true(adopt(&stand, 1));
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), REFUSED);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 3);
	watch_stand_stop(&stand);
}

enum damage {
	NONE,
	STATE_HALF,
	SUBSCRIBER_BEYOND,
	SUBSCRIBER_NONE,
	SUBSCRIBER_OTHER,
	SUBSCRIBER_GONE,
	SUBSCRIBER_REUSED,
	SUBSCRIBER_ELSEWHERE,
	GENERATION,
	STARTED_LATER,
	BREACHED_BEYOND,
	BREACHED_UNUSED,
	DETECTOR_TWICE,
	DETECTOR_EVERYWHERE,
	DETECTOR_NONE,
	SIGNAL_LATER,
	WINDOW_KIND,
	CHUNK_LATER,
	WINDOWS_BEYOND,
	DESTINATIONS_BEYOND,
	USAGES_BEYOND,
	USAGE_LATER,
	USAGE_TWICE,
	DAMAGES
};

static void
damage(struct watch *watch, struct subscriber *subscriber, uint64_t now_ms, enum damage how)
{
	switch (how) {
	case STATE_HALF:
		atomic_store(&watch->state, RECORD_USED ^ 1);
		break;
	case SUBSCRIBER_BEYOND:
		watch->subscriber.slot = STAND_SUBSCRIBERS;
		break;
	case SUBSCRIBER_NONE:
		watch->subscriber.slot = RECORD_NONE;
		break;
	case SUBSCRIBER_OTHER:
		watch->subscriber.slot = 2;
		break;
	case SUBSCRIBER_GONE:
		atomic_store(&subscriber->state, RECORD_FREE);
		break;
	case SUBSCRIBER_REUSED:
		subscriber->generation++;
		break;
	case SUBSCRIBER_ELSEWHERE:
		subscriber->handle =
			(struct record_handle){.slot = 0, .generation = subscriber_handle(subscriber).generation};
		break;
	case GENERATION:
		watch->generation++;
		break;
	case STARTED_LATER:
		watch->windows[1].started_ms = now_ms + 1;
		break;
	case BREACHED_BEYOND:
		watch->breached |= UINT64_C(1) << STAND_DETECTORS;
		break;
	case BREACHED_UNUSED:
		watch->breached |= 1u << 3;
		break;
	case DETECTOR_TWICE:
		watch->windows[1].detector = watch->windows[0].detector;
		break;
	case DETECTOR_EVERYWHERE:
		for (int i = 0; i < STAND_DETECTORS; i++)
			watch->windows[i].detector = 7;
		break;
	case DETECTOR_NONE:
		watch->windows[1].detector = 0;
		break;
	case SIGNAL_LATER:
		watch->windows[1].latest_ms = now_ms + 1;
		break;
	case WINDOW_KIND:
		watch->windows[1].kind = WINDOW_SLIDING + 1;
		break;
	case CHUNK_LATER:
		watch->windows[1].kind = WINDOW_SLIDING;
		watch->windows[1].chunks[16] = (struct chunk){.latest_ms = (uint32_t)now_ms + 1, .counted = 1};
		break;
	case WINDOWS_BEYOND:
		watch->windows_used |= UINT64_C(1) << STAND_DETECTORS;
		break;
	case DESTINATIONS_BEYOND:
		watch->destination_count = WATCH_DESTINATIONS + 1;
		break;
	case USAGES_BEYOND:
		watch->usages_used |= UINT64_C(1) << STAND_DETECTORS;
		break;
	case USAGE_LATER:
		watch->usage_minute = (uint32_t)(now_ms / USAGE_MINUTE_MS) + 1;
		break;
	case USAGE_TWICE:
		watch->usages_used = 3;
		watch_usages(watch, STAND_DETECTORS)[0] = (struct usage){.service = 9};
		watch_usages(watch, STAND_DETECTORS)[1] = (struct usage){.service = 9};
		break;
	default:
		break;
	}
}

static void
a_watch_whose_fields_contradict_each_other_is_dropped(void **state)
{
	(void)state;
	for (enum damage how = NONE; how < DAMAGES; how++) {
		struct watch_stand stand;
		start(&stand);
		struct record_handle handle = subscriber_handle(&stand.subscribers[1]);
		damage(watch_stand_at(&stand, handle.slot), &stand.subscribers[1], stand.now_ms, how);
		bool kept = adopt_slot(&stand, handle.slot);

		if (kept != (how == NONE))
			fail_msg("damage %d: kept %d", how, kept);
		if (!kept) {
			assert_int_equal(atomic_load(&watch_stand_at(&stand, handle.slot)->state), RECORD_FREE);
			assert_null(watch_lock(&stand.pool, handle));
		}
		// Whatever was dropped, sessions go on being judged.
		watch_stand_share(&stand, 0, 1);
		atomic_store(&stand.subscribers[1].state, RECORD_USED);
		for (uint32_t s = 0; s < STAND_WATCHES; s++)
			watch_stand_session(&stand, s, SMTP);
		// Nor is the old handle good for who has the slot now.
		if (!kept)
			assert_null(watch_lock(&stand.pool, handle));
		watch_stand_stop(&stand);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_watch_is_kept_with_its_counts_and_its_breach),
		cmocka_unit_test(a_free_watch_is_left_free),
		cmocka_unit_test(a_lock_that_a_killed_worker_held_is_opened),
		cmocka_unit_test(a_breach_that_was_not_told_is_told_by_the_next_process),
		cmocka_unit_test(a_watch_whose_fields_contradict_each_other_is_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

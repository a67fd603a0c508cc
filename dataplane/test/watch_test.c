// SPDX-License-Identifier: Apache-2.0
// watch.c with one thread: life cycle, several detectors, changed policies, events, and what adoption keeps.

#include "watch_stand.h"

#include "policy_parts.h"
#include "test.h"

#define SMTP SERVICE(3)
#define WEB  SERVICE(0)

static const struct package one_block = PACKAGE(DETECTOR(7, SMTP, 3, 1000, ACTION_BLOCK));

// In breach with its first session, so that its watch makes no room.
static const struct package one_strike = PACKAGE(DETECTOR(7, SMTP, 1, 1000, ACTION_BLOCK));

static void
assert_sessions(struct watch_stand *stand, uint32_t subscriber, uint64_t services, int passed)
{
	while (passed-- > 0)
		assert_int_equal(watch_stand_session(stand, subscriber, services), PASSED);
	assert_int_equal(watch_stand_session(stand, subscriber, services), REFUSED);
}

static void
a_watch_is_taken_found_returned_and_its_handle_is_then_stale(void **state)
{
	struct watch_stand stand;
	struct subscriber *subscriber = &stand.subscribers[2];

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	assert_null(watch_lock(&stand.pool, subscriber_handle(subscriber)));
	watch_stand_session(&stand, 2, SMTP);
	struct record_handle first = subscriber_handle(subscriber);
	struct watch *watch = watch_lock(&stand.pool, first);
	assert_non_null(watch);
	assert_int_equal(watch->subscriber.slot, 2);
	assert_int_equal(watch->subscriber.generation, 102);
	assert_int_equal(watch->last_signal_ms, stand.now_ms);
	assert_int_equal(stand.pool.used, 1);
	watch_unlock(watch);

	stand.now_ms += 999;
	watch_stand_sweep(&stand);
	assert_int_equal(stand.pool.used, 1);
	stand.now_ms += 1;
	watch_stand_sweep(&stand);
	assert_int_equal(stand.pool.used, 0);
	assert_null(watch_lock(&stand.pool, first));
	// Also when the slot serves somebody else.
	for (uint32_t s = 3; s < 3 + STAND_WATCHES - 1; s++)
		watch_stand_session(&stand, s, SMTP);
	watch_stand_session(&stand, 0, SMTP);
	assert_null(watch_lock(&stand.pool, first));
	assert_int_equal(stand.pool.used, STAND_WATCHES);
	watch_stand_stop(&stand);
}

static void
a_handle_outside_the_pool_is_none(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	assert_null(watch_lock(&stand.pool, (struct record_handle){.slot = STAND_WATCHES}));
	assert_null(watch_lock(&stand.pool, (struct record_handle){.slot = RECORD_NONE}));
	// A free watch has generation 0 as well.
	assert_null(watch_lock(&stand.pool, (struct record_handle){.slot = 0}));
	assert_int_equal(atomic_load(&watch_stand_at(&stand, 0)->lock) & 1, 0);
	watch_stand_stop(&stand);
}

static void
a_pool_full_of_breaches_counts_nobody_new_until_idle_watches_are_swept(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_strike);
	for (uint32_t s = 0; s < STAND_WATCHES; s++, stand.now_ms += 10)
		assert_int_equal(watch_stand_session(&stand, s, SMTP), PASSED);
	assert_int_equal(watch_stand_session(&stand, 6, SMTP), UNWATCHED);
	assert_int_equal(watch_stand_session(&stand, 0, SMTP), REFUSED);
	// Two periods are over.
	stand.now_ms = 10000 + 1000 + 10;
	watch_stand_sweep(&stand);
	assert_int_equal(stand.pool.used, STAND_WATCHES - 2);
	assert_int_equal(watch_stand_session(&stand, 6, SMTP), PASSED);
	assert_int_equal(watch_stand_session(&stand, 7, SMTP), PASSED);
	assert_int_equal(watch_stand_session(&stand, 0, SMTP), UNWATCHED);
	watch_stand_stop(&stand);
}

static void
a_watch_whose_periods_are_over_makes_room_before_one_that_counts(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	watch_stand_session(&stand, 0, SMTP);
	watch_stand_session(&stand, 0, SMTP);
	stand.now_ms += 900;
	for (uint32_t s = 1; s < STAND_WATCHES; s++)
		watch_stand_session(&stand, s, SMTP);
	// Not swept yet: the first one's two sessions are worth nothing now, the others' one is.
	stand.now_ms += 100;
	assert_int_equal(watch_stand_session(&stand, STAND_WATCHES, SMTP), PASSED);
	assert_null(watch_lock(&stand.pool, subscriber_handle(&stand.subscribers[0])));
	for (uint32_t s = 1; s <= STAND_WATCHES; s++) {
		struct watch *watch = watch_lock(&stand.pool, subscriber_handle(&stand.subscribers[s]));
		assert_non_null(watch);
		assert_int_equal(watch_worth(watch, stand.now_ms), 1);
		watch_unlock(watch);
	}
	watch_stand_stop(&stand);
}

static void
shares_part_the_pool(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= STAND_WATCHES + 2; workers++) {
		struct watch_stand stand;
		uint32_t taken = 0;

		watch_stand_start(&stand);
		watch_stand_package(&stand, &one_strike);
		for (uint32_t worker = 0; worker < workers; worker++) {
			watch_stand_share(&stand, worker, workers);
			assert_int_equal(stand.pool.used, 0);
			for (uint32_t s = 0; s < STAND_SUBSCRIBERS; s++) {
				subscriber_unbind(&stand.subscribers[s]);
				if (watch_stand_session(&stand, s, SMTP) == UNWATCHED)
					continue;
				assert_int_equal(subscriber_handle(&stand.subscribers[s]).slot % workers, worker);
				taken++;
			}
			// Of a share that has none at all, too.
			watch_stand_sweep(&stand);
		}
		assert_int_equal(taken, STAND_WATCHES);
		watch_stand_stop(&stand);
	}
}

static void
the_nth_passes_and_declares_and_the_next_is_refused(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	watch_stand_no_event(&stand);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	struct event event;
	uint64_t place = 1;
	assert_true(event_ring_get(stand.ring, STAND_EVENTS, &place, &stand.lost, &event));
	assert_memory_equal(&event.address, &stand.subscribers[1].address, sizeof(event.address));
	assert_int_equal(event.tags, 1);
	assert_int_equal(event.prefix_length, 128);
	assert_int_equal(event.period_started_ms, 10000);
	assert_int_equal(event.period_ms, 1000);
	assert_int_equal(event.refused, 0);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 3);
	for (int i = 0; i < 5; i++)
		assert_int_equal(watch_stand_session(&stand, 1, SMTP), REFUSED);
	watch_stand_no_event(&stand);

	stand.now_ms += 1000;
	watch_stand_sweep(&stand);
	assert_true(event_ring_get(stand.ring, STAND_EVENTS, &place, &stand.lost, &event));
	assert_int_equal(event.refused, 5);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 7, 3);
	watch_stand_no_event(&stand);
	assert_int_equal(counter_read(&stand.counters.breaches), 1);
	assert_int_equal(counter_read(&stand.counters.breaches_ended), 1);
	watch_stand_stop(&stand);
}

static void
a_block_on_a_service_refuses_every_session_in_it_and_no_other(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	assert_sessions(&stand, 1, SMTP, 3);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP | WEB), REFUSED);
	assert_int_equal(watch_stand_session(&stand, 1, WEB), PASSED);
	assert_int_equal(watch_stand_session(&stand, 1, 0), PASSED);
	assert_int_equal(watch_stand_session(&stand, 1, ~SMTP), PASSED);
	// Of this subscriber only.
	assert_int_equal(watch_stand_session(&stand, 2, SMTP), PASSED);
	watch_stand_stop(&stand);
}

static void
each_detector_counts_its_own_service(void **state)
{
	struct watch_stand stand;
	const struct package package =
		PACKAGE(DETECTOR(1, SMTP, 5, 1000, ACTION_BLOCK), DETECTOR(2, WEB, 4, 2000, ACTION_BLOCK),
			DETECTOR(3, SMTP, 2, 500, ACTION_REPORT));

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &package);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	// A report refuses nothing, and is one event however far it goes on.
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 3, 2);
	assert_sessions(&stand, 1, WEB, 4);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 2, 4);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	// In both services: refused by one of them, counted by none.
	assert_int_equal(watch_stand_session(&stand, 1, SMTP | WEB), REFUSED);
	assert_sessions(&stand, 1, SMTP, 2);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 1, 5);
	watch_stand_no_event(&stand);

	stand.now_ms += 500;
	watch_stand_sweep(&stand);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 3, 5);
	stand.now_ms += 500;
	watch_stand_sweep(&stand);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 1, 5);
	assert_int_equal(stand.pool.used, 1);
	assert_int_equal(watch_stand_session(&stand, 1, WEB), REFUSED);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	stand.now_ms += 1000;
	watch_stand_sweep(&stand);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 2, 4);
	watch_stand_no_event(&stand);
	assert_int_equal(stand.pool.used, 0);
	watch_stand_stop(&stand);
}

static void
a_repeated_attempt_is_judged_and_not_counted_as_refused(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	assert_sessions(&stand, 1, SMTP, 3);
	const struct watch_context context = {&stand.package, &stand.subscribers[1], stand.now_ms,
					      &stand.reports, STAND_DETECTORS,       NULL};
	struct watch *watch = watch_lock(&stand.pool, subscriber_handle(&stand.subscribers[1]));
	assert_int_equal(watch_refuses(watch, &context, SMTP, false), ACTION_BLOCK);
	assert_int_equal(watch->windows[0].refused, 1);
	assert_int_equal(watch_refuses(watch, &context, SMTP, true), ACTION_BLOCK);
	assert_int_equal(watch->windows[0].refused, 2);
	watch_unlock(watch);
	watch_stand_stop(&stand);
}

static void
a_changed_threshold_keeps_the_window(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	stand.detectors[0].threshold = 5;
	for (int i = 0; i < 3; i++)
		watch_stand_session(&stand, 1, SMTP);
	// Lowered under what is counted: in breach from the next session on.
	stand.detectors[0].threshold = 2;
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), REFUSED);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 3);
	// Raised again: the breach is over, and the quota is what is left of it.
	stand.detectors[0].threshold = 5;
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 7, 3);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 5);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), REFUSED);
	// To just what is counted.
	stand.detectors[0].threshold = 6;
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 7, 5);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 6);
	watch_stand_no_event(&stand);
	watch_stand_stop(&stand);
}

static void
a_block_taken_back_refuses_no_more(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &one_block);
	assert_sessions(&stand, 1, SMTP, 3);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 3);
	stand.detectors[0].actions = ACTION_REPORT;
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	stand.package.detector_count = 0;
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	watch_stand_no_event(&stand);
	// It is still told that the breach is over.
	stand.now_ms += 1000;
	watch_stand_sweep(&stand);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 7, 4);
	watch_stand_stop(&stand);
}

static void
assert_ended_by(struct watch_stand *stand, enum event_reason reason, uint32_t detector, uint32_t counted)
{
	struct event event;
	uint64_t place = stand->place;

	assert_true(event_ring_get(stand->ring, STAND_EVENTS, &place, &stand->lost, &event));
	assert_int_equal(event.reason, reason);
	watch_stand_event(stand, EVENT_BREACH_ENDED, detector, counted);
	watch_stand_no_event(stand);
}

// The sweep's part: nobody sends.
static void
a_breach_whose_detector_is_gone_or_spares_it_now_is_ended_by_the_sweep(void **state)
{
	struct watch_stand stand;

	(void)state;
	for (int leaves = 0; leaves <= 1; leaves++) {
		watch_stand_start(&stand);
		watch_stand_package(&stand, &one_block);
		assert_sessions(&stand, 1, SMTP, 3);
		watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 3);
		watch_stand_sweep(&stand);
		stand.detectors[0].actions = ACTION_REPORT;
		stand.detectors[0].threshold = 2;
		watch_stand_sweep(&stand);
		watch_stand_no_event(&stand);
		stand.detectors[0].threshold = 4;
		watch_stand_sweep(&stand);
		assert_ended_by(&stand, EVENT_POLICY, 7, 3);
		// What is counted stays counted.
		assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
		watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 4);

		// Out of every group, or the detector out of the package.
		if (leaves)
			stand.subscribers[1].address = address_of("172.16.0.1");
		else
			stand.package.detector_count = 0;
		watch_stand_sweep(&stand);
		assert_ended_by(&stand, EVENT_POLICY, 7, 4);
		assert_int_equal(stand.pool.used, 1);
		stand.now_ms += 1000;
		watch_stand_sweep(&stand);
		watch_stand_no_event(&stand);
		assert_int_equal(stand.pool.used, 0);
		watch_stand_stop(&stand);
	}
}

static void
a_removed_detectors_window_is_reused_and_its_breach_ended(void **state)
{
	struct watch_stand stand;
	const struct package full =
		PACKAGE(DETECTOR(1, SMTP, 9, 1000, ACTION_BLOCK), DETECTOR(2, SMTP, 2, 1000, ACTION_REPORT),
			DETECTOR(3, SMTP, 9, 1000, ACTION_BLOCK), DETECTOR(4, SMTP, 9, 1000, ACTION_BLOCK));

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &full);
	watch_stand_session(&stand, 1, SMTP);
	watch_stand_session(&stand, 1, SMTP);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 2, 2);
	// The one in breach gives way to another, which begins with nothing counted; the others keep what they have.
	stand.detectors[1] = (struct detector)DETECTOR(5, SMTP, 3, 1000, ACTION_BLOCK);
	assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
	watch_stand_event(&stand, EVENT_BREACH_ENDED, 2, 2);
	watch_stand_no_event(&stand);
	assert_sessions(&stand, 1, SMTP, 2);
	watch_stand_event(&stand, EVENT_BREACH_STARTED, 5, 3);
	const struct watch *watch = watch_stand_at(&stand, subscriber_handle(&stand.subscribers[1]).slot);
	for (int i = 0; i < STAND_DETECTORS; i++)
		assert_int_equal(watch->windows[i].counted, watch->windows[i].detector == 5 ? 3 : 5);
	watch_stand_stop(&stand);
}

// Between two sweeps: the end is that of the period which was in breach, and comes before what is counted next.
static void
a_breach_that_ended_unseen_is_ended_by_the_next_session(void **state)
{
	static const uint8_t actions[] = {ACTION_REPORT, ACTION_BLOCK, ACTION_REPORT | ACTION_BLOCK};

	(void)state;
	for (size_t a = 0; a < LENGTH(actions); a++) {
		struct watch_stand stand;
		watch_stand_start(&stand);
		const struct package package = PACKAGE(DETECTOR(7, SMTP, 1, 1000, actions[a]));
		watch_stand_package(&stand, &package);
		for (int period = 0; period < 5; period++, stand.now_ms += 1500) {
			assert_int_equal(watch_stand_session(&stand, 1, SMTP), PASSED);
			if (period > 0)
				watch_stand_event(&stand, EVENT_BREACH_ENDED, 7, 1);
			watch_stand_event(&stand, EVENT_BREACH_STARTED, 7, 1);
		}
		watch_stand_no_event(&stand);
		watch_stand_stop(&stand);
	}
}

// A naive account of one detector's window and of what was told of it.
struct account {
	uint64_t started_ms;
	uint32_t counted;
	bool open, told;
};

static void
take_random_package(struct watch_stand *stand, uint64_t *seed)
{
	stand->package = (struct package){.detector_count = STAND_DETECTORS, .detectors = stand->detectors};
	for (uint32_t d = 0; d < STAND_DETECTORS; d++)
		stand->detectors[d] = (struct detector)DETECTOR(d + 1, SERVICE(d % 3), 1 + random_below(seed, 6),
								100 * (d + 1), d == 3 ? ACTION_REPORT : ACTION_BLOCK);
}

// The account's word on one session, and its own list of events: what architecture.md says of detectors, told plainly.
static enum outcome
account_session(struct account accounts[], const struct package *package, uint64_t services, uint64_t now_ms)
{
	bool refused = false;

	for (uint32_t d = 0; d < package->detector_count; d++) {
		struct account *account = &accounts[d];
		account->open = account->open && now_ms - account->started_ms < package->detectors[d].period_ms;
		refused |= (package->detectors[d].service & services) && package->detectors[d].actions & ACTION_BLOCK &&
			   account->open && account->counted >= package->detectors[d].threshold;
	}
	for (uint32_t d = 0; d < package->detector_count && !refused; d++) {
		struct account *account = &accounts[d];
		if (!(package->detectors[d].service & services))
			continue;
		if (!account->open)
			*account = (struct account){.started_ms = now_ms, .open = true, .told = account->told};
		account->counted++;
	}
	return refused ? REFUSED : PASSED;
}

// Ends what is in breach by this detector, or by any; returns how many were.
static unsigned
account_release(struct account accounts[], const bool in_breach[], const struct package *package, uint32_t detector,
		uint64_t now_ms)
{
	unsigned released = 0;

	for (uint32_t d = 0; d < STAND_DETECTORS; d++) {
		struct account *account = &accounts[d];
		if ((detector != 0 && detector != d + 1) || !in_breach[d] || !account->open ||
		    now_ms - account->started_ms >= package->detectors[d].period_ms)
			continue;
		account->open = false;
		released++;
	}
	return released;
}

static unsigned
release(struct watch_stand *stand, uint32_t slot, uint32_t detector)
{
	const struct subscriber *subscriber = &stand->subscribers[slot];
	struct watch *watch = watch_lock(&stand->pool, subscriber_handle(subscriber));

	if (watch == NULL)
		return 0;
	unsigned released = watch_release(watch, subscriber, detector, EVENT_RELEASED, stand->now_ms, &stand->reports);
	watch_unlock(watch);
	return released;
}

// Events of a subscriber and detector come in pairs: a start, an end, a start...
static void
follow_events(struct watch_stand *stand, bool in_breach[][STAND_DETECTORS])
{
	struct event event;

	while (event_ring_get(stand->ring, STAND_EVENTS, &stand->place, &stand->lost, &event)) {
		bool *before = &in_breach[event.address.bytes[15]][event.detector - 1];
		assert_int_equal(event.kind, *before ? EVENT_BREACH_ENDED : EVENT_BREACH_STARTED);
		*before = !*before;
	}
	assert_int_equal(stand->lost, 0);
}

static void
random_sessions_are_judged_as_by_a_naive_account(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		struct watch_stand stand;
		struct account accounts[STAND_WATCHES][STAND_DETECTORS] = {0};
		bool in_breach[STAND_WATCHES][STAND_DETECTORS] = {0};
		uint64_t random = seed;
		unsigned released = 0;

		watch_stand_start(&stand);
		take_random_package(&stand, &random);
		for (int round = 0; round < 3000; round++) {
			uint32_t subscriber = random_below(&random, STAND_WATCHES);
			uint64_t services = random_below(&random, 8);

			assert_int_equal(watch_stand_session(&stand, subscriber, services),
					 account_session(accounts[subscriber], &stand.package, services, stand.now_ms));
			follow_events(&stand, in_breach);
			stand.now_ms += random_below(&random, 30);
			if (random_below(&random, 20) == 0)
				watch_stand_sweep(&stand);
			if (random_below(&random, 30) == 0) {
				uint32_t detector = random_below(&random, STAND_DETECTORS + 1);
				follow_events(&stand, in_breach);
				unsigned expected = account_release(accounts[subscriber], in_breach[subscriber],
								    &stand.package, detector, stand.now_ms);
				assert_int_equal(release(&stand, subscriber, detector), expected);
				released += expected;
			}
			if (random_below(&random, 100) == 0)
				take_random_package(&stand, &random);
			follow_events(&stand, in_breach);
		}
		stand.now_ms += 1000;
		watch_stand_sweep(&stand);
		follow_events(&stand, in_breach);
		for (size_t i = 0; i < sizeof(in_breach); i++)
			assert_false(((bool *)in_breach)[i]);
		assert_true(counter_read(&stand.counters.breaches) > 50);
		assert_true(released > 10);
		assert_int_equal(counter_read(&stand.counters.breaches), counter_read(&stand.counters.breaches_ended));
		assert_int_equal(stand.pool.used, 0);
		watch_stand_stop(&stand);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watch_is_taken_found_returned_and_its_handle_is_then_stale),
		cmocka_unit_test(a_handle_outside_the_pool_is_none),
		cmocka_unit_test(a_pool_full_of_breaches_counts_nobody_new_until_idle_watches_are_swept),
		cmocka_unit_test(a_watch_whose_periods_are_over_makes_room_before_one_that_counts),
		cmocka_unit_test(shares_part_the_pool),
		cmocka_unit_test(the_nth_passes_and_declares_and_the_next_is_refused),
		cmocka_unit_test(a_block_on_a_service_refuses_every_session_in_it_and_no_other),
		cmocka_unit_test(each_detector_counts_its_own_service),
		cmocka_unit_test(a_repeated_attempt_is_judged_and_not_counted_as_refused),
		cmocka_unit_test(a_changed_threshold_keeps_the_window),
		cmocka_unit_test(a_block_taken_back_refuses_no_more),
		cmocka_unit_test(a_breach_whose_detector_is_gone_or_spares_it_now_is_ended_by_the_sweep),
		cmocka_unit_test(a_removed_detectors_window_is_reused_and_its_breach_ended),
		cmocka_unit_test(a_breach_that_ended_unseen_is_ended_by_the_next_session),
		cmocka_unit_test(random_sessions_are_judged_as_by_a_naive_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

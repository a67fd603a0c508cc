// SPDX-License-Identifier: Apache-2.0
// watch.c with several threads on one watch, under the thread sanitizer: exact to the session.

#include "watch_stand.h"

#include "test.h"

#include <pthread.h>

#define SMTP     SERVICE(3)
#define WORKERS  2
#define SESSIONS 100000 // of each thread

// What one worker has of its own; the watch and the clock they share.
struct worker {
	struct watch_stand *stand;
	struct watch_pool pool;
	struct engine_counters counters;
	struct watch_reports reports;
	struct record_handle handle; // of the watch
	_Atomic uint64_t *now_ms;
	_Atomic uint32_t *turn; // sessions begun by all threads
	uint32_t passed, refused, stale;
	void *pool_memory;
	pthread_t thread;
};

static void
start(struct worker *worker, struct watch_stand *stand, uint32_t number)
{
	*worker = (struct worker){.stand = stand, .handle = subscriber_handle(&stand->subscribers[1])};
	worker->pool_memory = exact_memory(watch_pool_size(STAND_WATCHES, WORKERS));
	worker->pool = stand->pool;
	worker->pool.worker = number;
	worker->pool.workers = WORKERS;
	worker->pool.free = worker->pool_memory;
	watch_pool_init(&worker->pool);
	worker->reports.counters = &worker->counters;
	worker->reports.ring = exact_memory(event_ring_size(STAND_EVENTS));
	event_ring_init(worker->reports.ring, STAND_EVENTS);
}

static void
stop(struct worker *worker)
{
	free(worker->pool_memory);
	free(worker->reports.ring);
}

// As signal_sessions.c does it.
static void
session(struct worker *worker, uint64_t now_ms)
{
	const struct watch_context context = {
		.package = &worker->stand->package,
		.subscriber = &worker->stand->subscribers[1],
		.now_ms = now_ms,
		.reports = &worker->reports,
		.detectors = STAND_DETECTORS,
	};
	struct watch *watch = watch_lock(&worker->pool, worker->handle);

	if (watch == NULL) {
		worker->stale++;
		return;
	}
	if (watch_refuses(watch, &context, SMTP, true)) {
		worker->refused++;
	} else {
		watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, SMTP);
		worker->passed++;
	}
	watch_unlock(watch);
}

static uint32_t
events_of_kind(const struct worker *worker, enum event_kind kind)
{
	struct event event;
	uint64_t place = 1, lost = 0;
	uint32_t count = 0;

	while (event_ring_get(worker->reports.ring, STAND_EVENTS, &place, &lost, &event))
		count += event.kind == kind;
	assert_int_equal(lost, 0);
	return count;
}

static void
run_all(struct worker workers[WORKERS], void *(*run)(void *))
{
	for (int w = 0; w < WORKERS; w++)
		assert_int_equal(pthread_create(&workers[w].thread, NULL, run, &workers[w]), 0);
	for (int w = 0; w < WORKERS; w++)
		assert_int_equal(pthread_join(workers[w].thread, NULL), 0);
}

static void *
run_in_one_period(void *argument)
{
	struct worker *worker = argument;

	for (int i = 0; i < SESSIONS; i++) {
		session(worker, 10000);
		// One of them has the watch in its share and looks at it all the time.
		if (i % 64 == 0)
			watch_sweep(&worker->pool, worker->stand->subscribers, worker->stand->policy, 1, 10000,
				    &worker->reports);
	}
	return NULL;
}

// A watch of subscriber 1 that has counted nothing yet, for workers that are found over it as after an adoption.
static void
start_all(struct watch_stand *stand, const struct package *package, struct worker workers[WORKERS])
{
	watch_stand_start(stand);
	watch_stand_package(stand, package);
	watch_stand_session(stand, 1, 0);
	for (uint32_t w = 0; w < WORKERS; w++)
		start(&workers[w], stand, w);
}

static void
two_threads_pass_exactly_the_quota_and_declare_one_breach(void **state)
{
	static const uint32_t thresholds[] = {1, 10, SESSIONS, 2 * SESSIONS - 1, 2 * SESSIONS};

	(void)state;
	for (size_t t = 0; t < LENGTH(thresholds); t++) {
		const struct package package = PACKAGE(DETECTOR(1, SMTP, thresholds[t], 1000, ACTION_BLOCK),
						       DETECTOR(2, SMTP, 3, 1000, ACTION_REPORT));
		struct watch_stand stand;
		struct worker workers[WORKERS];

		start_all(&stand, &package, workers);
		// Something counted, so that the sweep does not return the watch before the threads begin.
		session(&workers[0], 10000);
		run_all(workers, run_in_one_period);
		assert_int_equal(workers[0].stale + workers[1].stale, 0);
		assert_int_equal(workers[0].passed + workers[1].passed, thresholds[t]);
		assert_int_equal(workers[0].refused + workers[1].refused, 2 * SESSIONS + 1 - thresholds[t]);
		const struct watch *watch = watch_stand_at(&stand, workers[0].handle.slot);
		assert_int_equal(watch->windows[0].counted, thresholds[t]);
		assert_int_equal(watch->windows[0].refused, 2 * SESSIONS + 1 - thresholds[t]);
		uint32_t started = 0;
		for (int w = 0; w < WORKERS; w++)
			started += events_of_kind(&workers[w], EVENT_BREACH_STARTED);
		assert_int_equal(started, thresholds[t] >= 3 ? 2 : 1);
		for (int w = 0; w < WORKERS; w++)
			stop(&workers[w]);
		watch_stand_stop(&stand);
	}
}

#define PERIOD_MS 5

// A clock that all move on together.
static void *
run_over_many_periods(void *argument)
{
	struct worker *worker = argument;

	for (int i = 0; i < SESSIONS; i++) {
		uint64_t now = atomic_load_explicit(worker->now_ms, memory_order_relaxed);
		session(worker, now);
		if (atomic_fetch_add_explicit(worker->turn, 1, memory_order_relaxed) % 5000 == 0)
			atomic_fetch_add_explicit(worker->now_ms, 1, memory_order_relaxed);
	}
	return NULL;
}

static void
in_every_period_two_threads_pass_exactly_the_quota(void **state)
{
	const struct package package = PACKAGE(DETECTOR(1, SMTP, 7, PERIOD_MS, ACTION_BLOCK));
	struct watch_stand stand;
	struct worker workers[WORKERS];
	_Atomic uint64_t now_ms = 10000;
	_Atomic uint32_t turn = 0;
	uint32_t started = 0, ended = 0;

	(void)state;
	start_all(&stand, &package, workers);
	for (int w = 0; w < WORKERS; w++) {
		workers[w].now_ms = &now_ms;
		workers[w].turn = &turn;
	}
	run_all(workers, run_over_many_periods);
	for (int w = 0; w < WORKERS; w++) {
		started += events_of_kind(&workers[w], EVENT_BREACH_STARTED);
		ended += events_of_kind(&workers[w], EVENT_BREACH_ENDED);
	}
	// Every period is long enough to use up its quota, but perhaps for the last.
	uint32_t last = watch_stand_at(&stand, workers[0].handle.slot)->windows[0].counted;
	assert_in_range(started, 2 * SESSIONS / 5000 / PERIOD_MS - 1, 2 * SESSIONS / 5000 / PERIOD_MS + 1);
	assert_int_equal(workers[0].passed + workers[1].passed, 7 * started + (last < 7 ? last : 0));
	assert_int_equal(started - ended, last == 7);
	for (int w = 0; w < WORKERS; w++)
		stop(&workers[w]);
	watch_stand_stop(&stand);
}

// After another number of workers was chosen a subscriber's watch may lie in the share of a worker who is not his.
struct hand_over {
	struct worker *owner, *sweeper;
	_Atomic bool done;
};

static void *
run_sweeper(void *argument)
{
	struct hand_over *hand_over = argument;
	struct worker *worker = hand_over->sweeper;

	while (!atomic_load_explicit(&hand_over->done, memory_order_relaxed))
		watch_sweep(&worker->pool, worker->stand->subscribers, worker->stand->policy, STAND_WATCHES,
			    atomic_load_explicit(worker->now_ms, memory_order_relaxed), &worker->reports);
	return NULL;
}

// The subscriber's own worker, and what a single window would have it pass.
static void
run_owner(struct worker *worker, uint64_t *seed)
{
	struct subscriber *subscriber = &worker->stand->subscribers[1];
	struct window alone = {0};
	const struct detector *detector = &worker->stand->package.detectors[0];

	for (int i = 0; i < 300; i++) {
		uint64_t now = atomic_load_explicit(worker->now_ms, memory_order_relaxed);
		uint32_t passed = worker->passed;
		bool quota_left = now >= alone.started_ms + alone.period_ms || alone.counted < detector->threshold;

		worker->handle = subscriber_handle(subscriber);
		session(worker, now);
		if (worker->stale > 0) {
			worker->stale = 0;
			watch_unlock(watch_take(&worker->pool, subscriber, 1, worker->handle, now));
			worker->handle = subscriber_handle(subscriber);
			session(worker, now);
			assert_int_equal(worker->stale, 0);
		}
		assert_int_equal(worker->passed - passed, quota_left);
		if (quota_left && now >= alone.started_ms + alone.period_ms)
			alone = (struct window){.started_ms = now, .period_ms = detector->period_ms};
		alone.counted += quota_left;
		atomic_store_explicit(worker->now_ms, now + random_below(seed, 3), memory_order_relaxed);
	}
}

static void
a_watch_that_another_worker_sweeps_away_loses_no_count(void **state)
{
	const struct package package = PACKAGE(DETECTOR(1, SMTP, 4, PERIOD_MS, ACTION_BLOCK));
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct watch_stand stand;
		struct worker workers[WORKERS];
		_Atomic uint64_t now_ms = 10000;

		start_all(&stand, &package, workers);
		uint32_t sweeper = subscriber_handle(&stand.subscribers[1]).slot % WORKERS;
		struct hand_over hand_over = {.owner = &workers[!sweeper], .sweeper = &workers[sweeper]};
		workers[0].now_ms = workers[1].now_ms = &now_ms;
		assert_int_equal(pthread_create(&workers[sweeper].thread, NULL, run_sweeper, &hand_over), 0);
		run_owner(hand_over.owner, &seed);
		atomic_store(&hand_over.done, true);
		assert_int_equal(pthread_join(workers[sweeper].thread, NULL), 0);

		uint32_t started = 0, ended = 0;
		for (int w = 0; w < WORKERS; w++) {
			watch_sweep(&workers[w].pool, stand.subscribers, stand.policy, STAND_WATCHES,
				    now_ms + PERIOD_MS, &workers[w].reports);
			assert_int_equal(workers[w].pool.used, 0);
			assert_int_equal(workers[w].pool.free_count, STAND_WATCHES / WORKERS);
			started += counter_read(&workers[w].counters.breaches);
			ended += counter_read(&workers[w].counters.breaches_ended);
			stop(&workers[w]);
		}
		assert_true(started > 10);
		assert_int_equal(started, ended);
		watch_stand_stop(&stand);
	}
}

// A worker whose share is used up takes the watch from under another who counts in it: the one that counted least.
static void *
run_crowd(void *argument)
{
	struct hand_over *hand_over = argument;
	struct worker *worker = hand_over->sweeper;

	for (uint32_t s = 2; !atomic_load_explicit(&hand_over->done, memory_order_relaxed); s = 2 + (s - 1) % 6) {
		struct subscriber *subscriber = &worker->stand->subscribers[s];
		const struct watch_context context = {&worker->stand->package, subscriber,      10000,
						      &worker->reports,        STAND_DETECTORS, NULL};
		struct watch *watch = watch_take(&worker->pool, subscriber, s, subscriber_handle(subscriber), 10000);

		watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, SMTP);
		watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, SMTP);
		watch_unlock(watch);
	}
	return NULL;
}

static void
a_watch_that_another_worker_gives_away_counts_for_nobody_else(void **state)
{
	const struct package package = PACKAGE(DETECTOR(1, SMTP, 1000, 1000, ACTION_BLOCK));

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct watch_stand stand;
		struct worker workers[WORKERS];
		start_all(&stand, &package, workers);
		uint32_t crowded = subscriber_handle(&stand.subscribers[1]).slot % WORKERS;
		struct worker *owner = &workers[!crowded];
		struct hand_over hand_over = {.owner = owner, .sweeper = &workers[crowded]};

		assert_int_equal(pthread_create(&workers[crowded].thread, NULL, run_crowd, &hand_over), 0);
		// One in each period, where everybody else has two.
		for (uint64_t now = 10000; owner->stale == 0; now += 1000)
			session(owner, now);
		atomic_store(&hand_over.done, true);
		assert_int_equal(pthread_join(workers[crowded].thread, NULL), 0);

		for (uint32_t w = crowded; w < STAND_WATCHES; w += WORKERS) {
			assert_int_not_equal(watch_stand_at(&stand, w)->subscriber.slot, 1);
			assert_int_equal(watch_stand_at(&stand, w)->windows[0].counted, 2);
		}
		assert_int_equal(workers[crowded].pool.used, STAND_WATCHES / WORKERS);
		for (int w = 0; w < WORKERS; w++)
			stop(&workers[w]);
		watch_stand_stop(&stand);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_threads_pass_exactly_the_quota_and_declare_one_breach),
		cmocka_unit_test(in_every_period_two_threads_pass_exactly_the_quota),
		cmocka_unit_test(a_watch_that_another_worker_sweeps_away_loses_no_count),
		cmocka_unit_test(a_watch_that_another_worker_gives_away_counts_for_nobody_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

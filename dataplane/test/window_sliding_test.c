// SPDX-License-Identifier: Apache-2.0
// window.c's sliding window and the hold of both kinds, against a list of timestamps.

#include "window.h"

#include "test.h"

#define SIGNALS 3000

struct run {
	struct detector detector;
	struct window window;
	bool block;
	bool declared;
	uint64_t now_ms;
	uint64_t times[SIGNALS]; // of every counted signal
	uint32_t signals;
	uint32_t breaches;
};

// Signals by the list in the last period.
static uint32_t
listed(const struct run *run)
{
	uint32_t count = 0;

	while (count < run->signals && run->now_ms - run->times[run->signals - 1 - count] < run->detector.period_ms)
		count++;
	return count;
}

static void
check_declared(const struct run *run)
{
	uint32_t threshold = run->detector.threshold, count = listed(run);

	// Never before 15/16 of N; up to 16 not before N; and not after the Nth, which is refused by none.
	assert_true(16 * (uint64_t)count >= 15 * (uint64_t)threshold);
	if (threshold <= 16)
		assert_true(count >= threshold);
	if (run->block)
		assert_true(count <= threshold);
	assert_int_equal(run->window.started_ms, run->now_ms);
}

// As the watch looks at it before and after it counts.
static void
look(struct run *run)
{
	const struct detector *detector = &run->detector;
	uint64_t end = run->window.started_ms + detector->period_ms + detector->hold_ms;

	if (run->declared) {
		assert_int_equal(window_breached(&run->window, detector, true, run->now_ms), run->now_ms < end);
		run->declared = run->now_ms < end;
	}
	if (!run->declared && window_breached(&run->window, detector, false, run->now_ms)) {
		window_declare(&run->window, detector, run->now_ms);
		check_declared(run);
		run->declared = true;
		run->breaches++;
	}
	// Never later than by the list.
	if (!run->declared)
		assert_true(listed(run) < detector->threshold);
}

static void
attempt(struct run *run)
{
	look(run);
	if (run->declared && run->block) {
		window_refuse(&run->window);
		return;
	}
	window_count(&run->window, &run->detector, run->declared, run->now_ms);
	run->times[run->signals++] = run->now_ms;
	look(run);
	assert_true(window_open(&run->window, run->declared, run->now_ms));
	assert_true(window_possible(&run->window, run->now_ms));
}

static struct run
new_run(uint32_t threshold, uint32_t period_ms, uint32_t hold_ms, bool block)
{
	struct run run = {
		.detector = {.id = 1, .threshold = threshold, .period_ms = period_ms, .hold_ms = hold_ms},
		.block = block,
		.now_ms = 1000,
	};

	run.detector.window = WINDOW_SLIDING;
	window_assign(&run.window, &run.detector);
	return run;
}

static uint64_t
random_wait(uint64_t *seed, const struct detector *detector)
{
	switch (random_below(seed, 4 * detector->threshold)) {
	case 0:
		return random_below(seed, 2 * detector->period_ms);
	case 1:
		return detector->period_ms;
	default:
		return random_below(seed, 2 * detector->period_ms / detector->threshold + 1);
	}
}

static void
a_sliding_window_does_what_a_list_of_timestamps_does(void **state)
{
	static const uint32_t above[] = {17, 20, 31, 32, 33, 50, 100, 161, 1000};
	static const uint32_t holds[] = {0, 700};

	(void)state;
	for (uint32_t n = 1; n <= 16 + LENGTH(above); n++)
		for (uint32_t how = 0; how < 4; how++) {
			uint32_t threshold = n <= 16 ? n : above[n - 17];
			struct run run = new_run(threshold, 10000, holds[how >> 1], how & 1);
			uint64_t seed = n * 10 + how;

			for (int i = 0; i < 20000 && run.signals < SIGNALS; i++) {
				attempt(&run);
				run.now_ms += random_wait(&seed, &run.detector);
			}
			assert_true(run.breaches > 0);
		}
}

static void
signals_of_a_burst_are_forgotten_one_by_one(void **state)
{
	struct run run = new_run(3, 100, 0, false);

	(void)state;
	attempt(&run);
	run.now_ms = 1060;
	attempt(&run);
	// The first one is a period old, and counts no more.
	run.now_ms = 1100;
	attempt(&run);
	assert_int_equal(run.window.counted, 2);
	run.now_ms = 1159;
	attempt(&run);
	assert_int_equal(run.breaches, 1);
	assert_int_equal(run.window.started_ms, 1159);
}

static void
after_a_reported_breach_the_signals_of_the_last_period_count_again(void **state)
{
	struct run run = new_run(2, 100, 50, false);

	(void)state;
	attempt(&run);
	attempt(&run);
	assert_int_equal(run.breaches, 1);
	run.now_ms = 1149;
	attempt(&run);
	assert_true(run.declared);
	assert_int_equal(run.window.counted, 3);
	// Over; the one of 1149 and this one are two.
	run.now_ms = 1150;
	attempt(&run);
	assert_int_equal(run.breaches, 2);
	assert_int_equal(run.window.counted, 2);
	assert_int_equal(run.window.started_ms, 1150);
}

static void
a_sliding_window_that_was_ended_counts_from_nothing(void **state)
{
	struct run run = new_run(2, 100, 0, true);

	(void)state;
	attempt(&run);
	attempt(&run);
	window_end(&run.window);
	assert_false(window_open(&run.window, false, run.now_ms));
	assert_false(window_breached(&run.window, &run.detector, false, run.now_ms));
	window_count(&run.window, &run.detector, false, run.now_ms);
	assert_int_equal(run.window.counted, 1);
}

// What was counted under one threshold counts under another: never less than by the list, up to the least of them.
static void
a_changed_threshold_loses_no_signal_below_it(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		uint64_t random = seed;
		struct run run = new_run(1 + random_below(&random, 200), 1000000, 0, false);
		uint32_t least = run.detector.threshold;
		bool reached = false;

		for (int i = 0; i < 500; i++) {
			window_count(&run.window, &run.detector, false, run.now_ms);
			run.times[run.signals++] = run.now_ms;
			reached |= run.window.counted >= run.detector.threshold;
			uint32_t list = listed(&run);
			assert_true(run.window.counted >= (reached && list > least ? least : list));
			run.now_ms += random_below(&random, 10000);
			if (random_below(&random, 50) == 0)
				run.detector.threshold = 1 + random_below(&random, 200);
			if (run.detector.threshold < least)
				least = run.detector.threshold;
		}
	}
}

// Who was reported for long under a small N, and stays below a greater one: never in breach of that.
static void
a_raised_threshold_finds_no_more_than_the_list(void **state)
{
	(void)state;
	for (uint32_t threshold = 1; threshold <= 100; threshold++) {
		struct run run = new_run(threshold, 10000, 0, false);

		for (; run.signals < SIGNALS; run.now_ms += 100)
			attempt(&run);
		run.detector.threshold = 200;
		for (run.signals = 0; run.signals < SIGNALS; run.now_ms += 100) {
			run.declared = run.declared && window_breached(&run.window, &run.detector, true, run.now_ms);
			assert_false(run.declared);
			assert_false(window_breached(&run.window, &run.detector, false, run.now_ms));
			window_count(&run.window, &run.detector, false, run.now_ms);
			run.signals++;
		}
	}
}

// One signal, then nothing for 26 days, when the clock's low 32 bits say that it is still to come.
static void
a_window_of_weeks_ago_is_possible(void **state)
{
	struct run run = new_run(3, 1000, 0, false);

	(void)state;
	attempt(&run);
	for (int day = 1; day < 60; day++)
		assert_true(window_possible(&run.window, run.now_ms + day * UINT64_C(86400000)));
}

// Times of chunks are 32 bits wide, and a window that is never empty outlives them: one signal a second for fifty days.
static void
a_signal_of_weeks_ago_does_not_come_back(void **state)
{
	const uint32_t size = 312500; // of a chunk
	struct run run = new_run(16 * size, 1000, 0, false);

	(void)state;
	for (uint32_t i = 0; run.now_ms < UINT32_MAX + UINT64_C(500000000); i++, run.now_ms += 999) {
		window_count(&run.window, &run.detector, false, run.now_ms);
		// Of the chunk before only the last signal can be young enough, and it brings the others along.
		assert_int_equal(run.window.counted, i % size + 1 + (i > 0 && i % size == 0 ? size : 0));
	}
}

static void
a_fixed_window_holds_what_it_blocks_after_its_period(void **state)
{
	const struct detector detector = {
		.id = 1, .threshold = 2, .period_ms = 100, .hold_ms = 50, .window = WINDOW_FIXED};
	struct window window;

	(void)state;
	window_assign(&window, &detector);
	window_count(&window, &detector, false, 1000);
	// Without a breach there is nothing to hold.
	assert_false(window_open(&window, false, 1100));
	window_count(&window, &detector, false, 1100);
	window_count(&window, &detector, false, 1150);
	assert_true(window_breached(&window, &detector, false, 1150));
	window_declare(&window, &detector, 1150);
	assert_true(window_breached(&window, &detector, true, 1249));
	assert_true(window_breached(&window, &detector, true, 1200));
	assert_false(window_breached(&window, &detector, true, 1250));
	// A signal that nobody refuses belongs to the breach; the next one begins a period.
	window_count(&window, &detector, true, 1249);
	assert_int_equal(window.counted, 3);
	assert_int_equal(window.started_ms, 1100);
	window_count(&window, &detector, false, 1250);
	assert_int_equal(window.counted, 1);
	assert_int_equal(window.started_ms, 1250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sliding_window_does_what_a_list_of_timestamps_does),
		cmocka_unit_test(signals_of_a_burst_are_forgotten_one_by_one),
		cmocka_unit_test(after_a_reported_breach_the_signals_of_the_last_period_count_again),
		cmocka_unit_test(a_sliding_window_that_was_ended_counts_from_nothing),
		cmocka_unit_test(a_changed_threshold_loses_no_signal_below_it),
		cmocka_unit_test(a_raised_threshold_finds_no_more_than_the_list),
		cmocka_unit_test(a_window_of_weeks_ago_is_possible),
		cmocka_unit_test(a_signal_of_weeks_ago_does_not_come_back),
		cmocka_unit_test(a_fixed_window_holds_what_it_blocks_after_its_period),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// window.c against a naive list of timestamps, and the words "N in T" at their edges.

#include "window.h"

#include "test.h"

// What architecture.md says of the fixed window, told with a list: every signal that passed, and where periods began.
struct history {
	uint64_t passed[4096];
	uint32_t count;
	uint32_t period; // index of the signal that started the last period
};

static bool
history_in_period(const struct history *history, uint64_t now_ms, uint64_t period_ms)
{
	return history->count > 0 && now_ms < history->passed[history->period] + period_ms;
}

static bool
history_refuses(const struct history *history, uint32_t threshold, uint64_t now_ms, uint64_t period_ms)
{
	return history_in_period(history, now_ms, period_ms) && history->count - history->period >= threshold;
}

static void
history_add(struct history *history, uint64_t now_ms, uint64_t period_ms)
{
	if (!history_in_period(history, now_ms, period_ms))
		history->period = history->count;
	history->passed[history->count++] = now_ms;
}

// The most signals that passed in any [t, t + period).
static uint32_t
history_densest(const struct history *history, uint64_t period_ms)
{
	uint32_t densest = 0;

	for (uint32_t first = 0, behind = 0; first < history->count; first++) {
		while (behind < history->count && history->passed[behind] < history->passed[first] + period_ms)
			behind++;
		densest = behind - first > densest ? behind - first : densest;
	}
	return densest;
}

static uint64_t
random_wait(uint64_t *seed, uint32_t period_ms, uint32_t threshold)
{
	switch (random_below(seed, 4)) {
	case 0:
		return 0;
	case 1:
		return random_below(seed, 2 * period_ms);
	default:
		return random_below(seed, 2 * period_ms / threshold + 1);
	}
}

// Attempts at random times; returns the densest period of those that passed.
static uint32_t
compare_with_history(const struct detector *detector, uint64_t seed)
{
	struct history history = {0};
	struct window window = {0};

	for (uint64_t now = 1000; history.count < LENGTH(history.passed);
	     now += random_wait(&seed, detector->period_ms, detector->threshold)) {
		bool refused = history_refuses(&history, detector->threshold, now, detector->period_ms);

		assert_int_equal(window_breached(&window, detector, false, now), refused);
		if (refused) {
			window_refuse(&window);
			continue;
		}
		window_count(&window, detector, false, now);
		history_add(&history, now, detector->period_ms);
		assert_int_equal(window.counted, history.count - history.period);
		assert_int_equal(window.started_ms, history.passed[history.period]);
		// The Nth counted signal declares the breach, none before it.
		assert_int_equal(window_breached(&window, detector, false, now),
				 history.count - history.period == detector->threshold);
	}
	return history_densest(&history, detector->period_ms);
}

static void
a_fixed_window_does_what_a_list_of_timestamps_does(void **state)
{
	static const uint32_t periods[] = {1, 7, 1000, 60000};

	(void)state;
	for (uint32_t threshold = 1; threshold <= 20; threshold++) {
		for (size_t p = 0; p < LENGTH(periods); p++) {
			const struct detector detector = {.id = 1, .threshold = threshold, .period_ms = periods[p]};
			uint32_t densest = compare_with_history(&detector, threshold * 100 + p);

			assert_true(densest <= 2 * threshold - 1);
			// Dense enough arrivals for the quota to be used up.
			if (periods[p] >= 1000)
				assert_true(densest >= threshold);
		}
	}
}

static void
the_worst_case_is_two_n_minus_one_in_a_period(void **state)
{
	const struct detector detector = {.id = 1, .threshold = 10, .period_ms = 60000};
	struct window window = {0};
	uint32_t passed = 0;

	(void)state;
	window_count(&window, &detector, false, 1000);
	// Nine at the period's last millisecond, and then as many as pass until a period after the first of them.
	for (uint64_t now = 60999; now < 60999 + 60000; now++)
		while (!window_breached(&window, &detector, false, now)) {
			window_count(&window, &detector, false, now);
			passed++;
		}
	assert_int_equal(passed, 19);
}

static void
refused_attempts_do_not_extend_the_period(void **state)
{
	const struct detector detector = {.id = 1, .threshold = 2, .period_ms = 100};
	struct window window = {0};

	(void)state;
	window_count(&window, &detector, false, 1000);
	window_count(&window, &detector, false, 1001);
	for (uint64_t now = 1001; now < 1100; now++) {
		assert_true(window_breached(&window, &detector, false, now));
		window_refuse(&window);
	}
	assert_int_equal(window.refused, 99);
	assert_int_equal(window.counted, 2);
	assert_false(window_breached(&window, &detector, false, 1100));
}

static void
the_periods_end_is_exclusive_and_the_next_period_starts_with_a_signal(void **state)
{
	const struct detector detector = {.id = 1, .threshold = 1, .period_ms = 100};
	struct window window = {0};

	(void)state;
	assert_false(window_open(&window, false, 50));
	window_count(&window, &detector, false, 1000);
	assert_true(window_open(&window, false, 1099));
	assert_false(window_open(&window, false, 1100));
	window_refuse(&window);
	window_count(&window, &detector, false, 1150);
	assert_int_equal(window.started_ms, 1150);
	assert_int_equal(window.counted, 1);
	assert_int_equal(window.refused, 0);
}

static void
a_changed_threshold_keeps_the_window_and_a_changed_period_waits_for_the_next(void **state)
{
	const struct detector three = {.id = 1, .threshold = 3, .period_ms = 100};
	const struct detector two_long = {.id = 1, .threshold = 2, .period_ms = 1000};
	struct window window = {0};

	(void)state;
	window_count(&window, &three, false, 1000);
	window_count(&window, &three, false, 1001);
	assert_false(window_breached(&window, &three, false, 1002));
	assert_true(window_breached(&window, &two_long, false, 1002));
	window_count(&window, &two_long, false, 1003);
	assert_int_equal(window.counted, 3);
	assert_false(window_open(&window, false, 1100));
	window_count(&window, &two_long, false, 1100);
	assert_true(window_open(&window, false, 2099));
	assert_false(window_open(&window, false, 2100));
}

// Two workers read one clock a moment apart.
static void
a_period_that_started_a_moment_ahead_is_open(void **state)
{
	const struct detector detector = {.id = 1, .threshold = 1, .period_ms = 100};
	struct window window = {0};

	(void)state;
	window_count(&window, &detector, false, 1000);
	assert_true(window_breached(&window, &detector, false, 999));
	window_count(&window, &detector, false, 999);
	assert_int_equal(window.started_ms, 1000);
	assert_int_equal(window.counted, 2);
}

static void
counts_stop_at_their_ends(void **state)
{
	const struct detector detector = {.id = 1, .threshold = UINT32_MAX, .period_ms = UINT32_MAX};
	struct window window = {
		.started_ms = 1, .period_ms = UINT32_MAX, .counted = UINT32_MAX - 1, .refused = UINT32_MAX};

	(void)state;
	assert_false(window_breached(&window, &detector, false, 2));
	for (int i = 0; i < 3; i++) {
		window_count(&window, &detector, false, 2);
		window_refuse(&window);
		assert_int_equal(window.counted, UINT32_MAX);
		assert_int_equal(window.refused, UINT32_MAX);
		assert_true(window_breached(&window, &detector, false, 2));
	}
}

static void
an_assigned_window_is_empty(void **state)
{
	struct window window = {.started_ms = 5, .period_ms = 6, .detector = 7, .counted = 8, .refused = 9};
	const struct window empty = {.detector = 70, .kind = WINDOW_FIXED};
	const struct detector detector = {.id = 70, .threshold = 3, .period_ms = 100, .window = WINDOW_FIXED};

	(void)state;
	window_assign(&window, &detector);
	assert_memory_equal(&window, &empty, sizeof(window));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fixed_window_does_what_a_list_of_timestamps_does),
		cmocka_unit_test(the_worst_case_is_two_n_minus_one_in_a_period),
		cmocka_unit_test(refused_attempts_do_not_extend_the_period),
		cmocka_unit_test(the_periods_end_is_exclusive_and_the_next_period_starts_with_a_signal),
		cmocka_unit_test(a_changed_threshold_keeps_the_window_and_a_changed_period_waits_for_the_next),
		cmocka_unit_test(a_period_that_started_a_moment_ahead_is_open),
		cmocka_unit_test(counts_stop_at_their_ends),
		cmocka_unit_test(an_assigned_window_is_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

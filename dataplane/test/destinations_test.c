// SPDX-License-Identifier: Apache-2.0
// destinations.c, and what an event says of them.

#include "destinations.h"

#include "policy_parts.h"
#include "test.h"
#include "watch_stand.h"

#define SMTP SERVICE(0)
#define WEB  SERVICE(1)

static const struct package two =
	PACKAGE(DETECTOR(1, SMTP, 3, 1000, ACTION_REPORT), DETECTOR(2, WEB, 3, 1000, ACTION_REPORT));

static void
session(struct watch_stand *stand, uint64_t services, uint8_t host, uint16_t port)
{
	struct subscriber *subscriber = &stand->subscribers[1];
	struct other_end to = {.address = address_of("192.0.2.0"), .port = port};
	const struct watch_context context = {
		.package = &stand->package,
		.subscriber = subscriber,
		.now_ms = stand->now_ms,
		.reports = &stand->reports,
		.detectors = STAND_DETECTORS,
		.to = &to,
	};
	struct watch *watch = watch_lock(&stand->pool, subscriber_handle(subscriber));

	if (watch == NULL)
		watch = watch_take(&stand->pool, subscriber, 1, subscriber_handle(subscriber), stand->now_ms);
	to.address.bytes[15] = host;
	watch_count(watch, &context, SIGNAL_SESSIONS, COUNT_ATTEMPTS, services);
	watch_unlock(watch);
}

static struct event
next_event(struct watch_stand *stand)
{
	struct event event;

	assert_true(event_ring_get(stand->ring, STAND_EVENTS, &stand->place, &stand->lost, &event));
	return event;
}

// How many sessions the event says there were to the host; 0: it is not among its destinations.
static uint32_t
told(const struct event *event, uint8_t host, uint16_t port)
{
	uint32_t sessions = 0;

	for (uint32_t d = 0; d < event->destination_count; d++)
		if (event->destinations[d].address.bytes[15] == host && event->destinations[d].port == port) {
			assert_int_equal(sessions, 0);
			sessions = event->destinations[d].sessions;
		}
	return sessions;
}

static void
a_breach_is_told_with_where_its_own_sessions_went_the_nth_included(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &two);
	stand.reports.generation = 17;
	session(&stand, SMTP, 1, 25);
	session(&stand, WEB, 2, 80);
	session(&stand, SMTP, 1, 25);
	session(&stand, SMTP, 3, 25);
	struct event event = next_event(&stand);
	assert_int_equal(event.detector, 1);
	assert_int_equal(event.generation, 17);
	assert_int_equal(event.reason, EVENT_NO_REASON);
	assert_int_equal(event.destination_count, 2);
	assert_int_equal(told(&event, 1, 25), 2);
	assert_int_equal(told(&event, 3, 25), 1);
	// The end tells of those that came after the start, too.
	session(&stand, SMTP, 4, 25);
	stand.now_ms += 1000;
	watch_stand_sweep(&stand);
	event = next_event(&stand);
	assert_int_equal(event.reason, EVENT_OVER);
	assert_int_equal(event.destination_count, 3);
	assert_int_equal(told(&event, 4, 25), 1);
	watch_stand_stop(&stand);
}

static void
those_of_an_earlier_period_are_not_told(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &two);
	session(&stand, SMTP, 1, 25);
	session(&stand, SMTP, 2, 25);
	// The other detector's window keeps the watch.
	stand.now_ms += 999;
	session(&stand, WEB, 9, 80);
	stand.now_ms += 1;
	for (int i = 0; i < 3; i++)
		session(&stand, SMTP, 2, 25);
	struct event event = next_event(&stand);
	assert_int_equal(event.destination_count, 1);
	assert_int_equal(told(&event, 2, 25), 4);
	watch_stand_stop(&stand);
}

static void
of_seventeen_the_one_seen_longest_ago_makes_room(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &two);
	stand.detectors[0].threshold = WATCH_DESTINATIONS + 2;
	for (uint8_t host = 0; host < WATCH_DESTINATIONS; host++, stand.now_ms++)
		session(&stand, SMTP, host, 25);
	// Seen again, so the second is now the oldest.
	session(&stand, SMTP, 0, 25);
	stand.now_ms++;
	session(&stand, SMTP, 100, 25);
	struct event event = next_event(&stand);
	assert_int_equal(event.destination_count, WATCH_DESTINATIONS);
	assert_int_equal(told(&event, 0, 25), 2);
	assert_int_equal(told(&event, 1, 25), 0);
	assert_int_equal(told(&event, 2, 25), 1);
	assert_int_equal(told(&event, 100, 25), 1);
	watch_stand_stop(&stand);
}

static void
another_detector_in_a_window_begins_without_any(void **state)
{
	struct watch_stand stand;

	(void)state;
	watch_stand_start(&stand);
	watch_stand_package(&stand, &two);
	stand.detectors[0].threshold = 10;
	stand.package.detector_count = STAND_DETECTORS;
	for (uint32_t d = 1; d < STAND_DETECTORS; d++)
		stand.detectors[d] = (struct detector)DETECTOR(10 + d, SMTP, 10, 1000, ACTION_REPORT);
	session(&stand, SMTP, 1, 25);
	// Every window is taken: the first one's detector goes, and another gets it.
	stand.detectors[0] = (struct detector)DETECTOR(3, SMTP, 1, 1000, ACTION_REPORT);
	session(&stand, SMTP, 5, 25);
	struct event event = next_event(&stand);
	assert_int_equal(event.detector, 3);
	assert_int_equal(event.destination_count, 1);
	assert_int_equal(told(&event, 5, 25), 1);
	watch_stand_stop(&stand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_breach_is_told_with_where_its_own_sessions_went_the_nth_included),
		cmocka_unit_test(those_of_an_earlier_period_are_not_told),
		cmocka_unit_test(of_seventeen_the_one_seen_longest_ago_makes_room),
		cmocka_unit_test(another_detector_in_a_window_begins_without_any),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

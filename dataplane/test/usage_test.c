// SPDX-License-Identifier: Apache-2.0
// usage.c: minutes, services that are measured, destinations, and when a watch goes.

#include "usage.h"

#include "policy_parts.h"
#include "test.h"
#include "watch_stand.h"

#define MINUTE USAGE_MINUTE_MS

// Services 0 to 5 of the policy are 10 to 15 of the configuration.
static const uint32_t service_ids[] = {10, 11, 12, 13, 14, 15};

static void
start(struct watch_stand *stand, uint64_t measured)
{
	watch_stand_start(stand);
	stand->now_ms = 100 * MINUTE;
	stand->package = (struct package){.measured = measured, .service_ids = service_ids};
}

static struct watch *
locked(struct watch_stand *stand)
{
	struct subscriber *subscriber = &stand->subscribers[1];
	struct watch *watch = watch_lock(&stand->pool, subscriber_handle(subscriber));

	return watch != NULL ? watch
			     : watch_take(&stand->pool, subscriber, 1, subscriber_handle(subscriber), stand->now_ms);
}

static void
use(struct watch_stand *stand, uint64_t services, uint8_t host)
{
	struct other_end to = {.address = address_of("192.0.2.0"), .port = 25};
	struct watch *watch = locked(stand);
	const struct watch_context context = {
		.package = &stand->package,
		.subscriber = &stand->subscribers[1],
		.now_ms = stand->now_ms,
		.reports = &stand->reports,
		.detectors = STAND_DETECTORS,
		.to = &to,
	};

	to.address.bytes[15] = host;
	usage_session(watch, &context, services);
	usage_refused(watch, &context, services);
	usage_refused(watch, &context, services);
	usage_bytes(watch, &context, services, 1500);
	watch_unlock(watch);
}

// Of the configuration's service; NULL: it has none.
static const struct usage *
usage_of(const struct watch_stand *stand, uint32_t service)
{
	struct watch *watch = watch_stand_at(stand, subscriber_handle(&stand->subscribers[1]).slot);
	const struct usage *usages = watch_usages(watch, STAND_DETECTORS), *found = NULL;

	for (int i = 0; i < STAND_DETECTORS; i++)
		if ((watch->usages_used >> i & 1) && usages[i].service == service) {
			assert_null(found);
			found = &usages[i];
		}
	return found;
}

static void
assert_minute(const struct usage_minute *minute, uint32_t times)
{
	assert_int_equal(minute->sessions, times);
	assert_int_equal(minute->refused, 2 * times);
	assert_int_equal(minute->bytes, 1500 * times);
}

static void
the_minute_before_is_kept_and_an_older_one_is_not(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand, SERVICE(2));
	use(&stand, SERVICE(2), 1);
	use(&stand, SERVICE(2), 1);
	stand.now_ms += MINUTE;
	use(&stand, SERVICE(2), 1);
	const struct usage *usage = usage_of(&stand, 12);
	assert_int_equal(usage->minute, 101);
	assert_minute(&usage->minutes[0], 2);
	assert_minute(&usage->minutes[1], 1);
	// Nothing in minute 102.
	stand.now_ms += 2 * MINUTE;
	use(&stand, SERVICE(2), 1);
	assert_int_equal(usage->minute, 103);
	assert_minute(&usage->minutes[0], 0);
	assert_minute(&usage->minutes[1], 1);
	// A clock that is a moment behind adds to the minute that has begun.
	stand.now_ms -= MINUTE;
	use(&stand, SERVICE(2), 1);
	assert_int_equal(usage->minute, 103);
	assert_minute(&usage->minutes[1], 2);
	watch_stand_stop(&stand);
}

static void
only_what_is_measured_is_used(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand, SERVICE(1) | SERVICE(3));
	use(&stand, SERVICE(0) | SERVICE(1) | SERVICE(2), 1);
	use(&stand, SERVICE(1) | SERVICE(3), 1);
	assert_minute(&usage_of(&stand, 11)->minutes[0], 2);
	assert_minute(&usage_of(&stand, 13)->minutes[0], 1);
	assert_null(usage_of(&stand, 10));
	assert_null(usage_of(&stand, 12));
	watch_stand_stop(&stand);
}

static void
a_service_that_is_measured_no_more_gives_its_place_to_another(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand, 0xf);
	use(&stand, 0xf, 1);
	stand.package.measured = 0x3c;
	use(&stand, 0x3c, 1);
	for (uint32_t service = 12; service <= 15; service++)
		assert_minute(&usage_of(&stand, service)->minutes[0], service < 14 ? 2 : 1);
	watch_stand_stop(&stand);
}

static void
destinations_are_told_apart_and_one_is_counted_once(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand, SERVICE(0));
	for (int i = 0; i < 10; i++)
		use(&stand, SERVICE(0), 7);
	const uint64_t *bits = usage_of(&stand, 10)->minutes[0].destinations;
	assert_int_equal(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]), 1);
	for (uint8_t host = 0; host < 64; host++)
		use(&stand, SERVICE(0), host);
	// Of 128 bits 64 destinations leave 77 unset: 128 * exp(-1/2).
	assert_in_range(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]), 36, 64);
	watch_stand_stop(&stand);
}

static void
a_watch_stays_until_its_last_minute_has_been_there_for_a_whole_one(void **state)
{
	struct watch_stand stand;

	(void)state;
	start(&stand, SERVICE(0));
	stand.now_ms += MINUTE - 1;
	use(&stand, SERVICE(0), 1);
	stand.now_ms += MINUTE;
	watch_stand_sweep(&stand);
	assert_int_equal(stand.pool.used, 1);
	stand.now_ms += 1;
	watch_stand_sweep(&stand);
	assert_int_equal(stand.pool.used, 0);
	watch_stand_stop(&stand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_minute_before_is_kept_and_an_older_one_is_not),
		cmocka_unit_test(only_what_is_measured_is_used),
		cmocka_unit_test(a_service_that_is_measured_no_more_gives_its_place_to_another),
		cmocka_unit_test(destinations_are_told_apart_and_one_is_counted_once),
		cmocka_unit_test(a_watch_stays_until_its_last_minute_has_been_there_for_a_whole_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

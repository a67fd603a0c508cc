// SPDX-License-Identifier: Apache-2.0
// meter.h: every turn's time and every packet is put where struct worker_meter says.

#include "meter.h"

#include "test.h"

static void
a_bucket_holds_up_to_its_power_of_two(void **state)
{
	(void)state;
	for (unsigned packets = 1; packets <= 32; packets++) {
		unsigned bucket = meter_bucket(packets, METER_BURSTS);
		assert_true(bucket < METER_BURSTS);
		assert_true(packets <= 1u << bucket);
		assert_true(bucket == 0 || packets > 1u << (bucket - 1));
	}
	assert_int_equal(meter_bucket(UINT64_MAX, METER_LATENCIES), METER_LATENCIES - 1);
}

static uint64_t
sum(const counter *buckets, unsigned count)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += counter_read(&buckets[i]);
	return total;
}

static void
turns_and_packets_add_up(void **state)
{
	struct worker_meter totals = {0};
	struct meter meter;

	(void)state;
	meter_start(&meter, &totals, 1000000);
	uint64_t began = meter.turn;
	for (unsigned turn = 0; turn < 1000; turn++) {
		unsigned packets = turn % 4 == 0 ? turn % 33 : 0;
		if (packets > 0)
			meter_burst(&meter, packets);
		meter_sent(&meter, packets);
		meter_turn(&meter, packets);
	}
	assert_int_equal(counter_read(&totals.ticks), meter.turn - began);
	assert_in_range(counter_read(&totals.ticks_busy), 1, counter_read(&totals.ticks) - 1);
	assert_int_equal(sum(totals.latencies, METER_LATENCIES), counter_read(&totals.packets));
	assert_in_range(sum(totals.bursts, METER_BURSTS), 1, 250);
}

static void
latency_begins_with_the_turn_before(void **state)
{
	struct worker_meter totals = {0};
	struct meter meter;

	(void)state;
	// A clock of one tick a microsecond: as many microseconds as ticks.
	meter_start(&meter, &totals, 1000000);
	meter_turn(&meter, 0);
	meter_turn(&meter, 0);
	uint64_t at_least = meter.turn - meter.turn_before;
	meter_sent(&meter, 7);
	uint64_t at_most = rte_rdtsc() - meter.turn_before;
	unsigned bucket = 0;
	while (counter_read(&totals.latencies[bucket]) == 0)
		bucket++;
	assert_int_equal(counter_read(&totals.latencies[bucket]), 7);
	assert_in_range(bucket, meter_bucket(at_least + 1, METER_LATENCIES),
			meter_bucket(at_most + 1, METER_LATENCIES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_holds_up_to_its_power_of_two),
		cmocka_unit_test(turns_and_packets_add_up),
		cmocka_unit_test(latency_begins_with_the_turn_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

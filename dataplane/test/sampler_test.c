// SPDX-License-Identifier: Apache-2.0
// sampler.c: what it copies of a chain of segments, and how many it takes.

#include "sampler.h"

#include "test.h"

static const struct packet any = {.kind = PACKET_OTHER};

struct stand {
	struct sampler sampler;
	counter suppressed;
	struct sample_order order;
	uint64_t place, lost;
};

static struct stand *
new_stand(uint32_t rate, uint32_t snap_length)
{
	struct stand *stand = exact_memory(sizeof(*stand));

	stand->order = (struct sample_order){.until_ms = UINT64_MAX, .rate = rate, .snap_length = snap_length};
	stand->sampler.ring = exact_memory(REGION_SAMPLE_RING_SIZE);
	stand->sampler.suppressed = &stand->suppressed;
	slot_ring_init(stand->sampler.ring, REGION_SAMPLES, sizeof(struct sample));
	sampler_turn(&stand->sampler, &stand->order, 1);
	return stand;
}

static void
free_stand(struct stand *stand)
{
	free(stand->sampler.ring);
	free(stand);
}

static bool
next(struct stand *stand, struct sample *sample)
{
	return slot_ring_get(stand->sampler.ring, REGION_SAMPLES, sizeof(*sample), &stand->place, &stand->lost, sample);
}

#define SEGMENTS 4

// A packet of `length` bytes 0, 1, 2, ..., in segments of `each`.
struct chain {
	struct rte_mbuf mbufs[SEGMENTS];
	uint8_t bytes[SEGMENTS * 1000];
};

static struct rte_mbuf *
chain(struct chain *chain, uint32_t length, uint16_t each)
{
	memset(chain, 0, sizeof(*chain));
	for (uint32_t i = 0; i < length; i++)
		chain->bytes[i] = (uint8_t)i;
	for (unsigned s = 0; s < SEGMENTS && s * each < length; s++) {
		struct rte_mbuf *mbuf = &chain->mbufs[s];
		mbuf->buf_addr = chain->bytes + s * each;
		mbuf->data_len = (uint16_t)RTE_MIN(each, length - s * each);
		mbuf->pkt_len = length;
		mbuf->next = (s + 1) * each < length ? mbuf + 1 : NULL;
	}
	return &chain->mbufs[0];
}

static void
a_chain_is_copied_whole_or_up_to_the_length_asked_for(void **state)
{
	static const struct {
		uint32_t length;
		uint16_t each;
		uint32_t snap_length, captured;
	} cases[] = {
		{60, 1000, SAMPLE_BYTES_MAX, 60},
		{61, 20, SAMPLE_BYTES_MAX, 61},
		{100, 30, 64, 64},
		{100, 30, 1, 1},
		{4000, 1000, SAMPLE_BYTES_MAX, SAMPLE_BYTES_MAX},
		{1999, 999, 999, 999},
	};
	struct chain segments;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct stand *stand = new_stand(1000, cases[i].snap_length);
		struct sample sample;
		stand->sampler.allowance = 1000;
		sampler_take(&stand->sampler, NULL, chain(&segments, cases[i].length, cases[i].each), &any,
			     SAMPLE_FORWARDED, 1);
		assert_true(next(stand, &sample));
		assert_int_equal(sample.length, cases[i].length);
		assert_int_equal(sample.captured, cases[i].captured);
		assert_memory_equal(sample.bytes, segments.bytes, cases[i].captured);
		assert_false(next(stand, &sample));
		free_stand(stand);
	}
}

static void
no_more_are_taken_than_the_rate_allows_and_the_rest_is_counted(void **state)
{
	enum { RATE = 500, OFFERED_A_MS = 3, SECONDS = 4 };
	struct stand *stand = new_stand(RATE, 64);
	struct chain segments;
	struct rte_mbuf *mbuf = chain(&segments, 60, 1000);
	struct sample sample;
	uint64_t taken = 0, at_once = 0;

	(void)state;
	for (uint64_t ms = 1; ms <= SECONDS * 1000; ms++) {
		for (int i = 0; i < OFFERED_A_MS; i++)
			sampler_take(&stand->sampler, NULL, mbuf, &any, SAMPLE_FORWARDED, ms);
		// A reader that looks every 50 ms.
		if (ms % 50 != 0)
			continue;
		for (at_once = 0; next(stand, &sample); at_once++)
			;
		taken += at_once;
		assert_true(at_once <= REGION_SAMPLES);
	}
	assert_int_equal(stand->lost, 0);
	assert_int_equal(taken + counter_read(&stand->suppressed), SECONDS * 1000 * OFFERED_A_MS);
	assert_in_range(taken, SECONDS * RATE - 1, SECONDS * RATE + REGION_SAMPLES / 2);
	free_stand(stand);
}

static void
after_a_quiet_time_half_a_ring_may_come_at_once(void **state)
{
	struct stand *stand = new_stand(2000, 64);
	struct chain segments;
	struct rte_mbuf *mbuf = chain(&segments, 60, 1000);
	struct sample sample;
	unsigned taken = 0;

	(void)state;
	for (int i = 0; i < 10000; i++)
		sampler_take(&stand->sampler, NULL, mbuf, &any, SAMPLE_FORWARDED, UINT64_C(100000000));
	while (next(stand, &sample))
		taken++;
	assert_int_equal(taken, REGION_SAMPLES / 2);
	assert_int_equal(stand->lost, 0);
	free_stand(stand);
}

static void
strangers_leave_half_for_the_sources_that_are_preferred(void **state)
{
	struct stand *stand = new_stand(1000, 64);
	struct chain segments;
	struct rte_mbuf *mbuf = chain(&segments, 60, 1000);
	const struct packet stranger = {.kind = PACKET_UDP, .side = SIDE_NETWORK, .key.network.bytes = {1}};
	struct packet preferred = stranger;
	struct sample sample;

	(void)state;
	preferred.key.network.bytes[0] = 2;
	stand->order.preferred.addresses[0] = preferred.key.network;
	for (uint64_t ms = 1000; ms < 2000; ms++)
		for (int i = 0; i < 10; i++)
			sampler_take(&stand->sampler, NULL, mbuf, &stranger, SAMPLE_FORWARDED, ms);
	while (next(stand, &sample))
		;
	for (int i = 0; i < REGION_SAMPLES; i++)
		sampler_take(&stand->sampler, NULL, mbuf, &preferred, SAMPLE_FORWARDED, 2000);
	unsigned taken = 0;
	while (next(stand, &sample))
		taken++;
	assert_in_range(taken, REGION_SAMPLES / 4, REGION_SAMPLES / 4 + 1);
	// What grows is theirs first.
	uint64_t suppressed = counter_read(&stand->suppressed);
	sampler_take(&stand->sampler, NULL, mbuf, &stranger, SAMPLE_FORWARDED, 2001);
	assert_int_equal(counter_read(&stand->suppressed), suppressed + 1);
	sampler_take(&stand->sampler, NULL, mbuf, &preferred, SAMPLE_FORWARDED, 2001);
	assert_true(next(stand, &sample));
	free_stand(stand);
}

static void
what_the_filter_does_not_want_costs_no_allowance(void **state)
{
	struct stand *stand = new_stand(1000, 64);
	struct chain segments;
	struct rte_mbuf *mbuf = chain(&segments, 60, 1000);
	struct sample sample;

	(void)state;
	stand->order.filter.kinds = 1u << PACKET_TCP;
	stand->sampler.allowance = 1000;
	sampler_take(&stand->sampler, NULL, mbuf, &any, SAMPLE_FORWARDED, 1);
	assert_false(next(stand, &sample));
	assert_int_equal(stand->sampler.allowance, 1000);
	assert_int_equal(counter_read(&stand->suppressed), 0);
	free_stand(stand);
}

static void
an_order_ends_at_its_time(void **state)
{
	struct stand *stand = new_stand(1000, 64);

	(void)state;
	stand->order.until_ms = 500;
	sampler_turn(&stand->sampler, &stand->order, 499);
	assert_ptr_equal(stand->sampler.order, &stand->order);
	sampler_turn(&stand->sampler, &stand->order, 500);
	assert_null(stand->sampler.order);
	sampler_turn(&stand->sampler, NULL, 1);
	assert_null(stand->sampler.order);
	// Without one there is nothing to do.
	sampler_take(&stand->sampler, NULL, NULL, &any, SAMPLE_FORWARDED, 1);
	free_stand(stand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_copied_whole_or_up_to_the_length_asked_for),
		cmocka_unit_test(no_more_are_taken_than_the_rate_allows_and_the_rest_is_counted),
		cmocka_unit_test(after_a_quiet_time_half_a_ring_may_come_at_once),
		cmocka_unit_test(strangers_leave_half_for_the_sources_that_are_preferred),
		cmocka_unit_test(what_the_filter_does_not_want_costs_no_allowance),
		cmocka_unit_test(an_order_ends_at_its_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

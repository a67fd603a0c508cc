// SPDX-License-Identifier: Apache-2.0
// slot_ring.c through event rings, with one thread: order, wrap, and exactly how many a lapped reader lost.

#include "event_ring.h"

#include "test.h"

#define CAPACITY 8

struct reader {
	uint64_t place, lost, read;
};

static struct event_ring *
new_ring(void)
{
	struct event_ring *ring = exact_memory(event_ring_size(CAPACITY));

	event_ring_init(ring, CAPACITY);
	return ring;
}

// Events whose fields all follow from their number.
static struct event
event_of(uint64_t number)
{
	struct event event = {
		.time_ms = number,
		.period_started_ms = ~number,
		.period_ms = (uint32_t)number,
		.detector = (uint32_t)number * 3,
		.counted = (uint32_t)number * 5,
		.refused = (uint32_t)number * 7,
		.tags = (uint32_t)number * 9,
		.kind = (uint16_t)number,
		.prefix_length = (uint8_t)number,
		.reason = (uint8_t)~number,
	};

	memset(event.address.bytes, (int)(number & 0xff), sizeof(event.address.bytes));
	return event;
}

static void
put(struct event_ring *ring, uint64_t number)
{
	struct event event = event_of(number);

	event_ring_put(ring, &event);
}

static bool
get(const struct event_ring *ring, struct reader *reader)
{
	struct event event = {0};

	if (!event_ring_get(ring, CAPACITY, &reader->place, &reader->lost, &event))
		return false;
	struct event wanted = event_of(event.sequence);
	assert_int_equal(event.sequence, reader->place - 1);
	assert_memory_equal((uint8_t *)&event + 8, (uint8_t *)&wanted + 8, sizeof(event) - 8);
	reader->read++;
	assert_int_equal(reader->read + reader->lost, reader->place - 1);
	return true;
}

static void
events_come_out_whole_and_in_order(void **state)
{
	struct event_ring *ring = new_ring();
	struct reader reader = {0};

	(void)state;
	assert_false(get(ring, &reader));
	for (uint64_t number = 1; number <= 5 * CAPACITY; number++) {
		put(ring, number);
		assert_true(get(ring, &reader));
		assert_false(get(ring, &reader));
	}
	assert_int_equal(reader.lost, 0);
	free(ring);
}

static void
a_lapped_reader_learns_exactly_how_many_it_lost(void **state)
{
	(void)state;
	for (uint64_t written = 0; written <= 4 * CAPACITY; written++) {
		for (uint64_t read_before = 0; read_before <= CAPACITY && read_before <= written; read_before++) {
			struct event_ring *ring = new_ring();
			struct reader reader = {.place = 1};
			uint64_t number = 1;

			while (number <= read_before)
				put(ring, number++);
			while (get(ring, &reader))
				;
			while (number <= written)
				put(ring, number++);
			while (get(ring, &reader))
				;
			uint64_t behind = written - read_before;
			assert_int_equal(reader.lost, behind > CAPACITY ? behind - CAPACITY : 0);
			assert_int_equal(reader.read + reader.lost, written);
			free(ring);
		}
	}
}

static void
readers_have_places_of_their_own(void **state)
{
	struct event_ring *ring = new_ring();
	struct reader quick = {.place = 1}, slow = {.place = 1}, late = {.place = 20};

	(void)state;
	for (uint64_t number = 1; number < 20; number++) {
		put(ring, number);
		assert_true(get(ring, &quick));
	}
	while (get(ring, &slow))
		;
	assert_int_equal(quick.read, 19);
	assert_int_equal(slow.read, CAPACITY);
	assert_int_equal(slow.lost, 19 - CAPACITY);
	// One that is told to begin with the next event.
	assert_false(event_ring_get(ring, CAPACITY, &late.place, &late.lost, &(struct event){0}));
	put(ring, 20);
	late.read = 19;
	assert_true(get(ring, &late));
	assert_int_equal(late.lost, 0);
	free(ring);
}

// What a writer leaves that was killed between any two of its stores.
static void
a_half_written_event_is_not_read(void **state)
{
	struct event_ring *ring = new_ring();
	struct reader reader = {.place = 1};

	(void)state;
	for (uint64_t number = 1; number <= CAPACITY + 1; number++)
		put(ring, number);
	// Killed while it overwrote event 2: the slot is marked, or its fields are mixed.
	atomic_store(&ring->events[2].sequence, 0);
	ring->events[2].counted = 99;
	while (get(ring, &reader))
		;
	assert_int_equal(reader.lost, 2);
	// The process that follows writes the same event again.
	put(ring, CAPACITY + 2);
	assert_true(get(ring, &reader));
	assert_int_equal(reader.lost, 2);
	free(ring);
}

static void
a_damaged_ring_gives_no_event_and_no_endless_loop(void **state)
{
	static const uint64_t nexts[] = {0, 1, 1000, UINT64_MAX / 2, UINT64_MAX};
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < LENGTH(nexts); i++) {
		struct event_ring *ring = new_ring();
		for (int slot = 0; slot < CAPACITY; slot++)
			atomic_store(&ring->events[slot].sequence, random_next(&seed));
		ring->ring.capacity = UINT32_MAX;
		atomic_store(&ring->ring.next, nexts[i]);

		uint64_t place = 1, lost = 0;
		assert_false(event_ring_get(ring, CAPACITY, &place, &lost, &(struct event){0}));
		assert_int_equal(place - 1, lost);
		free(ring);
	}
}

static void
only_a_ring_that_a_writer_can_have_left_is_whole(void **state)
{
	static const struct {
		uint32_t capacity;
		uint64_t next;
		bool whole;
	} left[] = {
		{CAPACITY, 1, true},           {CAPACITY, 1000, true},   {CAPACITY, 0, false},
		{CAPACITY, UINT64_MAX, false}, {2 * CAPACITY, 1, false}, {0, 1, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(left); i++) {
		struct event_ring *ring = new_ring();
		ring->ring.capacity = left[i].capacity;
		atomic_store(&ring->ring.next, left[i].next);
		assert_int_equal(event_ring_whole(ring, CAPACITY), left[i].whole);
		free(ring);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_out_whole_and_in_order),
		cmocka_unit_test(a_lapped_reader_learns_exactly_how_many_it_lost),
		cmocka_unit_test(readers_have_places_of_their_own),
		cmocka_unit_test(a_half_written_event_is_not_read),
		cmocka_unit_test(a_damaged_ring_gives_no_event_and_no_endless_loop),
		cmocka_unit_test(only_a_ring_that_a_writer_can_have_left_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

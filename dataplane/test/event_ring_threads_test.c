// SPDX-License-Identifier: Apache-2.0
// slot_ring.c through event rings, with a writer and readers at once, under the thread sanitizer: no event is read half, none is unaccounted for.

#include "event_ring.h"

#include "test.h"

#include <pthread.h>

#define CAPACITY 16
#define EVENTS   200000
#define READERS  2

struct reader {
	const struct event_ring *ring;
	_Atomic bool *done;
	uint64_t place, lost, read;
	pthread_t thread;
};

// Every word of the body says the same, so a mixture shows.
static struct event
event_of(uint64_t number)
{
	struct event event;

	memset(&event, (int)(number % 251), sizeof(event));
	event.time_ms = number;
	event.period_started_ms = number;
	return event;
}

static void *
write_all(void *argument)
{
	struct event_ring *ring = argument;

	for (uint64_t number = 1; number <= EVENTS; number++) {
		struct event event = event_of(number);
		event_ring_put(ring, &event);
	}
	return NULL;
}

static void *
read_all(void *argument)
{
	struct reader *reader = argument;
	struct event event;

	// What is written last must be found after the writer is done.
	for (bool more = true; more;) {
		more = !atomic_load(reader->done);
		while (event_ring_get(reader->ring, CAPACITY, &reader->place, &reader->lost, &event)) {
			struct event wanted = event_of(event.sequence);
			assert_int_equal(event.sequence, reader->place - 1);
			assert_memory_equal((uint8_t *)&event + 8, (uint8_t *)&wanted + 8, sizeof(event) - 8);
			reader->read++;
		}
	}
	return NULL;
}

static void
readers_beside_a_writer_read_whole_events_and_account_for_the_rest(void **state)
{
	struct event_ring *ring = exact_memory(event_ring_size(CAPACITY));
	struct reader readers[READERS];
	_Atomic bool done = false;
	pthread_t writer;

	(void)state;
	event_ring_init(ring, CAPACITY);
	for (int r = 0; r < READERS; r++) {
		readers[r] = (struct reader){.ring = ring, .done = &done, .place = 1};
		assert_int_equal(pthread_create(&readers[r].thread, NULL, read_all, &readers[r]), 0);
	}
	assert_int_equal(pthread_create(&writer, NULL, write_all, ring), 0);
	assert_int_equal(pthread_join(writer, NULL), 0);
	atomic_store(&done, true);
	for (int r = 0; r < READERS; r++) {
		assert_int_equal(pthread_join(readers[r].thread, NULL), 0);
		assert_int_equal(readers[r].read + readers[r].lost, EVENTS);
		assert_true(readers[r].read >= CAPACITY);
	}
	free(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_beside_a_writer_read_whole_events_and_account_for_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

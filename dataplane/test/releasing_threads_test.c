// SPDX-License-Identifier: Apache-2.0
// releasing.c with workers that count, under the thread sanitizer: every release is worth exactly one more quota.

#include "releasing.h"

#include "fixture.h"
#include "test.h"
#include "workers.h"

#include <pthread.h>

#define WORKERS   2
#define THRESHOLD 5
#define PERIOD_MS 3600000
#define RELEASES  300

static const struct engine_size size = {
	.workers = WORKERS, .sessions = 4096, .subscribers = 16, .watches = 16, .detectors = 4};

// One of each worker.
struct zombie {
	char text[32];
	struct subscriber_key key;
};

struct worker {
	struct fixture *fixture;
	struct workers *workers;
	unsigned number;
	struct zombie zombie;
	uint32_t passed;
	pthread_t thread;
};

// The next address that this worker owns.
static struct zombie
zombie_of(const struct fixture *fixture, unsigned worker)
{
	for (unsigned host = 1;; host++) {
		struct zombie zombie;
		snprintf(zombie.text, sizeof(zombie.text), "10.0.0.%u", host);
		const struct address address = address_of(zombie.text);
		zombie.key = subscriber_key(&address, 128, 0);
		if (pipeline_owner(&fixture->engine.secret, &address, WORKERS) == worker)
			return zombie;
	}
}

// As worker.c does it. Ports repeat, sequences do not: each is another session.
static void *
run(void *argument)
{
	struct worker *worker = argument;
	struct pipeline *pipeline = &worker->fixture->engine.pipelines[worker->number];
	struct talk talk = fixture_talk(worker->zombie.text, 0, 25);

	for (uint32_t sequence = 1; !atomic_load_explicit(&worker->workers->stop, memory_order_relaxed); sequence++) {
		talk.subscriber_port = (uint16_t)(1024 + sequence % 1000);
		struct packet packet = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, sequence);
		struct packet *burst[] = {&packet};
		uint8_t verdict;

		releasing_turn(&worker->workers->releases[worker->number], pipeline, worker->fixture->now_ms);
		pipeline_burst(pipeline, worker->fixture->policy, burst, 1, worker->fixture->now_ms, &verdict);
		worker->passed += verdict == VERDICT_FORWARD;
		pipeline_sweep(pipeline, worker->fixture->policy, worker->fixture->now_ms);
	}
	return NULL;
}

static enum control_status
order(struct workers *workers, const struct zombie *zombie)
{
	const struct control_release asked = {.address = zombie->key.address, .prefix_length = 128};
	const char *why;
	enum control_status status = releasing_order(workers, &asked, sizeof(asked), &why);

	assert_true((status == CONTROL_OK) == (why == NULL));
	return status;
}

static void
every_release_passes_one_quota_more_and_no_session_else(void **state)
{
	struct fixture fixture;
	struct worker threads[WORKERS];
	struct workers workers = {.count = WORKERS, .engine = &fixture.engine};
	uint32_t released[WORKERS] = {0};

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, THRESHOLD, PERIOD_MS);
	for (unsigned w = 0; w < WORKERS; w++) {
		threads[w] = (struct worker){&fixture, &workers, w, zombie_of(&fixture, w), 0, 0};
		assert_int_equal(pthread_create(&threads[w].thread, NULL, run, &threads[w]), 0);
	}
	for (int i = 0; i < RELEASES; i++)
		released[i % WORKERS] += order(&workers, &threads[i % WORKERS].zombie) == CONTROL_OK;
	atomic_store(&workers.stop, true);
	for (unsigned w = 0; w < WORKERS; w++) {
		assert_int_equal(pthread_join(threads[w].thread, NULL), 0);
		// Blocked, or on the way to it.
		assert_in_range(threads[w].passed, released[w] * THRESHOLD, (released[w] + 1) * THRESHOLD);
		assert_true(released[w] > 0);
		assert_int_equal(counter_read(&fixture.records.counters[w].engine.breaches_ended), released[w]);
	}
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_release_passes_one_quota_more_and_no_session_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Names whose addresses two workers own, changed while both count, under the thread sanitizer: the quota is exact to the session,
// whoever has which address.

#include "fixture.h"
#include "subscribing.h"
#include "test.h"
#include "workers.h"

#include <pthread.h>
#include <unistd.h>

#define WORKERS   2
#define THRESHOLD 1000
#define NAMES     40

static const struct engine_size size = {
	.workers = WORKERS, .sessions = 8192, .subscribers = 64, .watches = 64, .detectors = 4};

struct worker {
	struct fixture *fixture;
	struct workers *workers;
	unsigned number;
	char text[16];
	struct address address;
	uint32_t passed;
	pthread_t thread;
};

// An address outside of the anonymous groups that this worker owns.
static void
choose_address(struct worker *worker)
{
	unsigned owner = WORKERS;

	for (unsigned host = 1; owner != worker->number; host++) {
		snprintf(worker->text, sizeof(worker->text), "192.0.2.%u", host);
		worker->address = address_of(worker->text);
		owner = pipeline_owner(&worker->fixture->engine.secret, &worker->address, WORKERS);
	}
}

// As worker.c does it. Ports repeat, sequences do not: each is another session.
static void *
run(void *argument)
{
	struct worker *worker = argument;
	struct pipeline *pipeline = &worker->fixture->engine.pipelines[worker->number];
	struct talk talk = fixture_talk(worker->text, 0, 25);

	for (uint32_t sequence = 1; !atomic_load_explicit(&worker->workers->stop, memory_order_relaxed); sequence++) {
		talk.subscriber_port = (uint16_t)(1024 + sequence % 1000);
		struct packet packet = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, sequence);
		struct packet *burst[] = {&packet};
		uint8_t verdict;

		subscribing_turn(&worker->workers->subscribing[worker->number], pipeline, worker->number,
				 worker->fixture->now_ms);
		pipeline_burst(pipeline, worker->fixture->policy, burst, 1, worker->fixture->now_ms, &verdict);
		worker->passed += verdict == VERDICT_FORWARD;
		pipeline_sweep(pipeline, worker->fixture->policy, worker->fixture->now_ms);
	}
	return NULL;
}

static struct subscriber_change
map(uint32_t name, const struct worker *worker)
{
	return (struct subscriber_change){
		.address = worker->address, .tags = TAGS_ANY, .name = name, .kind = CHANGE_MAP, .prefix_length = 128};
}

// The name gets both addresses, and who had them is forgotten; a mapping that every worker has comes and goes.
static void
hand_on(struct workers *workers, const struct worker threads[WORKERS], uint32_t name)
{
	const struct address wide = address_of("198.18.0.0");
	struct {
		struct control_subscribers head;
		struct subscriber_change changes[5];
	} order = {
		.head = {.epoch = name, .changes = 5},
		.changes =
			{
				{.name = name, .kind = CHANGE_NAME},
				map(name, &threads[0]),
				map(name, &threads[1]),
				{.address = wide,
				 .tags = TAGS_ANY,
				 .name = name,
				 .kind = name % 2 == 0 ? CHANGE_UNMAP : CHANGE_MAP,
				 .prefix_length = 112},
				{.name = name == 1 ? NAMES + 1 : name - 1, .kind = CHANGE_FORGET},
			},
	};
	const struct control_sweep sweep = {.epoch = name};
	const char *why = NULL;
	uint32_t refused;

	assert_int_equal(subscribing_order(workers, &order, sizeof(order), &refused, &why), CONTROL_OK);
	assert_int_equal(refused, 0);
	assert_int_equal(subscribing_sweep(workers, &sweep, sizeof(sweep), &why), CONTROL_OK);
}

static uint64_t
breaches(const struct fixture *fixture)
{
	return FIXTURE_COUNTER(fixture, breaches);
}

static void
each_name_passes_one_quota_in_both_workers_together(void **state)
{
	struct fixture fixture;
	struct worker threads[WORKERS];
	struct workers workers = {.count = WORKERS, .engine = &fixture.engine};

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, THRESHOLD, 60000);
	for (unsigned w = 0; w < WORKERS; w++) {
		threads[w] = (struct worker){.fixture = &fixture, .workers = &workers, .number = w};
		choose_address(&threads[w]);
		assert_int_equal(pthread_create(&threads[w].thread, NULL, run, &threads[w]), 0);
	}
	for (uint32_t name = 1; name <= NAMES; name++) {
		hand_on(&workers, threads, name);
		while (breaches(&fixture) < name)
			usleep(50);
	}
	atomic_store(&workers.stop, true);
	uint64_t passed = 0;
	for (unsigned w = 0; w < WORKERS; w++) {
		assert_int_equal(pthread_join(threads[w].thread, NULL), 0);
		passed += threads[w].passed;
	}
	assert_int_equal(passed - FIXTURE_COUNTER(&fixture, sessions_unmapped), NAMES * THRESHOLD);
	assert_int_equal(breaches(&fixture), NAMES);
	assert_int_equal(FIXTURE_COUNTER(&fixture, breaches_ended), NAMES - 1);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_passes_one_quota_in_both_workers_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

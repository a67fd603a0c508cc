// SPDX-License-Identifier: Apache-2.0
// engine.c: random traffic through restarts against a naive appliance, ownership among workers, and damaged records.

#include "engine.h"

#include "fixture.h"
#include "naive.h"
#include "test.h"

#include <arpa/inet.h>

static const struct engine_size size = {
	.workers = 3, .sessions = 16384, .subscribers = 512, .watches = 256, .detectors = 4};

static const struct naive_quota quotas[NAIVE_QUOTAS] = {
	{POLICY_TCP, 25, 4, 700, true},
	{POLICY_TCP, 587, 7, 3000, true},
	{POLICY_UDP, 53, 5, 1000, true},
	{POLICY_TCP, 25, 6, 1500, false},
};

static void
apply_quotas(struct fixture *fixture)
{
	struct blob_service services[NAIVE_QUOTAS];
	struct blob_port_range ranges[NAIVE_QUOTAS];
	struct blob_detector detectors[NAIVE_QUOTAS];

	for (uint32_t q = 0; q < NAIVE_QUOTAS; q++) {
		services[q] = (struct blob_service){.port_range = q,
						    .port_ranges = 1,
						    .protocol = quotas[q].protocol,
						    .initiator = INITIATOR_SUBSCRIBER};
		ranges[q] = (struct blob_port_range){quotas[q].port, quotas[q].port};
		detectors[q] = (struct blob_detector){.id = q + 1,
						      .service = q,
						      .threshold = quotas[q].threshold,
						      .period_ms = quotas[q].period_ms,
						      .signal = SIGNAL_SESSIONS,
						      .window = WINDOW_FIXED,
						      .actions = quotas[q].block ? ACTION_BLOCK : ACTION_REPORT};
	}
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("2001:db8::/32", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = {services, NAIVE_QUOTAS},
		.port_ranges = {ranges, NAIVE_QUOTAS},
		.packages = LIST(blob_package, {.detectors = NAIVE_QUOTAS}),
		.detectors = {detectors, NAIVE_QUOTAS},
	};
	fixture_apply(fixture, &parts);
}

static struct packet
random_packet(uint64_t *seed)
{
	static const char *const v4[] = {"10.0.0.1", "10.0.0.2", "10.255.255.255", "10.7.7.7", "192.0.2.1"};
	static const char *const v6[] = {"2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "2001:db8:ffff:ffff::1",
					 "2001:db9::1"};
	static const uint16_t ports[] = {25, 25, 25, 587, 80, 53};
	static const uint8_t flags[] = {SYN, SYN, SYN, SYN_ACK, ACK, FIN_ACK, RST, TCP_SYN | TCP_FIN, 0};
	bool ipv6 = random_below(seed, 3) == 0;
	struct talk talk = {
		.subscriber = ipv6 ? v6[random_below(seed, LENGTH(v6))] : v4[random_below(seed, LENGTH(v4))],
		.server = ipv6 ? "2001:db8:ffff::25" : "198.51.100.25",
		.subscriber_port = (uint16_t)(20 + random_below(seed, 10)),
		.server_port = ports[random_below(seed, LENGTH(ports))],
		.protocol = random_below(seed, 5) == 0 ? POLICY_UDP : POLICY_TCP,
		.tags = {{random_below(seed, 3) == 0 ? 0x8100 : 0, (uint16_t)random_below(seed, 2)}},
	};

	return fixture_packet(&talk, random_below(seed, 3) == 0 ? SIDE_NETWORK : SIDE_SUBSCRIBER,
			      flags[random_below(seed, LENGTH(flags))], random_below(seed, 2));
}

// Starts and ends of breaches, of all workers.
struct tally {
	uint32_t started, ended;
};

static void
take_events(struct fixture *fixture, struct tally *tally)
{
	struct event event;

	while (fixture_event(fixture, &event)) {
		tally->started += event.kind == EVENT_BREACH_STARTED;
		tally->ended += event.kind == EVENT_BREACH_ENDED;
	}
	assert_int_equal(fixture->lost, 0);
}

// The records are the truth: a new process over them, with another secret and other workers, judges as the naive one does.
static void
restart(struct fixture *fixture, struct naive *naive, uint64_t *seed)
{
	fixture_restart(fixture, 1 + random_below(seed, WORKERS_MAX));
	naive_forget_sessions(naive);
	assert_int_equal(fixture->adoption.subscribers, naive->subscriber_count);
	assert_int_equal(fixture->adoption.dropped, 0);
	for (uint32_t i = 0; i < naive->subscriber_count; i++) {
		const struct naive_subscriber *known = &naive->subscribers[i];
		char text[INET6_ADDRSTRLEN];
		bool ipv4 = address_is_ipv4(&known->address);
		inet_ntop(AF_INET6, &known->address, text, sizeof(text));
		assert_non_null(fixture_subscriber(fixture, text, ipv4 ? 128 : 64, known->tags));
	}
}

static void
random_traffic_through_restarts_is_judged_as_by_a_naive_appliance(void **state)
{
	static struct naive naive;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct fixture fixture;
		struct tally tally = {0};
		uint64_t random = seed;
		uint32_t refused = 0;

		naive = (struct naive){.quotas = quotas};
		fixture_start(&fixture, &size);
		apply_quotas(&fixture);
		for (int life = 0; life < 12; life++) {
			// Shorter than the idle time of any state, so that no session ages.
			for (uint64_t end = fixture.now_ms + random_below(&random, 9000); fixture.now_ms < end;) {
				struct packet packet = random_packet(&random);
				uint8_t verdict;
				fixture_burst(&fixture, &packet, 1, &verdict);
				assert_int_equal(verdict, naive_judge(&naive, &packet, fixture.now_ms));
				refused += verdict == VERDICT_REFUSE;
				fixture.now_ms += random_below(&random, 4);
				if (random_below(&random, 10) == 0)
					fixture_sweep(&fixture);
				take_events(&fixture, &tally);
			}
			fixture.now_ms += random_below(&random, 500);
			restart(&fixture, &naive, &random);
		}
		fixture_wait(&fixture, 10000, 100);
		take_events(&fixture, &tally);
		assert_int_equal(tally.started, naive.breaches);
		assert_int_equal(tally.ended, naive.breaches);
		assert_true(refused > 500);
		assert_true(naive.breaches > 100);
		fixture_stop(&fixture);
	}
}

static void
an_owner_is_known_from_the_address_alone(void **state)
{
	struct hash_secret secret;
	uint64_t seed = 9;

	(void)state;
	random_fill(&seed, secret.bytes, sizeof(secret.bytes));
	for (unsigned workers = 1; workers <= WORKERS_MAX; workers++) {
		uint32_t owned[WORKERS_MAX] = {0};
		for (uint32_t i = 0; i < 16000; i++) {
			struct address v4 = address_of("10.0.0.0"), v6 = address_of("2001:db8::");
			v4.bytes[14] = v6.bytes[6] = (uint8_t)(i >> 8);
			v4.bytes[15] = v6.bytes[7] = (uint8_t)i;
			owned[pipeline_owner(&secret, &v4, workers)]++;
			unsigned owner = pipeline_owner(&secret, &v6, workers);
			owned[owner]++;
			// Every address of a /64 has its owner.
			memset(v6.bytes + 8, (int)i, 8);
			assert_int_equal(pipeline_owner(&secret, &v6, workers), owner);
		}
		for (unsigned w = 0; w < workers; w++)
			assert_in_range(owned[w], 32000 / workers * 9 / 10, 32000 / workers * 11 / 10);
	}
}

static void
a_subscriber_is_in_its_owners_table_and_in_no_other(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 2, 60000);
	for (int host = 0; host < 60; host++) {
		char subscriber[16];
		snprintf(subscriber, sizeof(subscriber), "10.0.0.%d", host);
		struct talk talk = {subscriber, "198.51.100.25", 1, 25, 0, {{0}}};
		for (uint32_t sequence = 1; sequence <= 3; sequence++)
			assert_int_equal(fixture_up(&fixture, &talk, SYN, sequence),
					 sequence <= 2 ? VERDICT_FORWARD : VERDICT_REFUSE);

		const struct address address = address_of(subscriber);
		const struct subscriber_key key = subscriber_key(&address, 128, 0);
		for (unsigned w = 0; w < 3; w++) {
			bool here =
				subscriber_table_find(&fixture.engine.pipelines[w].subscribers, &key) != RECORD_NONE;
			assert_int_equal(here, w == pipeline_owner(&fixture.engine.secret, &address, 3));
		}
	}
	fixture_stop(&fixture);
}

// Every record is in one worker's hands, and every watch.
static void
assert_conserved(const struct fixture *fixture)
{
	const struct engine *engine = &fixture->engine;
	bool *held = exact_memory(fixture->size.subscribers);
	uint32_t subscribers = 0, watches = 0, used = 0;

	for (unsigned w = 0; w < fixture->size.workers; w++) {
		const struct subscriber_table *table = &engine->pipelines[w].subscribers;
		for (uint32_t i = 0; i < table->free_count; i++) {
			assert_false(held[table->free[i]]);
			held[table->free[i]] = true;
		}
		subscribers += table->used + table->free_count;
		watches += engine->pipelines[w].watches.used + engine->pipelines[w].watches.free_count;
		used += engine->pipelines[w].watches.used;
	}
	assert_int_equal(subscribers, fixture->size.subscribers);
	assert_int_equal(watches, fixture->size.watches);
	for (uint32_t i = 0; i < fixture->size.watches; i++)
		used -= atomic_load(&fixture_watch(fixture, i)->state) == RECORD_USED;
	assert_int_equal(used, 0);
	free(held);
}

static void
free_records_are_shared_out_to_all_workers(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= WORKERS_MAX; workers++) {
		const struct engine_size shared = {
			.workers = workers, .sessions = 1, .subscribers = 21, .watches = 13, .detectors = 4};
		struct fixture fixture;
		fixture_start(&fixture, &shared);
		assert_conserved(&fixture);
		for (uint32_t w = 0; w < workers; w++) {
			assert_true(fixture.engine.pipelines[w].subscribers.free_count >= 21 / workers);
			assert_true(fixture.engine.pipelines[w].watches.free_count >= 13 / workers);
		}
		fixture_stop(&fixture);
	}
}

// The smallest and the oddest: the sanitizer sees a byte beyond the memory asked for.
static void
an_engine_of_any_size_works_within_its_memory(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 7, 13, 64, 100};

	(void)state;
	for (uint32_t i = 0; i < LENGTH(sizes) * WORKERS_MAX; i++) {
		uint32_t n = sizes[i % LENGTH(sizes)];
		const struct engine_size odd = {.workers = 1 + i / LENGTH(sizes),
						.sessions = n,
						.subscribers = n,
						.watches = n,
						.detectors = 4};
		struct fixture fixture;
		uint64_t seed = i;
		fixture_start(&fixture, &odd);
		apply_quotas(&fixture);
		for (int packets = 0; packets < 300; packets++) {
			struct packet packet = random_packet(&seed);
			uint8_t verdict;
			fixture_burst(&fixture, &packet, 1, &verdict);
			fixture_wait(&fixture, random_below(&seed, 2) * 100, 50);
		}
		assert_conserved(&fixture);
		fixture_restart(&fixture, 1 + random_below(&seed, WORKERS_MAX));
		assert_conserved(&fixture);
		fixture_stop(&fixture);
	}
}

static void
two_subscribers_that_claim_one_watch_do_not_share_it(void **state)
{
	struct talk first = {"10.0.0.1", "198.51.100.25", 1, 25, 0, {{0}}},
		    second = {"10.0.0.2", "198.51.100.25", 1, 25, 0, {{0}}};
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	fixture_apply_quota(&fixture, 2, 60000);
	for (uint32_t sequence = 1; sequence <= 3; sequence++)
		fixture_up(&fixture, &first, SYN, sequence);
	fixture_up(&fixture, &second, SYN, 1);
	fixture_subscriber(&fixture, "10.0.0.2", 128, 0)->handle =
		fixture_subscriber(&fixture, "10.0.0.1", 128, 0)->handle;
	fixture_restart(&fixture, 2);
	assert_int_equal(fixture_up(&fixture, &first, SYN, 9), VERDICT_REFUSE);
	assert_int_equal(fixture_up(&fixture, &second, SYN, 9), VERDICT_FORWARD);
	fixture_stop(&fixture);
}

static void
damage_anything(struct fixture *fixture, uint64_t *seed)
{
	static const uint8_t telling[] = {0, 1, 2, 0x7f, 0x80, 0xff};
	bool watch = random_below(seed, 2) == 0;
	uint8_t *bytes = watch ? (void *)fixture->records.watches : (void *)fixture->records.subscribers;
	uint32_t length = watch ? fixture->size.watches * (uint32_t)watch_stride(4)
				: fixture->size.subscribers * sizeof(struct subscriber);

	for (uint32_t changes = 1 + random_below(seed, 20); changes > 0; changes--)
		bytes[random_below(seed, length)] = telling[random_below(seed, LENGTH(telling))];
	// A record copied over another one: every field is good, and both cannot be.
	if (random_below(seed, 4) == 0) {
		uint32_t record = watch ? (uint32_t)watch_stride(4) : sizeof(struct subscriber);
		memcpy(bytes + random_below(seed, length / record) * record,
		       bytes + random_below(seed, length / record) * record, record);
	}
}

static void
damaged_records_are_dropped_and_traffic_goes_on(void **state)
{
	const struct engine_size small = {
		.workers = 2, .sessions = 200, .subscribers = 12, .watches = 8, .detectors = 4};
	struct fixture fixture;
	uint64_t seed = 5;
	uint32_t dropped = 0;

	(void)state;
	fixture_start(&fixture, &small);
	apply_quotas(&fixture);
	for (int round = 0; round < 2000; round++) {
		for (int packets = 0; packets < 30; packets++) {
			struct packet packet = random_packet(&seed);
			uint8_t verdict;
			fixture_burst(&fixture, &packet, 1, &verdict);
			assert_true(verdict == VERDICT_FORWARD || verdict == VERDICT_REFUSE);
			fixture.now_ms += random_below(&seed, 50);
		}
		fixture_sweep(&fixture);
		damage_anything(&fixture, &seed);
		fixture_restart(&fixture, 1 + random_below(&seed, 3));
		dropped += fixture.adoption.dropped;
		assert_conserved(&fixture);
	}
	assert_true(dropped > 500);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_traffic_through_restarts_is_judged_as_by_a_naive_appliance),
		cmocka_unit_test(an_owner_is_known_from_the_address_alone),
		cmocka_unit_test(a_subscriber_is_in_its_owners_table_and_in_no_other),
		cmocka_unit_test(free_records_are_shared_out_to_all_workers),
		cmocka_unit_test(an_engine_of_any_size_works_within_its_memory),
		cmocka_unit_test(two_subscribers_that_claim_one_watch_do_not_share_it),
		cmocka_unit_test(damaged_records_are_dropped_and_traffic_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The engine's test fixture: see fixture.h.

#include "fixture.h"

#include "test.h"

#include <sys/mman.h>

// The records, piece by piece: each exact for the sanitizer, or all in one mapping that a child shares.
static void *
take(struct fixture *fixture, size_t *used, size_t size)
{
	size_t at = *used;

	*used += (size + 63) & ~(size_t)63;
	if (fixture->shared == NULL)
		return exact_memory(size);
	assert_true(*used <= fixture->shared_size);
	return fixture->shared + at;
}

static void
make_records(struct fixture *fixture)
{
	size_t used = 0;

	fixture->records = (struct engine_records){
		.subscribers = take(fixture, &used, fixture->size.subscribers * sizeof(struct subscriber)),
		.watches = take(fixture, &used, fixture->size.watches * watch_stride(fixture->size.detectors)),
		.counters = take(fixture, &used, WORKERS_MAX * sizeof(struct worker_counters)),
	};
	for (int w = 0; w < WORKERS_MAX; w++) {
		fixture->records.rings[w] = take(fixture, &used, event_ring_size(FIXTURE_EVENTS));
		event_ring_init(fixture->records.rings[w], FIXTURE_EVENTS);
		fixture->places[w] = 1;
	}
}

static void
make_engine(struct fixture *fixture)
{
	struct hash_secret secret;

	random_fill(&fixture->seed, secret.bytes, sizeof(secret.bytes));
	fixture->memory = exact_memory(engine_memory_size(&fixture->size));
	fixture->adoption = engine_init(&fixture->engine, &fixture->size, &fixture->records, &secret, fixture->memory,
					fixture->now_ms);
}

static void
start(struct fixture *fixture)
{
	fixture->now_ms = 1000000;
	fixture->seed = 42;
	make_records(fixture);
	make_engine(fixture);
}

void
fixture_start(struct fixture *fixture, const struct engine_size *size)
{
	*fixture = (struct fixture){.size = *size};
	start(fixture);
}

void
fixture_start_shared(struct fixture *fixture, const struct engine_size *size)
{
	*fixture = (struct fixture){.size = *size, .shared_size = 4 << 20};
	fixture->shared = mmap(NULL, fixture->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(fixture->shared, MAP_FAILED);
	start(fixture);
}

void
fixture_stop(struct fixture *fixture)
{
	free(fixture->memory);
	free(fixture->policy);
	if (fixture->shared != NULL) {
		munmap(fixture->shared, fixture->shared_size);
		return;
	}
	free(fixture->records.subscribers);
	free(fixture->records.watches);
	free(fixture->records.counters);
	for (int w = 0; w < WORKERS_MAX; w++)
		free(fixture->records.rings[w]);
}

void
fixture_restart(struct fixture *fixture, uint32_t workers)
{
	free(fixture->memory);
	fixture->size.workers = workers;
	make_engine(fixture);
}

void
fixture_apply(struct fixture *fixture, const struct policy_parts *parts)
{
	struct policy *before = fixture->policy;

	fixture->policy = policy_of(parts, ++fixture->generation);
	// Nothing of the old policy may be used any more: the sanitizer would tell.
	free(before);
}

void
fixture_apply_quota(struct fixture *fixture, uint32_t threshold, uint32_t period_ms)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("2001:db8::/32", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service,
				 {.port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, {.id = 1,
						  .threshold = threshold,
						  .period_ms = period_ms,
						  .signal = SIGNAL_SESSIONS,
						  .window = WINDOW_FIXED,
						  .actions = ACTION_REPORT | ACTION_BLOCK}),
	};

	fixture_apply(fixture, &parts);
}

struct packet
fixture_packet(const struct talk *talk, enum side side, uint8_t tcp_flags, uint32_t sequence)
{
	struct frame_spec spec = {
		.source = talk->subscriber,
		.destination = talk->server,
		.source_port = talk->subscriber_port,
		.destination_port = talk->server_port,
		.protocol = talk->protocol == 0 ? POLICY_TCP : talk->protocol,
		.tcp_flags = tcp_flags,
		.tcp_sequence = sequence,
	};
	struct packet packet;
	struct frame frame;

	memcpy(spec.tags, talk->tags, sizeof(spec.tags));
	if (side == SIDE_NETWORK)
		spec = frame_reply(&spec);
	frame_build(&frame, &spec);
	// What is not set by the parser must not be used.
	memset(&packet, 0xa5, sizeof(packet));
	packet_parse(&packet, frame.bytes, frame.length, frame.length, 0, side);
	return packet;
}

void
fixture_burst(struct fixture *fixture, struct packet packets[], unsigned count, uint8_t verdicts[])
{
	unsigned worker = 0;
	struct packet *pointers[BURST_MAX];

	for (unsigned i = 0; i < count; i++)
		pointers[i] = &packets[i];
	if (packet_owned(&packets[0]))
		worker = pipeline_owner(&fixture->engine.secret, &packets[0].key.subscriber, fixture->size.workers);
	memset(verdicts, 0xa5, count);
	pipeline_burst(&fixture->engine.pipelines[worker], fixture->policy, pointers, count, fixture->now_ms, verdicts);
}

static enum verdict
judge(struct fixture *fixture, const struct talk *talk, enum side side, uint8_t tcp_flags, uint32_t sequence)
{
	struct packet packet = fixture_packet(talk, side, tcp_flags, sequence);
	uint8_t verdict;

	fixture_burst(fixture, &packet, 1, &verdict);
	return verdict;
}

enum verdict
fixture_up(struct fixture *fixture, const struct talk *talk, uint8_t tcp_flags, uint32_t sequence)
{
	return judge(fixture, talk, SIDE_SUBSCRIBER, tcp_flags, sequence);
}

enum verdict
fixture_down(struct fixture *fixture, const struct talk *talk, uint8_t tcp_flags, uint32_t sequence)
{
	return judge(fixture, talk, SIDE_NETWORK, tcp_flags, sequence);
}

struct talk
fixture_talk(const char *subscriber, uint16_t port, uint16_t server_port)
{
	bool ipv6 = strchr(subscriber, ':') != NULL;

	return (struct talk){subscriber, ipv6 ? "2001:db8:ffff::25" : "198.51.100.25", port, server_port, 0, {{0}}};
}

enum verdict
fixture_open(struct fixture *fixture, const char *subscriber, uint16_t port, uint16_t server_port)
{
	struct talk talk = fixture_talk(subscriber, port, server_port);

	return fixture_up(fixture, &talk, SYN, port);
}

void
fixture_assert_quota(struct fixture *fixture, const char *subscriber, uint16_t server_port, uint16_t first_port,
		     uint16_t passed)
{
	for (uint16_t i = 0; i < passed; i++)
		assert_int_equal(fixture_open(fixture, subscriber, first_port + i, server_port), VERDICT_FORWARD);
	assert_int_equal(fixture_open(fixture, subscriber, first_port + passed, server_port), VERDICT_REFUSE);
}

void
fixture_assert_goes_on(struct fixture *fixture, const struct talk *talk)
{
	assert_int_equal(fixture_down(fixture, talk, SYN_ACK, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_up(fixture, talk, ACK, 2), VERDICT_FORWARD);
	assert_int_equal(fixture_down(fixture, talk, ACK, 2), VERDICT_FORWARD);
	assert_int_equal(fixture_up(fixture, talk, FIN_ACK, 3), VERDICT_FORWARD);
	assert_int_equal(fixture_down(fixture, talk, FIN_ACK, 3), VERDICT_FORWARD);
	assert_int_equal(fixture_up(fixture, talk, ACK, 4), VERDICT_FORWARD);
}

struct session *
fixture_session(struct fixture *fixture, const struct talk *talk)
{
	struct packet packet = fixture_packet(talk, SIDE_SUBSCRIBER, ACK, 0);
	uint64_t hash = hash_bytes(&fixture->engine.secret, &packet.key, sizeof(packet.key));

	return session_table_search(&fixture->engine.pipelines[0].sessions, &packet.key, hash);
}

void
fixture_sweep(struct fixture *fixture)
{
	for (uint32_t w = 0; w < fixture->size.workers; w++)
		do
			pipeline_sweep(&fixture->engine.pipelines[w], fixture->policy, fixture->now_ms);
		while (fixture->engine.pipelines[w].sweep_due_ms > 0);
}

void
fixture_wait(struct fixture *fixture, uint64_t wait_ms, uint64_t step_ms)
{
	for (uint64_t end = fixture->now_ms + wait_ms; fixture->now_ms < end; fixture_sweep(fixture))
		fixture->now_ms += end - fixture->now_ms < step_ms ? end - fixture->now_ms : step_ms;
}

struct watch *
fixture_watch(const struct fixture *fixture, uint32_t slot)
{
	return watch_at(fixture->records.watches, fixture->size.detectors, slot);
}

bool
fixture_event(struct fixture *fixture, struct event *event)
{
	for (int w = 0; w < WORKERS_MAX; w++)
		if (event_ring_get(fixture->records.rings[w], FIXTURE_EVENTS, &fixture->places[w], &fixture->lost,
				   event))
			return true;
	return false;
}

uint64_t
fixture_counter(const struct fixture *fixture, size_t offset)
{
	uint64_t sum = 0;

	for (int w = 0; w < WORKERS_MAX; w++)
		sum += counter_read((const counter *)((const uint8_t *)&fixture->records.counters[w].engine + offset));
	return sum;
}

struct subscriber *
fixture_subscriber(const struct fixture *fixture, const char *text, uint8_t prefix_length, uint32_t tags)
{
	const struct address address = address_of(text);
	const struct subscriber_key key = subscriber_key(&address, prefix_length, tags);
	unsigned worker = pipeline_owner(&fixture->engine.secret, &address, fixture->size.workers);
	uint32_t slot = subscriber_table_find(&fixture->engine.pipelines[worker].subscribers, &key);

	return slot == RECORD_NONE ? NULL : &fixture->records.subscribers[slot];
}

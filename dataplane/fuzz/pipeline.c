// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the whole pipeline. Whatever frames, times, policies and restarts come in whatever order, the tables stay whole,
// the counters agree with them, and the quota holds.
//
// Input: a byte of sizes, then steps: a byte that names one and its arguments.

#include "pipeline.h"

#include "engine_check.h"
#include "fixture.h"
#include "input.h"
#include "quota_model.h"
#include "release.h"

#include <netinet/in.h>

struct run {
	struct input input;
	struct fixture fixture;
	struct quota_model model;
	struct packet pending[WORKERS_MAX][BURST_MAX];
	unsigned count[WORKERS_MAX];
};

static void
judge(struct run *run, unsigned worker)
{
	struct fixture *fixture = &run->fixture;
	struct packet *pointers[BURST_MAX];
	uint8_t verdicts[BURST_MAX];

	for (unsigned i = 0; i < run->count[worker]; i++)
		pointers[i] = &run->pending[worker][i];
	memset(verdicts, 0xa5, sizeof(verdicts));
	pipeline_burst(&fixture->engine.pipelines[worker], fixture->policy, pointers, run->count[worker],
		       fixture->now_ms, verdicts);
	run->model.lossy = FIXTURE_COUNTER(fixture, watch_pool_full) + FIXTURE_COUNTER(fixture, subscriber_table_full) +
				   fixture->adoption.dropped >
			   0;
	for (unsigned i = 0; i < run->count[worker]; i++) {
		CHECK(verdicts[i] == VERDICT_FORWARD || verdicts[i] == VERDICT_REFUSE);
		if (policy_group(fixture->policy, &pointers[i]->key.subscriber) != NULL)
			quota_model_check(&run->model, pointers[i], verdicts[i], fixture->now_ms);
	}
	run->count[worker] = 0;
}

static void
judge_all(struct run *run)
{
	for (unsigned w = 0; w < run->fixture.size.workers; w++)
		if (run->count[w] > 0)
			judge(run, w);
}

// Parses a frame out of exactly its bytes and gives it to its owner.
static void
receive(struct run *run, const uint8_t *bytes, uint32_t length, enum side side)
{
	struct input frame = {bytes, length};
	uint8_t *exact = input_exact(&frame, length);
	struct packet packet;
	unsigned owner = 0;

	memset(&packet, 0, sizeof(packet));
	packet_parse(&packet, exact, length, length, 0, side);
	free(exact);
	if (packet_owned(&packet))
		owner = pipeline_owner(&run->fixture.engine.secret, &packet.key.subscriber, run->fixture.size.workers);
	run->pending[owner][run->count[owner]++] = packet;
	if (run->count[owner] == BURST_MAX)
		judge(run, owner);
}

// Any bytes: their side and length, and they.
static void
step_frame(struct run *run)
{
	uint8_t head = input_u8(&run->input);
	uint8_t bytes[0x7f];

	input_bytes(&run->input, bytes, head & 0x7f);
	receive(run, bytes, head & 0x7f, head & 0x80 ? SIDE_NETWORK : SIDE_SUBSCRIBER);
}

// A packet between one of a few subscribers and one of a few servers.
static void
step_talk(struct run *run)
{
	static const char *const subscribers[] = {"10.0.0.1",       "10.0.0.2",        "10.0.0.3",
						  "10.255.255.255", "192.0.2.1",       "2001:db8::1",
						  "2001:db8::2",    "2001:db8:0:1::1", "2001:db9::1"};
	static const uint16_t ports[] = {25, 587, 80, 53};
	uint8_t who = input_u8(&run->input), how = input_u8(&run->input), flags = input_u8(&run->input);
	const char *subscriber = subscribers[(who & 15) % (sizeof(subscribers) / sizeof(*subscribers))];
	struct frame_spec spec = {
		.source = subscriber,
		.destination = strchr(subscriber, ':') == NULL ? "198.51.100.25" : "2001:db8:ffff::25",
		.source_port = 1024 + input_u8(&run->input),
		.destination_port = ports[who >> 4 & 3],
		.protocol = who & 0x40 ? IPPROTO_UDP : IPPROTO_TCP,
		.tcp_flags = flags,
		.tcp_sequence = how & 15,
		.tags = {{.type = how & 0x10 ? 0x8100 : 0, .control = 7}},
	};
	struct frame frame;

	if (how & 0x80)
		spec = frame_reply(&spec);
	frame_build(&frame, &spec);
	receive(run, frame.bytes, frame.length, how & 0x80 ? SIDE_NETWORK : SIDE_SUBSCRIBER);
}

// Sessions of one subscriber to one port, opened one after the other.
static void
step_crowd(struct run *run)
{
	uint8_t who = input_u8(&run->input), first = input_u8(&run->input), count = input_u8(&run->input) & 31;

	for (uint32_t i = 0; i < count; i++) {
		char subscriber[32];
		snprintf(subscriber, sizeof(subscriber), "10.0.1.%u", who & 0x80 ? (first + i) & 0x7f : who & 15u);
		const struct frame_spec spec = {
			.source = subscriber,
			.destination = "198.51.100.25",
			.source_port = (uint16_t)(1024 + first + i),
			.destination_port = who & 0x40 ? 587 : 25,
			.protocol = IPPROTO_TCP,
			.tcp_flags = TCP_SYN,
			.tcp_sequence = first + i,
		};
		struct frame frame;
		frame_build(&frame, &spec);
		receive(run, frame.bytes, frame.length, SIDE_SUBSCRIBER);
	}
}

static void
step_time(struct run *run)
{
	uint16_t wait = input_u16(&run->input);

	judge_all(run);
	run->fixture.now_ms += wait & 0x8000 ? (wait & 0x7fffu) * 100 : wait;
	fixture_sweep(&run->fixture);
}

static void
apply(struct run *run, uint8_t thresholds, uint8_t options)
{
	struct quota *quotas = run->model.quotas;

	quotas[0] = (struct quota){25, 60000, 1 + (thresholds & 15), options & 1};
	quotas[1] = (struct quota){587, 10000, 1 + (thresholds >> 4), options & 2};
	const struct policy_parts parts = {
		.subscriber_ageing_seconds = options >> 2,
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("2001:db8::/32", 0)),
		.groups = LIST(blob_group, {.prefix_length = MODELLED_IPV6_PREFIX}),
		.services = LIST(
			blob_service, {.port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER},
			{.port_range = 1, .port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER}),
		.port_ranges = LIST(blob_port_range, {25, 25}, {587, 587}),
		.packages = LIST(blob_package, {.detectors = 2}),
		.detectors = LIST(blob_detector,
				  {.id = 1,
				   .service = 0,
				   .threshold = quotas[0].threshold,
				   .period_ms = quotas[0].period_ms,
				   .signal = SIGNAL_SESSIONS,
				   .window = WINDOW_FIXED,
				   .actions = quotas[0].block ? ACTION_BLOCK : ACTION_REPORT},
				  {.id = 2,
				   .service = 1,
				   .threshold = quotas[1].threshold,
				   .period_ms = quotas[1].period_ms,
				   .signal = SIGNAL_SESSIONS,
				   .window = WINDOW_FIXED,
				   .actions = quotas[1].block ? ACTION_BLOCK : ACTION_REPORT}),
	};

	fixture_apply(&run->fixture, &parts);
}

static void
step_policy(struct run *run)
{
	judge_all(run);
	uint8_t thresholds = input_u8(&run->input);
	apply(run, thresholds, input_u8(&run->input));
}

static void
check(struct run *run)
{
	const struct fixture *fixture = &run->fixture;
	uint64_t in_breach = 0;

	engine_check(&fixture->engine, &fixture->records);
	for (uint32_t i = 0; i < fixture->size.watches; i++)
		if (watch_used(fixture_watch(fixture, i), memory_order_relaxed))
			in_breach += (unsigned)__builtin_popcountll(fixture_watch(fixture, i)->breached);
	CHECK(FIXTURE_COUNTER(fixture, breaches) - FIXTURE_COUNTER(fixture, breaches_ended) == in_breach);
}

static void
step_restart(struct run *run)
{
	judge_all(run);
	check(run);
	fixture_restart(&run->fixture, 1 + (input_u8(&run->input) & 1));
	check(run);
}

// True while a breach of the detector is told that is not over yet.
static bool
in_breach(const struct fixture *fixture, const struct subscriber *subscriber, uint32_t detector)
{
	if (subscriber_handle(subscriber).slot >= fixture->size.watches)
		return false;
	const struct watch *watch = fixture_watch(fixture, subscriber_handle(subscriber).slot);
	int i = watch_window(watch, 0, detector);
	return watch_used(watch, memory_order_relaxed) &&
	       watch->generation == subscriber_handle(subscriber).generation && i >= 0 && watch_told(watch, i) &&
	       fixture->now_ms - watch->windows[i].started_ms < watch->windows[i].period_ms;
}

// One of the crowd, from one of his breaches or from all.
static void
step_release(struct run *run)
{
	struct fixture *fixture = &run->fixture;
	uint8_t who = input_u8(&run->input), detector = input_u8(&run->input) % (QUOTAS + 1);
	char text[32];
	unsigned expected = 0;

	judge_all(run);
	snprintf(text, sizeof(text), "10.0.1.%u", who & 0x7f);
	const struct address address = address_of(text);
	const struct subscriber_key key = subscriber_key(&address, 128, 0);
	unsigned owner = pipeline_owner(&fixture->engine.secret, &address, fixture->size.workers);
	const struct subscriber *subscriber = fixture_subscriber(fixture, text, 128, 0);
	for (int q = 0; q < QUOTAS; q++) {
		uint32_t id = (uint32_t)q + 1;
		if (subscriber == NULL || (detector != 0 && detector != id) || !in_breach(fixture, subscriber, id))
			continue;
		quota_model_release(&run->model, &key, q);
		expected++;
	}
	CHECK(release_subscriber(&fixture->engine.pipelines[owner], &key, detector, fixture->now_ms) == expected);
}

static void
start(struct run *run, const uint8_t *data, size_t size)
{
	static const uint32_t sizes[] = {2, 8, 24, 64};

	run->input = (struct input){data, size};
	uint8_t head = input_u8(&run->input);
	const struct engine_size engine = {
		.workers = 1 + (head & 1),
		.sessions = sizes[head >> 1 & 3],
		.subscribers = sizes[head >> 3 & 3],
		.watches = sizes[head >> 5 & 3],
		.detectors = 4,
	};
	fixture_start(&run->fixture, &engine);
	apply(run, 0x22, 0xff);
}

static void
finish(struct run *run)
{
	judge_all(run);
	check(run);
	run->fixture.now_ms++;
	fixture_sweep(&run->fixture);
	check(run);
	engine_check_gauges(&run->fixture.engine, &run->fixture.records);
	fixture_stop(&run->fixture);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[])(struct run *) = {
		step_talk, step_crowd, step_time, step_frame, step_policy, step_restart, step_release,
	};
	struct run *run = calloc(1, sizeof(*run));

	start(run, data, size);
	while (run->input.left > 0)
		steps[input_u8(&run->input) % (sizeof(steps) / sizeof(*steps))](run);
	finish(run);
	free(run);
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a region that somebody scribbled on. The addon's readers end, and tell nothing that cannot be; a new process
// refuses it or adopts it into an engine that is whole and goes on judging.
//
// Input: scribbles, each a byte (part of the region, length), an offset in words within the part, and the bytes.

#include "region.h"

#include "engine_check.h"
#include "fixture.h"
#include "input.h"
#include "region_mapped.h"

#include <sys/mman.h>
#include <unistd.h>

#define SUBSCRIBERS 20 // in the honest region: the first half in breach

static const struct region_geometry geometry = {
	.engine = {.workers = 2, .sessions = 64, .subscribers = 32, .watches = 24, .detectors = 4},
	.links = 2,
};

// The honest region, and the file that is scribbled on and put right again.
static struct {
	uint8_t *honest;
	size_t size;
	struct region parts;
	int fd;
	char path[64];
} file;

static const char *
subscriber_text(unsigned number)
{
	static char text[32];

	snprintf(text, sizeof(text), "10.0.0.%u", number);
	return text;
}

static struct engine_records
records_of(const struct region *region)
{
	struct engine_records records = {
		.subscribers = region->subscribers,
		.watches = region->watches,
		.counters = region->counters,
	};

	memcpy(records.rings, region->rings, sizeof(records.rings));
	return records;
}

// A new process over records. The fixture is stopped with stop_engine.
static void
start_engine(struct fixture *fixture, const struct engine_records *records)
{
	static const struct hash_secret secret = {.bytes = {1, 2, 3}};

	*fixture = (struct fixture){
		.size = geometry.engine,
		.records = *records,
		.now_ms = region_reader_now_ms(),
	};
	CHECK(posix_memalign(&fixture->memory, 64, engine_memory_size(&geometry.engine)) == 0);
	memset(fixture->memory, 0, engine_memory_size(&geometry.engine));
	fixture->adoption =
		engine_init(&fixture->engine, &geometry.engine, records, &secret, fixture->memory, fixture->now_ms);
	fixture_apply_quota(fixture, 2, 3600000);
}

static void
stop_engine(struct fixture *fixture)
{
	free(fixture->memory);
	free(fixture->policy);
}

static void
make_honest(void)
{
	struct region_header header = {0};
	struct fixture fixture;

	region_header_fill(&header, &geometry);
	region_boot_id(header.boot_id);
	header.starts = 1;
	file.size = header.size;
	CHECK(posix_memalign((void **)&file.honest, 64, file.size) == 0);
	memset(file.honest, 0, file.size);
	memcpy(file.honest, &header, sizeof(header));
	CHECK(region_bind(&file.parts, file.honest, file.size) == NULL);
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		event_ring_init(file.parts.rings[w], REGION_EVENTS);
	const struct engine_records records = records_of(&file.parts);
	start_engine(&fixture, &records);
	for (unsigned n = 0; n < SUBSCRIBERS; n++)
		for (uint16_t port = 1; port <= (n < SUBSCRIBERS / 2 ? 3 : 1); port++)
			fixture_open(&fixture, subscriber_text(n), port, 25);
	stop_engine(&fixture);
}

static void
make_file(void)
{
	if (file.honest != NULL)
		return;
	make_honest();
	file.fd = memfd_create("region", MFD_CLOEXEC);
	CHECK(file.fd >= 0 && pwrite(file.fd, file.honest, file.size, 0) == (ssize_t)file.size);
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
}

struct part {
	const void *at;
	size_t size;
};

static struct part
part_of(uint8_t number)
{
	const struct region *region = &file.parts;
	const struct part parts[] = {
		{region->header, sizeof(*region->header)},
		{region->header, 128},
		{region->counters, WORKERS_MAX * sizeof(*region->counters)},
		{region->rings[0], event_ring_size(64)},
		{region->rings[1], event_ring_size(64)},
		{region->subscribers, geometry.engine.subscribers * sizeof(*region->subscribers)},
		{region->watches, geometry.engine.watches * watch_stride(geometry.engine.detectors)},
		{file.honest + region->header->samples, sizeof(struct slot_ring) + 4 * sizeof(struct sample)},
	};

	return parts[number % (sizeof(parts) / sizeof(*parts))];
}

// Writes the input's scribbles, or, with `honest`, what was there before.
static void
scribble(struct input input, bool honest)
{
	while (input.left > 0) {
		uint8_t head = input_u8(&input);
		struct part part = part_of(head & 7);
		size_t length = 1 + (head >> 3), offset = input_u16(&input) * 4u % part.size;
		size_t at = (size_t)((const uint8_t *)part.at - file.honest) + offset;
		uint8_t bytes[32];
		input_bytes(&input, bytes, length);
		if (length > part.size - offset)
			length = part.size - offset;
		CHECK(pwrite(file.fd, honest ? file.honest + at : bytes, length, (off_t)at) == (ssize_t)length);
	}
}

static void
read_all(struct region_reader *reader)
{
	uint64_t lost = 0;
	struct plain_event event;
	struct plain_sample sample;
	uint32_t ring;

	CHECK(region_reader_refresh(reader));
	region_reader_process(reader);
	region_reader_adoption(reader);
	region_reader_live(reader);
	region_reader_bypass(reader);
	region_reader_engine_counters(reader);
	for (unsigned w = 0; w < region_reader_workers(reader); w++)
		region_reader_worker(reader, w);
	for (unsigned link = 0; link < region_reader_links(reader); link++)
		for (int side = 0; side < 2; side++) {
			region_reader_link_mode(reader, link);
			region_reader_link_up(reader, link, side);
			region_reader_port_missed(reader, link, side);
			region_reader_port(reader, link, side);
			region_reader_drops(reader, link, side);
		}
	// A ring gives no more events than it has room for.
	for (unsigned events = 0; region_reader_event(reader, &event, &ring, &lost); events++) {
		CHECK(events < WORKERS_MAX * REGION_EVENTS && ring < WORKERS_MAX);
		CHECK(event.breach.detector != 0 && event.breach.subscriber.prefix_length <= 128);
	}
	for (unsigned samples = 0, channel = 0; channel < SAMPLE_CHANNELS; samples++) {
		if (!region_reader_sample(reader, channel, &sample, &ring, &lost)) {
			channel++;
			continue;
		}
		CHECK(samples < SAMPLE_CHANNELS * (WORKERS_MAX * REGION_SAMPLES + 1) && ring < WORKERS_MAX);
		CHECK(sample.captured <= sample.length && sample.captured <= sizeof(sample.bytes));
		CHECK(sample.kind != NULL && sample.verdict != NULL && sample.link < geometry.links);
	}
}

static void
walk(const struct region_reader *reader)
{
	// Nobody writes: there is nothing to wait for.
	struct breach_walk walk = {.waits = UINT32_MAX};
	struct breached_watch found;
	uint32_t watches = 0;

	for (; region_reader_breached(reader, &walk, &found); watches++) {
		CHECK(found.slot < geometry.engine.watches && found.count >= 1 && found.count <= BREACHES_IN_WATCH);
		for (unsigned i = 0; i < found.count; i++) {
			const struct plain_breach *breach = &found.breaches[i];
			CHECK(breach->detector != 0 && breach->counted > 0 && breach->period_ms > 0);
			CHECK(breach->period_started_ms <= region_reader_now_ms());
			CHECK(breach->subscriber.prefix_length >= 32 && breach->subscriber.prefix_length <= 128);
		}
	}
	CHECK(!walk.cut && watches + walk.bad <= geometry.engine.watches);
}

// What is told of usage, and in tops, is in order, whatever the records say.
static void
walk_usage(const struct region_reader *reader)
{
	uint32_t minute = (uint32_t)(region_reader_now_ms() / USAGE_MINUTE_MS);
	struct usage_walk walk = {.minute = minute, .waits = UINT32_MAX}, again = walk;
	struct usage_found found;
	struct top heap[3];
	struct usage_tops tops = {.service = 1, .metric = USAGE_BYTES, .max = 3, .heap = heap};
	uint32_t active = 0;

	while (region_reader_usage(reader, &walk, &found)) {
		CHECK(found.count >= 1 && found.count <= USAGES_IN_WATCH);
		for (unsigned i = 0; i < found.count; i++) {
			const struct plain_usage *usage = &found.each[i];
			CHECK(usage->service != 0 && usage->bytes < 1ull << 53);
			CHECK(usage->subscriber.prefix_length >= 32 && usage->subscriber.prefix_length <= 128);
			active += usage->service == tops.service && usage->bytes > 0;
		}
	}
	CHECK(!walk.cut && walk.next <= geometry.engine.watches && walk.bad <= geometry.engine.watches);
	region_reader_tops(reader, &again, &tops);
	// A usage of the next minute is a lie only until that begins.
	if (region_reader_now_ms() / USAGE_MINUTE_MS != minute)
		return;
	CHECK(tops.active == active && tops.count == (active < tops.max ? active : tops.max));
	for (uint32_t i = 1; i < tops.count; i++)
		CHECK(heap[i - 1].value >= heap[i].value);
}

// By one filter an input: a watch whose lock nobody gives back is waited for.
static void
walk_subscribers(const struct region_reader *reader, size_t choice)
{
	static const uint8_t address[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
	static const struct plain_prefix prefixes[] = {{{[10] = 0xff, 0xff, 10}, 104, true},
						       {{[10] = 0xff, 0xff, 10}, 125, false}};
	const struct subscriber_filter filters[] = {
		{0}, {.containing = address}, {.prefixes = prefixes, .prefix_count = 2}, {.in_breach = true}};

	const struct subscriber_filter *filter = &filters[choice % (sizeof(filters) / sizeof(*filters))];
	struct subscriber_walk *walk = subscriber_walk_new(reader, filter, 0);
	struct plain_record record;
	uint32_t found = 0;

	CHECK(walk != NULL);
	for (; subscriber_walk_next(reader, walk, &record); found++) {
		bool in_breach = false;
		CHECK(record.subscriber.prefix_length >= 32 && record.subscriber.prefix_length <= 128);
		CHECK(record.window_count <= WINDOWS_IN_WATCH);
		for (unsigned w = 0; w < record.window_count; w++) {
			const struct plain_window *window = &record.windows[w];
			CHECK(window->detector != 0 && window->period_started_ms <= region_reader_now_ms());
			in_breach |= window->in_breach;
		}
		CHECK(in_breach || !filter->in_breach);
	}
	struct subscriber_walk_end end = subscriber_walk_ended(walk);
	CHECK(!end.cut && found + end.bad <= geometry.engine.subscribers);
	subscriber_walk_free(walk);
}

static void
attach(size_t choice)
{
	struct region_fault fault;
	struct region_reader *reader = region_reader_open(file.path, &fault);

	if (reader == NULL) {
		CHECK(fault.code[0] != 0 && fault.text[strlen(fault.text) - 1] == '.');
		return;
	}
	read_all(reader);
	walk(reader);
	walk_usage(reader);
	walk_subscribers(reader, choice);
	region_reader_close(reader);
}

// As region_file.c does.
static bool
adoptable(const struct region *region)
{
	const struct region_header *header = region->header;

	if (header->engine.subscribers != geometry.engine.subscribers ||
	    header->engine.watches != geometry.engine.watches ||
	    header->engine.detectors != geometry.engine.detectors || header->links != geometry.links)
		return false;
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		if (!event_ring_whole(region->rings[w], REGION_EVENTS))
			return false;
	return true;
}

static void *
exact_copy(const void *from, size_t size)
{
	struct input bytes = {from, size};

	return input_exact(&bytes, size);
}

static void
check_adoption(const struct fixture *fixture)
{
	struct engine_adoption found = {0};

	for (uint32_t i = 0; i < geometry.engine.subscribers; i++)
		found.subscribers += atomic_load(&fixture->records.subscribers[i].state) == RECORD_USED;
	for (uint32_t i = 0; i < geometry.engine.watches; i++) {
		const struct watch *watch = watch_at(fixture->records.watches, geometry.engine.detectors, i);
		found.watches += atomic_load(&watch->state) == RECORD_USED;
		found.breached += atomic_load(&watch->state) == RECORD_USED && watch->breached != 0;
	}
	CHECK(fixture->adoption.subscribers == found.subscribers);
	CHECK(fixture->adoption.watches == found.watches);
	CHECK(fixture->adoption.breached == found.breached);
	CHECK(fixture->adoption.dropped <=
	      geometry.engine.subscribers + geometry.engine.watches - found.subscribers - found.watches);
}

static void
adopt(const struct region *region)
{
	struct engine_records records = records_of(region);
	struct fixture fixture;

	// Each in memory of exactly its size: the sanitizer sees a read behind it.
	records.subscribers = exact_copy(region->subscribers, geometry.engine.subscribers * sizeof(struct subscriber));
	records.watches =
		exact_copy(region->watches, geometry.engine.watches * watch_stride(geometry.engine.detectors));
	records.counters = exact_copy(region->counters, WORKERS_MAX * sizeof(struct worker_counters));
	start_engine(&fixture, &records);
	check_adoption(&fixture);
	engine_check(&fixture.engine, &records);
	for (unsigned n = 0; n < SUBSCRIBERS * 2; n++)
		for (uint16_t port = 1; port <= 3; port++)
			fixture_open(&fixture, subscriber_text(n), port, 25);
	engine_check(&fixture.engine, &records);
	fixture_wait(&fixture, 4000, 500);
	fixture_wait(&fixture, 4000000, 1000000);
	engine_check(&fixture.engine, &records);
	engine_check_gauges(&fixture.engine, &records);
	stop_engine(&fixture);
	free(records.subscribers);
	free(records.watches);
	free(records.counters);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct input input = {data, size};
	struct region region;

	make_file();
	scribble(input, false);
	attach(size);
	void *memory = mmap(NULL, file.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.fd, 0);
	CHECK(memory != MAP_FAILED);
	if (region_bind(&region, memory, file.size) == NULL && adoptable(&region))
		adopt(&region);
	munmap(memory, file.size);
	scribble(input, true);
	return 0;
}

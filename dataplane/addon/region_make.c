// SPDX-License-Identifier: Apache-2.0
// A stand-in for the fast path in tests of what reads a region: makes or adopts a region file and has subscribers open sessions
// in it, through the same engine. One run is one process that served the region.
//
//   region-make PATH POLICY FIRST SUBSCRIBERS SESSIONS [CHANGES]
//
// First the names and mappings of the file CHANGES are made, its bytes those of struct subscriber_change in a row.
// The subscribers 10.0.0.0 + FIRST, + FIRST + 1, ... open SESSIONS sessions each with port 25 of 192.0.2.1, under the policy blob
// in the file POLICY. Each of these packets is sampled too: its bytes are 60 times the subscriber's last one.

#include "region_mapped.h"
#include "subscriber_order.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct region_geometry geometry = {
	.engine = {.workers = 1, .sessions = 65536, .subscribers = 8192, .watches = 8192, .detectors = 8},
	.links = 1,
};

static void *
allocated(size_t size)
{
	void *memory = aligned_alloc(64, (size + 63) & ~(size_t)63);

	if (memory == NULL)
		err(1, "no memory");
	memset(memory, 0, size);
	return memory;
}

static void
make(struct region *region, void *memory, const struct region_header *filled)
{
	*(struct region_header *)memory = *filled;
	region_boot_id(((struct region_header *)memory)->boot_id);
	region_bind(region, memory, filled->size);
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		event_ring_init(region->rings[w], REGION_EVENTS);
}

// A new file comes to be under another name, as the fast path does it.
static struct region
open_region(const char *path)
{
	struct region_header filled = {0};
	struct region region;
	char other[4096];
	bool is_new = access(path, F_OK) != 0;

	region_header_fill(&filled, &geometry);
	snprintf(other, sizeof(other), "%s%s", path, is_new ? ".new" : "");
	int fd = open(other, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0 || ftruncate(fd, (off_t)filled.size) != 0)
		err(1, "%s", other);
	void *memory = mmap(NULL, filled.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		err(1, "%s", other);
	close(fd);
	if (is_new)
		make(&region, memory, &filled);
	const char *wrong = region_bind(&region, memory, filled.size);
	if (wrong != NULL)
		errx(1, "%s: %s", path, wrong);
	if (is_new && rename(other, path) != 0)
		err(1, "%s", path);
	return region;
}

static void *
read_file(const char *path, size_t *length)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0)
		err(1, "%s", path);
	*length = (size_t)status.st_size;
	uint8_t *bytes = allocated(*length);
	if (read(fd, bytes, *length) != status.st_size)
		err(1, "%s", path);
	close(fd);
	return bytes;
}

static const struct policy *
read_policy(const char *path)
{
	size_t length;
	void *blob = read_file(path, &length);
	const char *wrong = policy_check(blob, length, geometry.engine.detectors);

	if (wrong != NULL)
		errx(1, "%s: %s", path, wrong);
	const struct policy *policy = policy_compile(blob, allocated(policy_size(blob)), 1);
	free(blob);
	return policy;
}

static void
change_subscribers(struct engine *engine, const char *path)
{
	size_t length;
	const struct subscriber_change *changes = read_file(path, &length);
	struct subscriber_order order = {
		.changes = changes,
		.count = (uint32_t)(length / sizeof(*changes)),
		.epoch = 1,
		.workers = geometry.engine.workers,
	};
	const char *wrong = subscriber_change_check(changes, order.count);

	if (wrong != NULL)
		errx(1, "%s: %s", path, wrong);
	order.states = allocated((order.count + 1) * sizeof(*order.states));
	subscriber_order_execute(&order, engine, region_reader_now_ms());
	if (subscriber_order_refused(&order) > 0)
		errx(1, "%s: there is no room for all of its names and mappings", path);
}

static void
serve(const struct region *region, struct engine *engine, const struct policy *policy)
{
	const struct engine_records records = {
		.subscribers = region->subscribers,
		.watches = region->watches,
		.counters = region->counters,
		.rings = {region->rings[0]},
	};
	static const struct hash_secret secret = {.bytes = {1}};
	struct region_header *header = region->header;
	struct region_live *live = &header->live;
	uint64_t now_ms = region_reader_now_ms();

	header->adoption = engine_init(engine, &geometry.engine, &records, &secret,
				       allocated(engine_memory_size(&geometry.engine)), now_ms);
	header->started_ms = now_ms;
	header->pid = (uint32_t)getpid();
	header->starts++;
	for (unsigned channel = 0; channel < SAMPLE_CHANNELS; channel++)
		for (unsigned w = 0; w < WORKERS_MAX; w++)
			slot_ring_init(region->samples[channel][w], REGION_SAMPLES, sizeof(struct sample));
	counter_add(&live->heartbeat, 1);
	atomic_store(&live->policy_generation, policy->generation);
	atomic_store(&live->policy_revision, policy->revision);
	atomic_store(&live->policy_applied_ms, now_ms);
	atomic_store(&live->link_mode[0], policy->link_mode[0]);
	atomic_store(&live->link_up[0][SIDE_NETWORK], 1);
	atomic_store(&live->port_missed[0][SIDE_SUBSCRIBER], 3);
	atomic_store(&live->port_starved[0][SIDE_NETWORK], 4);
	atomic_store(&live->mbufs_free, 1000);
	atomic_store(&live->mbufs, 1024);
	atomic_store(&live->tsc_hz, 2000000000);
}

// Of every packet here.
#define FRAME_BYTES 60

static void
sample(const struct region *region, struct pipeline *pipeline, const struct packet *packet, enum verdict verdict)
{
	struct sample sample = {
		.time_us = region_reader_now_ms() * 1000,
		.length = FRAME_BYTES,
		.captured = FRAME_BYTES,
	};

	sample_describe(&sample, pipeline, packet,
			verdict == VERDICT_FORWARD ? SAMPLE_FORWARDED : SAMPLE_DROPPED(DROP_refused));
	memset(sample.bytes, packet->key.subscriber.bytes[15], FRAME_BYTES);
	slot_ring_put(region->samples[SAMPLE_CAPTURE][0], &sample, sizeof(sample));
}

static void
open_session(const struct region *region, struct engine *engine, const struct policy *policy, uint32_t subscriber,
	     uint16_t port)
{
	const uint8_t own[] = {10, (uint8_t)(subscriber >> 16), (uint8_t)(subscriber >> 8), (uint8_t)subscriber};
	struct port_counters *counters = &region->counters[0].ports[0][SIDE_SUBSCRIBER];
	struct packet packet = {
		.key =
			{
				.subscriber = address_from_ipv4(own),
				.network = address_from_ipv4((const uint8_t[]){192, 0, 2, 1}),
				.subscriber_port = port,
				.network_port = 25,
				.tags_protocol = POLICY_TCP,
			},
		.kind = PACKET_TCP,
		.side = SIDE_SUBSCRIBER,
		.tcp_flags = TCP_SYN,
	};
	struct packet *burst[] = {&packet};
	uint8_t verdict;

	pipeline_burst(&engine->pipelines[0], policy, burst, 1, region_reader_now_ms(), &verdict);
	sample(region, &engine->pipelines[0], &packet, verdict);
	counter_add(&counters->received_packets, 1);
	counter_add(&counters->received_bytes, FRAME_BYTES);
	if (verdict != VERDICT_FORWARD) {
		counter_add(&counters->dropped[DROP_refused], 1);
		return;
	}
	counter_add(&counters->forwarded_packets, 1);
	counter_add(&counters->forwarded_bytes, FRAME_BYTES);
}

int
main(int argc, char **argv)
{
	static struct engine engine;

	if (argc != 6 && argc != 7)
		errx(1, "usage: region-make PATH POLICY FIRST SUBSCRIBERS SESSIONS [CHANGES]");
	uint32_t first = (uint32_t)atoi(argv[3]), subscribers = (uint32_t)atoi(argv[4]),
		 sessions = (uint32_t)atoi(argv[5]);
	// Room for so many that few of their buckets are full.
	if (subscribers > geometry.engine.subscribers)
		geometry.engine.subscribers = 2 * subscribers;
	const struct region region = open_region(argv[1]);
	const struct policy *policy = read_policy(argv[2]);

	serve(&region, &engine, policy);
	if (argc == 7)
		change_subscribers(&engine, argv[6]);
	for (uint32_t s = 0; s < subscribers; s++)
		for (uint32_t i = 0; i < sessions; i++)
			open_session(&region, &engine, policy, first + s, (uint16_t)(1024 + i));
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The bench's test stand: see stand.h.

#include "stand.h"

#include "memory.h"

#include <rte_common.h>
#include <rte_cycles.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define EVENTS 4096

// The first policy: one anonymous group; outbound SMTP to servers that are not the ISP's own is counted, ten sessions in a
// minute, and refused from the eleventh on; browsing has its services too and is not counted.
struct first_policy {
	struct blob_header header;
	struct blob_prefix zone_prefixes[1];
	struct blob_prefix group_prefixes[2];
	struct blob_group groups[1];
	struct blob_service services[3];
	struct blob_port_range port_ranges[4];
	struct blob_package packages[1];
	struct blob_detector detectors[STAND_DETECTORS_MAX];
};

static const struct first_policy first_policy = {
	.header =
		{
			.magic = POLICY_MAGIC,
			.length = sizeof(first_policy),
			.zone_prefixes = RTE_DIM(first_policy.zone_prefixes),
			.group_prefixes = RTE_DIM(first_policy.group_prefixes),
			.groups = RTE_DIM(first_policy.groups),
			.services = RTE_DIM(first_policy.services),
			.port_ranges = RTE_DIM(first_policy.port_ranges),
			.packages = RTE_DIM(first_policy.packages),
			.detectors = RTE_DIM(first_policy.detectors),
			.subscriber_ageing_seconds = 1800,
		},
	// 203.0.113.0/24: the ISP's mail servers.
	.zone_prefixes = {{.address.bytes = {[10] = 0xff, 0xff, 203, 0, 113, 0}, .length = ADDRESS_IPV4_PREFIX + 24}},
	.group_prefixes = {{.address.bytes = {[10] = 0xff, 0xff, 10, 0, 0, 0}, .length = ADDRESS_IPV4_PREFIX + 8},
			   {.address.bytes = {0x20, 0x01, 0x0d, 0xb8}, .length = 32}},
	.groups = {{.template_number = 1, .prefix_length = 64}},
	.services =
		{
			{.id = 1,
			 .port_range = 0,
			 .port_ranges = 1,
			 .protocol = POLICY_TCP,
			 .initiator = INITIATOR_SUBSCRIBER,
			 .zone_rule = ZONE_EXCLUDE},
			{.id = 2, .port_range = 1, .port_ranges = 2, .protocol = POLICY_TCP},
			{.id = 3, .port_range = 3, .port_ranges = 1, .protocol = POLICY_UDP},
		},
	.port_ranges =
		{
			{25, 25},
			{80, 80},
			{443, 443},
			{443, 443},
		},
	.packages = {{.id = 1}},
};

// Each counts in a window of its own.
static void
limit_mail(struct first_policy *policy, const struct stand_quota *quota)
{
	struct blob_package *package = &policy->packages[0];

	package->detectors = quota->none ? 0 : RTE_MAX(quota->detectors, 1u);
	package->measured[0] = quota->measured;
	for (uint32_t d = 0; d < STAND_DETECTORS_MAX; d++)
		policy->detectors[d] = (struct blob_detector){
			.id = 1 + d,
			.threshold = quota->threshold == 0 ? STAND_THRESHOLD : quota->threshold,
			.period_ms = 60000,
			.signal = SIGNAL_SESSIONS,
			.window = WINDOW_FIXED,
			.actions = ACTION_REPORT | ACTION_BLOCK,
		};
}

// Hands out pieces of one block, each on cache lines of its own; with no block it only measures.
static void *
take(uint8_t *block, size_t *used, size_t size)
{
	size_t at = *used;

	*used += RTE_ALIGN_CEIL(size, (size_t)RTE_CACHE_LINE_SIZE);
	return block == NULL ? NULL : block + at;
}

// Finds the stand's parts in `block`; NULL: none yet. Returns their size.
static size_t
lay_out(struct stand *stand, uint8_t *block)
{
	size_t used = 0;

	stand->engine_memory = take(block, &used, engine_memory_size(&stand->size));
	stand->records = (struct engine_records){
		.subscribers = take(block, &used, stand->size.subscribers * sizeof(struct subscriber)),
		.watches = take(block, &used, stand->size.watches * watch_stride(stand->size.detectors)),
		.counters = take(block, &used, sizeof(struct worker_counters)),
		.rings[0] = take(block, &used, event_ring_size(EVENTS)),
	};
	stand->policy = take(block, &used, policy_size(&first_policy));
	stand->buffers = take(block, &used, STAND_BUFFERS * sizeof(struct buffer));
	stand->sent = take(block, &used, STAND_BUFFERS * sizeof(struct buffer *));
	return used;
}

// The TSC's rate against the system's clock, over 50 ms.
static double
measure_ticks_per_ms(void)
{
	struct timespec began, now;
	uint64_t ticks = rte_rdtsc();
	double ms;

	clock_gettime(CLOCK_MONOTONIC_RAW, &began);
	do {
		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		ms = (double)(now.tv_sec - began.tv_sec) * 1e3 + (double)(now.tv_nsec - began.tv_nsec) / 1e6;
	} while (ms < 50);
	return (double)(rte_rdtsc() - ticks) / ms;
}

struct hash_secret
stand_secret(void)
{
	struct hash_secret secret;

	// So few bytes are always had once the system is up.
	if (getrandom(secret.bytes, sizeof(secret.bytes), 0) != sizeof(secret.bytes))
		abort();
	return secret;
}

double
stand_processor_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

bool
stand_init(struct stand *stand, const struct engine_size *size, const struct stand_quota *quota)
{
	struct first_policy policy = first_policy;

	*stand = (struct stand){.size = *size, .ticks_per_ms = measure_ticks_per_ms()};
	struct memory memory = memory_map(lay_out(stand, NULL));
	if (memory.bytes == NULL)
		return false;
	lay_out(stand, memory.bytes);
	stand->pages = memory.pages;
	limit_mail(&policy, quota);
	stand->policy = policy_compile(&policy, stand->policy, 1);
	return true;
}

void
stand_empty(struct stand *stand, const struct hash_secret *secret)
{
	memset(stand->engine_memory, 0, engine_memory_size(&stand->size));
	memset(stand->records.subscribers, 0, stand->size.subscribers * sizeof(struct subscriber));
	memset(stand->records.watches, 0, stand->size.watches * watch_stride(stand->size.detectors));
	memset(stand->records.counters, 0, sizeof(struct worker_counters));
	event_ring_init(stand->records.rings[0], EVENTS);
	stand->ticks = 0;
	stand->next = 0;
	engine_init(&stand->engine, &stand->size, &stand->records, secret, stand->engine_memory, 0);
}

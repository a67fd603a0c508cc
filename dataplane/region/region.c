// SPDX-License-Identifier: Apache-2.0
// The region's layout and the check of it, shared by the fast path (region_file.c) and the addon's Attachment.

#include "region.h"

#include <string.h>

uint32_t
region_layout(void)
{
	static const uint32_t sizes[] = {
		sizeof(struct region_header),
		offsetof(struct region_header, live),
		sizeof(struct region_live),
		sizeof(struct worker_counters),
		offsetof(struct worker_counters, engine),
		sizeof(struct worker_meter),
		offsetof(struct worker_meter, latencies),
		offsetof(struct worker_counters, ports),
		sizeof(struct engine_counters),
		sizeof(struct port_counters),
		sizeof(struct event_ring),
		sizeof(struct event),
		sizeof(struct sample),
		offsetof(struct sample, captured),
		REGION_SAMPLES,
		SAMPLE_VERDICTS,
		SAMPLE_CHANNELS,
		sizeof(struct subscriber),
		sizeof(struct watch),
		sizeof(struct window),
		sizeof(struct policy_slot),
		LINKS_MAX,
		WORKERS_MAX,
		sizeof(struct usage),
		WATCH_DESTINATIONS,
	};

	return (uint32_t)XXH3_64bits(sizes, sizeof(sizes));
}

static uint64_t
rounded(uint64_t size)
{
	return (size + 63) & ~UINT64_C(63);
}

void
region_header_fill(struct region_header *header, const struct region_geometry *geometry)
{
	memcpy(header->magic, REGION_MAGIC, sizeof(header->magic));
	header->version = REGION_VERSION;
	header->layout = region_layout();
	header->engine = geometry->engine;
	header->links = geometry->links;
	header->event_capacity = REGION_EVENTS;
	header->counters = REGION_HEADER_SIZE;
	header->rings = rounded(header->counters + WORKERS_MAX * sizeof(struct worker_counters));
	header->ring_stride = rounded(event_ring_size(REGION_EVENTS));
	header->subscribers = rounded(header->rings + WORKERS_MAX * header->ring_stride);
	header->watches =
		rounded(header->subscribers + (uint64_t)geometry->engine.subscribers * sizeof(struct subscriber));
	header->policies =
		rounded(header->watches + geometry->engine.watches * watch_stride(geometry->engine.detectors));
	header->policy_stride = rounded(sizeof(struct policy_slot));
	header->samples = header->policies + REGION_POLICY_SLOTS * header->policy_stride;
	// Huge pages come in 2 MiB; a file on them has no other sizes.
	header->size = (header->samples + SAMPLE_CHANNELS * WORKERS_MAX * REGION_SAMPLE_RING_SIZE + (2u << 20) - 1) &
		       ~UINT64_C(0x1fffff);
}

static const char *
check_header(const struct region_header *header, size_t size)
{
	if (size < REGION_HEADER_SIZE || memcmp(header->magic, REGION_MAGIC, sizeof(header->magic)) != 0)
		return "it is not a region";
	if (header->version != REGION_VERSION || header->layout != region_layout())
		return "it was made by another version of the fast path";
	if (header->engine.workers < 1 || header->engine.workers > WORKERS_MAX || header->links < 1 ||
	    header->links > LINKS_MAX || !watch_detectors_valid(header->engine.detectors))
		return "its header is damaged";
	return NULL;
}

// Offsets follow from the geometry, so a header whose numbers are not the computed ones is damaged.
static bool
offsets_right(const struct region_header *header)
{
	struct region_header computed = {0};
	const struct region_geometry geometry = {.engine = header->engine, .links = header->links};

	region_header_fill(&computed, &geometry);
	return computed.size == header->size && computed.reserved == header->reserved &&
	       computed.event_capacity == header->event_capacity && computed.counters == header->counters &&
	       computed.rings == header->rings && computed.ring_stride == header->ring_stride &&
	       computed.subscribers == header->subscribers && computed.watches == header->watches &&
	       computed.policies == header->policies && computed.policy_stride == header->policy_stride &&
	       computed.samples == header->samples;
}

const char *
region_bind(struct region *region, void *memory, size_t size)
{
	uint8_t *base = memory;
	struct region_header *header = memory;
	const char *wrong = check_header(header, size);

	if (wrong != NULL)
		return wrong;
	if (!offsets_right(header))
		return "its header is damaged";
	if (size < header->size)
		return "it is shorter than its header says";

	*region = (struct region){
		.header = header,
		.size = size,
		.counters = (void *)(base + header->counters),
		.subscribers = (void *)(base + header->subscribers),
		.watches = (void *)(base + header->watches),
	};
	for (unsigned w = 0; w < WORKERS_MAX; w++) {
		region->rings[w] = (void *)(base + header->rings + w * header->ring_stride);
		for (unsigned channel = 0; channel < SAMPLE_CHANNELS; channel++)
			region->samples[channel][w] = (void *)(base + region_sample_ring(header, channel, w));
	}
	for (unsigned s = 0; s < REGION_POLICY_SLOTS; s++)
		region->policies[s] = (void *)(base + header->policies + s * header->policy_stride);
	return NULL;
}

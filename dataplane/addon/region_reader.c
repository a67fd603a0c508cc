// SPDX-License-Identifier: Apache-2.0
// What an attached region says: header, live state, counters, events. See region_reader.h.

#include "region_reader.h"

#include "plain_copy.h"
#include "region_mapped.h"

#include <string.h>
#include <time.h>

void
region_reader_boot_id(const struct region_reader *reader, uint8_t boot_id[16])
{
	memcpy(boot_id, reader->header.boot_id, sizeof(reader->header.boot_id));
}

uint64_t
region_reader_device(const struct region_reader *reader)
{
	return reader->device;
}

uint64_t
region_reader_inode(const struct region_reader *reader)
{
	return reader->inode;
}

uint64_t
region_reader_born_ns(const struct region_reader *reader)
{
	return reader->born_ns;
}

unsigned
region_reader_links(const struct region_reader *reader)
{
	return reader->header.links;
}

unsigned
region_reader_workers(const struct region_reader *reader)
{
	return reader->header.engine.workers;
}

struct numbers
region_reader_engine_size(const struct region_reader *reader)
{
	struct numbers numbers = {0};

	numbers_add(&numbers, "workers", reader->header.engine.workers);
	numbers_add(&numbers, "sessions", reader->header.engine.sessions);
	numbers_add(&numbers, "subscribers", reader->header.engine.subscribers);
	numbers_add(&numbers, "watches", reader->header.engine.watches);
	numbers_add(&numbers, "detectors", reader->header.engine.detectors);
	return numbers;
}

struct numbers
region_reader_process(const struct region_reader *reader)
{
	const struct region_header *header = region_live_header(reader);
	struct numbers numbers = {0};

	numbers_add(&numbers, "startedMs", header->started_ms);
	numbers_add(&numbers, "pid", header->pid);
	numbers_add(&numbers, "starts", header->starts);
	return numbers;
}

struct numbers
region_reader_adoption(const struct region_reader *reader)
{
	const struct engine_adoption *adoption = &region_live_header(reader)->adoption;
	struct numbers numbers = {0};

	numbers_add(&numbers, "subscribers", adoption->subscribers);
	numbers_add(&numbers, "watches", adoption->watches);
	numbers_add(&numbers, "breached", adoption->breached);
	numbers_add(&numbers, "dropped", adoption->dropped);
	return numbers;
}

struct numbers
region_reader_live(const struct region_reader *reader)
{
	const struct region_live *live = &region_live_header(reader)->live;
	struct numbers numbers = {0};

	numbers_add(&numbers, "heartbeat", counter_read(&live->heartbeat));
	numbers_add(&numbers, "policyGeneration", counter_read(&live->policy_generation));
	numbers_add(&numbers, "policyRevision", counter_read(&live->policy_revision));
	numbers_add(&numbers, "policyAppliedMs", counter_read(&live->policy_applied_ms));
	numbers_add(&numbers, "mbufsFree", counter_read(&live->mbufs_free));
	numbers_add(&numbers, "mbufs", counter_read(&live->mbufs));
	numbers_add(&numbers, "tscHz", counter_read(&live->tsc_hz));
	numbers_add(&numbers, "samplingUntilMs", counter_read(&live->sampling_until_ms[SAMPLE_CAPTURE]));
	return numbers;
}

unsigned
region_reader_bypass(const struct region_reader *reader)
{
	return (unsigned)counter_read(&region_live_header(reader)->live.bypass);
}

unsigned
region_reader_link_mode(const struct region_reader *reader, unsigned link)
{
	return (unsigned)counter_read(&region_live_header(reader)->live.link_mode[link]);
}

bool
region_reader_link_up(const struct region_reader *reader, unsigned link, enum region_side side)
{
	return counter_read(&region_live_header(reader)->live.link_up[link][side]) != 0;
}

uint64_t
region_reader_port_missed(const struct region_reader *reader, unsigned link, enum region_side side)
{
	return counter_read(&region_live_header(reader)->live.port_missed[link][side]);
}

uint64_t
region_reader_port_starved(const struct region_reader *reader, unsigned link, enum region_side side)
{
	return counter_read(&region_live_header(reader)->live.port_starved[link][side]);
}

static const struct worker_counters *
worker_counters(const struct region_reader *reader, unsigned worker)
{
	const struct worker_counters *counters = (const void *)(reader->copy + reader->header.counters);

	return &counters[worker];
}

struct numbers
region_reader_engine_counters(const struct region_reader *reader)
{
	struct numbers numbers = {0};

	for (unsigned w = 0; w < region_reader_workers(reader); w++)
		numbers_add_engine(&numbers, &worker_counters(reader, w)->engine);
	return numbers;
}

struct numbers
region_reader_worker(const struct region_reader *reader, unsigned worker)
{
	const struct worker_counters *counters = worker_counters(reader, worker);
	struct numbers numbers = {0};

	numbers_add(&numbers, "heartbeat", counter_read(&counters->heartbeat));
	numbers_add(&numbers, "turnsIdle", counter_read(&counters->turns_idle));
	numbers_add(&numbers, "handedOver", counter_read(&counters->handed_over));
	numbers_add(&numbers, "samplesSuppressed", counter_read(&counters->samples_suppressed[SAMPLE_CAPTURE]));
	numbers_add(&numbers, "dhcpSuppressed", counter_read(&counters->samples_suppressed[SAMPLE_DHCP]));
	numbers_add(&numbers, "ticks", counter_read(&counters->meter.ticks));
	numbers_add(&numbers, "ticksBusy", counter_read(&counters->meter.ticks_busy));
	numbers_add(&numbers, "packets", counter_read(&counters->meter.packets));
	return numbers;
}

struct histogram
region_reader_bursts(const struct region_reader *reader, unsigned worker)
{
	return histogram_of(worker_counters(reader, worker)->meter.bursts, METER_BURSTS);
}

struct histogram
region_reader_latencies(const struct region_reader *reader, unsigned worker)
{
	return histogram_of(worker_counters(reader, worker)->meter.latencies, METER_LATENCIES);
}

struct numbers
region_reader_port(const struct region_reader *reader, unsigned link, enum region_side side)
{
	uint64_t received_packets = 0, received_bytes = 0, forwarded_packets = 0, forwarded_bytes = 0;
	uint64_t injected_packets = 0, injected_bytes = 0, injected_lost = 0;
	struct numbers numbers = {0};

	for (unsigned w = 0; w < region_reader_workers(reader); w++) {
		const struct port_counters *port = &worker_counters(reader, w)->ports[link][side];
		received_packets += counter_read(&port->received_packets);
		received_bytes += counter_read(&port->received_bytes);
		forwarded_packets += counter_read(&port->forwarded_packets);
		forwarded_bytes += counter_read(&port->forwarded_bytes);
		injected_packets += counter_read(&port->injected_packets);
		injected_bytes += counter_read(&port->injected_bytes);
		injected_lost += counter_read(&port->injected_lost);
	}
	numbers_add(&numbers, "receivedPackets", received_packets);
	numbers_add(&numbers, "receivedBytes", received_bytes);
	numbers_add(&numbers, "forwardedPackets", forwarded_packets);
	numbers_add(&numbers, "forwardedBytes", forwarded_bytes);
	numbers_add(&numbers, "injectedPackets", injected_packets);
	numbers_add(&numbers, "injectedBytes", injected_bytes);
	numbers_add(&numbers, "injectedLost", injected_lost);
	return numbers;
}

struct numbers
region_reader_drops(const struct region_reader *reader, unsigned link, enum region_side side)
{
#define X(name) #name,
	static const char *const reasons[] = {DROP_REASONS(X)};
#undef X
	struct numbers numbers = {0};

	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++) {
		uint64_t dropped = 0;
		for (unsigned w = 0; w < region_reader_workers(reader); w++)
			dropped += counter_read(&worker_counters(reader, w)->ports[link][side].dropped[reason]);
		numbers_add(&numbers, reasons[reason], dropped);
	}
	return numbers;
}

void
region_reader_resume(struct region_reader *reader, uint32_t ring, uint64_t sequence)
{
	if (ring < WORKERS_MAX)
		reader->places[ring] = sequence + 1;
}

bool
region_reader_event(struct region_reader *reader, struct plain_event *event, uint32_t *ring, uint64_t *lost)
{
	const struct region_header *header = &reader->header;
	struct event copy;

	// Every ring there can be: a process with more workers may have taken over since.
	for (uint32_t r = 0; r < WORKERS_MAX; r++) {
		const struct event_ring *from =
			(const void *)(reader->memory + header->rings + r * header->ring_stride);
		while (event_ring_get(from, header->event_capacity, &reader->places[r], lost, &copy)) {
			*ring = r;
			if (plain_event_of(&copy, event))
				return true;
			(*lost)++;
		}
	}
	return false;
}

bool
region_reader_sample(struct region_reader *reader, unsigned channel, struct plain_sample *sample, uint32_t *ring,
		     uint64_t *lost)
{
	uint64_t *places = reader->sample_places[channel];
	struct sample copy;

	for (uint32_t r = 0; r < WORKERS_MAX; r++) {
		const struct slot_ring *from =
			(const void *)(reader->memory + region_sample_ring(&reader->header, channel, r));
		while (slot_ring_get(from, REGION_SAMPLES, sizeof(copy), &places[r], lost, &copy)) {
			*ring = r;
			if (plain_sample_of(&copy, reader->header.links, sample))
				return true;
			(*lost)++;
		}
	}
	return false;
}

uint64_t
region_reader_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

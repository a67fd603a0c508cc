// SPDX-License-Identifier: Apache-2.0
// The scan of usage: see usage_scan.h. By the addon's own code, which reads records with pread(2) as it reads a region.

#include "usage_scan.h"

#include "region_mapped.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SERVICE 1
#define TOPS    10

// The minute that is asked for is the one before this.
static uint32_t
present_minute(void)
{
	return (uint32_t)(region_reader_now_ms() / USAGE_MINUTE_MS);
}

// Whoever is under watch used one service in this minute and the one before.
static uint32_t
use(const struct stand *stand)
{
	uint32_t used = 0, minute = present_minute();

	for (uint32_t slot = 0; slot < stand->size.watches; slot++) {
		struct watch *watch = watch_at(stand->records.watches, stand->size.detectors, slot);
		if (watch->state != RECORD_USED)
			continue;
		struct usage_minute some = {.sessions = 1 + slot % 50, .bytes = 60, .destinations = {slot}};
		watch->usages_used = 1;
		watch->usage_minute = minute;
		*watch_usages(watch, stand->size.detectors) =
			(struct usage){.service = SERVICE, .minute = minute, .minutes = {some, some}};
		used++;
	}
	return used;
}

// The stand's records as a region that lies in a file, as the daemon has it.
static bool
leave_region(const struct stand *stand, struct region_reader *reader)
{
	size_t subscribers = (size_t)stand->size.subscribers * sizeof(struct subscriber);
	size_t watches = stand->size.watches * watch_stride(stand->size.detectors);

	*reader = (struct region_reader){.fd = memfd_create("records", MFD_CLOEXEC)};
	reader->header.engine = stand->size;
	reader->header.watches = subscribers;
	return reader->fd >= 0 &&
	       pwrite(reader->fd, stand->records.subscribers, subscribers, 0) == (ssize_t)subscribers &&
	       pwrite(reader->fd, stand->records.watches, watches, (off_t)subscribers) == (ssize_t)watches;
}

static uint32_t
scan(const struct region_reader *reader)
{
	struct usage_walk walk = {.minute = present_minute() - 1};
	struct usage_found found;
	uint32_t rows = 0;

	while (region_reader_usage(reader, &walk, &found))
		rows += found.count;
	return walk.bad == 0 ? rows : 0;
}

static uint32_t
rank(const struct region_reader *reader)
{
	struct top heap[TOPS];
	struct usage_walk walk = {.minute = present_minute() - 1};
	struct usage_tops tops = {.service = SERVICE, .metric = USAGE_SESSIONS, .max = TOPS, .heap = heap};

	region_reader_tops(reader, &walk, &tops);
	return tops.count == TOPS && heap[0].value >= heap[TOPS - 1].value ? tops.active : 0;
}

static double
measure(const struct stand *stand, uint32_t (*look)(const struct region_reader *reader))
{
	struct region_reader reader;
	uint32_t used = use(stand);

	if (!leave_region(stand, &reader))
		return NAN;
	double began = stand_processor_ms();
	bool whole = look(&reader) == used;
	double took = stand_processor_ms() - began;
	close(reader.fd);
	return whole ? took : NAN;
}

double
usage_scan_measure(const struct row *row, struct stand *stand, unsigned laps)
{
	(void)row, (void)laps;
	return measure(stand, scan);
}

double
usage_tops_measure(const struct row *row, struct stand *stand, unsigned laps)
{
	(void)row, (void)laps;
	return measure(stand, rank);
}

// A thread that scans the very records that the worker has: they lie in this process's memory.
struct scanner {
	struct region_reader reader;
	_Atomic bool over;
};

static void *
scan_on(void *argument)
{
	struct scanner *scanner = argument;

	while (!scanner->over)
		scan(&scanner->reader);
	return NULL;
}

// On any other core than the worker's.
static bool
start_elsewhere(pthread_t *thread, struct scanner *scanner)
{
	pthread_attr_t attributes;
	cpu_set_t others;

	CPU_ZERO(&others);
	for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++)
		if (cpu != sched_getcpu())
			CPU_SET(cpu, &others);
	pthread_attr_init(&attributes);
	bool started = pthread_attr_setaffinity_np(&attributes, sizeof(others), &others) == 0 &&
		       pthread_create(thread, &attributes, scan_on, scanner) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

double
usage_scanned_measure(const struct row *row, struct stand *stand, unsigned laps)
{
	struct scanner scanner = {.reader = {.fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)}};
	pthread_t thread;

	scanner.reader.header.engine = stand->size;
	scanner.reader.header.subscribers = (uintptr_t)stand->records.subscribers;
	scanner.reader.header.watches = (uintptr_t)stand->records.watches;
	use(stand);
	if (scanner.reader.fd < 0 || !start_elsewhere(&thread, &scanner))
		return NAN;
	double figure = row_measure_laps(row, stand, laps);
	scanner.over = true;
	pthread_join(thread, NULL);
	close(scanner.reader.fd);
	return figure;
}

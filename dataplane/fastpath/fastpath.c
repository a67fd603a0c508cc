// SPDX-License-Identifier: Apache-2.0
// The fast path's process: see fastpath.h.

#include "fastpath.h"

#include "clock.h"
#include "control.h"
#include "eal.h"
#include "message.h"
#include "policies.h"
#include "ports.h"
#include "privileges.h"
#include "workers.h"

#include <rte_cpuflags.h>
#include <rte_cycles.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#define CONTROL_TURN_MS 100

static volatile sig_atomic_t asked_to_stop;

static void
on_signal(int signal)
{
	(void)signal;
	asked_to_stop = 1;
}

static void
catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t none;

	// The supervisor waits for its signals with them blocked, and that was inherited.
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

// The engine's private memory, zeroed: on huge pages if there are enough, else on ordinary ones.
static void *
private_memory(size_t size, bool huge_pages)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	void *memory = MAP_FAILED;

	size = (size + (2u << 20) - 1) & ~(size_t)0x1fffff;
	if (huge_pages)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_HUGETLB, -1, 0);
	if (memory == MAP_FAILED)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

// The engine over the region's records; NULL when its memory cannot be had.
static struct engine *
make_engine(const struct options *options, struct region *region)
{
	const struct engine_size *size = &options->geometry.engine;
	struct engine *engine = aligned_alloc(64, (sizeof(*engine) + 63) & ~(size_t)63);
	void *memory = private_memory(engine_memory_size(size), options->huge_pages);
	struct engine_records records = {
		.subscribers = region->subscribers,
		.watches = region->watches,
		.counters = region->counters,
	};
	struct hash_secret secret;

	if (engine == NULL || memory == NULL) {
		message("no memory for %u sessions and %u subscribers: %s; traffic passes unjudged", size->sessions,
			size->subscribers, strerror(errno));
		return NULL;
	}
	if (getrandom(secret.bytes, sizeof(secret.bytes), 0) != sizeof(secret.bytes))
		fatal("the kernel gives no random bytes: %s", strerror(errno));
	memcpy(records.rings, region->rings, sizeof(records.rings));
	region->header->adoption = engine_init(engine, size, &records, &secret, memory, clock_boottime_ms());
	if (region->header->adoption.dropped > 0)
		message("dropped from the region, because they were half-written or damaged: %u records",
			region->header->adoption.dropped);
	return engine;
}

static void
check_processor(void)
{
	if (rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) <= 0 || rte_cpu_get_flag_enabled(RTE_CPUFLAG_BMI2) <= 0)
		fatal("this processor lacks AVX2 or BMI2; it needs an x86-64-v3 one (2013 or later)");
}

static void
begin_record(struct region *region)
{
	struct region_header *header = region->header;

	header->started_ms = clock_boottime_ms();
	header->pid = (uint32_t)getpid();
	header->adoption = (struct engine_adoption){0};
	// Samples are of one process, and so are the orders to take them.
	for (unsigned channel = 0; channel < SAMPLE_CHANNELS; channel++) {
		for (unsigned w = 0; w < WORKERS_MAX; w++)
			slot_ring_init(region->samples[channel][w], REGION_SAMPLES, sizeof(struct sample));
		atomic_store_explicit(&header->live.sampling_until_ms[channel], 0, memory_order_relaxed);
	}
}

// What this process found and does is all in the header: readers take note of it from here on.
static void
end_record(struct region_header *header)
{
	uint32_t starts = atomic_load_explicit(&header->starts, memory_order_relaxed);

	atomic_store_explicit(&header->starts, starts + 1, memory_order_release);
}

static void
report_modes(struct region_live *live, const struct workers *workers)
{
	const struct policy *policy = atomic_load_explicit(&workers->policy, memory_order_relaxed);

	for (uint32_t link = 0; link < workers->ports->links; link++)
		atomic_store_explicit(&live->link_mode[link], workers_link_mode(workers, policy, link),
				      memory_order_relaxed);
	// A policy that was given since ends the two bypasses for want of one.
	if (policy != NULL && workers->engine != NULL)
		atomic_store_explicit(&live->bypass, BYPASS_NONE, memory_order_relaxed);
}

// Returns the process's exit status.
static int
control_loop(struct control *control, struct ports *ports, struct region_header *header, const struct workers *workers)
{
	while (!asked_to_stop && !control->restart) {
		control_serve(control, CONTROL_TURN_MS);
		sampling_expire(control->sampling, clock_boottime_ms());
		report_modes(&header->live, workers);
		counter_add(&header->live.heartbeat, 1);
		if (!ports_look(ports, &header->live)) {
			message("no link has both its interfaces any more; it starts again when they are back");
			return EXIT_FAILURE;
		}
	}
	if (control->restart)
		message("it ends, as it was ordered, and is started again");
	return EXIT_SUCCESS;
}

int
fastpath_run(const struct options *options, struct region_file *file, enum region_bypass bypass, atomic_bool *ready)
{
	struct region_header *header = file->region.header;
	struct ports ports;
	struct control control;
	struct workers workers = {
		.count = options->geometry.engine.workers,
		.idle_spin = options->idle_spin,
		.ports = &ports,
		.counters = file->region.counters,
		.samples = file->region.samples,
	};
	struct sampling sampling = {.workers = &workers, .live = &header->live};
	struct policies policies = {.workers = &workers, .region = &file->region};
	char path[4096];

	check_processor();
	catch_signals();
	begin_record(&file->region);
	ports_bind(options);
	eal_start(options);
	ports_open(&ports, options);
	workers.tsc_hz = rte_get_tsc_hz();
	atomic_store_explicit(&header->live.tsc_hz, workers.tsc_hz, memory_order_relaxed);
	workers_prepare(&workers);
	if (bypass == BYPASS_NONE && !file->in_file)
		bypass = BYPASS_NO_MEMORY;
	if (bypass == BYPASS_NONE) {
		workers.engine = make_engine(options, &file->region);
		bypass = workers.engine == NULL ? BYPASS_NO_MEMORY : policies_load(&policies);
	}
	if (bypass == BYPASS_CRASHES)
		policies.closed = "it crashed again and again, and takes no policy until the appliance is restarted";
	atomic_store_explicit(&header->live.bypass, bypass, memory_order_relaxed);
	snprintf(path, sizeof(path), "%s/fastpath/control.sock", options->run_dir);
	control_open(&control, path, &workers, &policies, &sampling);
	workers_launch(&workers);
	privileges_drop();
	report_modes(&header->live, &workers);
	end_record(header);
	atomic_store(ready, true);

	int status = control_loop(&control, &ports, header, &workers);

	atomic_store(&workers.stop, true);
	workers_join();
	return status;
}

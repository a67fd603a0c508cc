// SPDX-License-Identifier: Apache-2.0
// DPDK's environment: see eal.h.

#include "eal.h"

#include "message.h"

#include <rte_eal.h>
#include <rte_errno.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

// Packet memory: 16,384 buffers of 2.4 KB and the drivers' own. Of ordinary pages each buffer takes one of 4 KiB, because it must
// not reach over two.
#define HUGE_MEMORY_MIB     "64"
#define ORDINARY_MEMORY_MIB "128"

// Free huge pages of 2 MiB.
static long
free_huge_pages(void)
{
	long pages = 0;
	FILE *f = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages;
}

// Sleeping workers share all processors; spinning ones get the last ones to themselves.
static void
write_lcores(char *text, size_t size, const struct options *options)
{
	int cpus = get_nprocs();
	unsigned workers = options->geometry.engine.workers;

	if (!options->idle_spin || workers >= (unsigned)cpus) {
		snprintf(text, size, "(0-%u)@(0-%d)", workers, cpus - 1);
		return;
	}
	int n = snprintf(text, size, "0@0");
	for (unsigned w = 1; w <= workers; w++)
		n += snprintf(text + n, size - (size_t)n, ",%u@%u", w, (unsigned)cpus - 1 - workers + w);
}

void
eal_start(const struct options *options)
{
	char lcores[128], directory[4096];
	bool huge = options->huge_pages && free_huge_pages() >= 32;

	if (options->huge_pages && !huge)
		message("no huge pages are free, so it runs without: set vm.nr_hugepages to 64 or more for full speed");
	write_lcores(lcores, sizeof(lcores), options);
	// Where DPDK puts what it leaves behind: with the rest of ours, not in /var/run.
	snprintf(directory, sizeof(directory), "%s/fastpath", options->run_dir);
	setenv("RUNTIME_DIRECTORY", directory, true);

	// --no-huge and --in-memory are refused together.
	char *arguments[] = {
		"postern-fastpath",
		"--lcores",
		lcores,
		"--file-prefix",
		"postern",
		"-m",
		huge ? HUGE_MEMORY_MIB : ORDINARY_MEMORY_MIB,
		"--iova-mode=va",
		"--no-pci",
		"--no-telemetry",
		"--log-level=*:error",
		// It complains of missing kernel parts (flower, multiq) that are not used.
		"--log-level=pmd.net.tap:critical",
		huge ? "--in-memory" : "--no-huge",
		huge ? NULL : "--no-shconf",
	};
	int count = (int)(sizeof(arguments) / sizeof(*arguments)) - (huge ? 1 : 0);

	if (rte_eal_init(count, arguments) < 0)
		fatal("DPDK does not start: %s", rte_strerror(rte_errno));
}

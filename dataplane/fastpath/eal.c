// SPDX-License-Identifier: Apache-2.0
// DPDK's environment: see eal.h.

#include "eal.h"

#include "message.h"
#include "ports.h"

#include <rte_eal.h>
#include <rte_errno.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

// What a packet buffer takes. Of ordinary pages it is one of 4 KiB, because it must not reach over two.
#define PACKET_HUGE_BYTES     2560
#define PACKET_ORDINARY_BYTES 4096
#define OTHER_MIB             16 // rings and the drivers' own
#define HUGE_PAGE_MIB         2

static unsigned
memory_mib(const struct options *options, unsigned packet_bytes)
{
	return OTHER_MIB + (unsigned)(((uint64_t)ports_packets(options) * packet_bytes) >> 20) + 1;
}

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

// The PCI devices that DPDK may touch are those that are ports. Returns how many arguments that makes.
static int
allow_devices(char **arguments, const struct options *options)
{
	int count = 0;

	for (uint32_t l = 0; l < options->geometry.links; l++) {
		for (int s = 0; s < SIDES; s++) {
			const struct port_option *option = &options->ports[l][s];
			if (option->kind != PORT_PCI)
				continue;
			arguments[count++] = "-a";
			arguments[count++] = (char *)option->address;
		}
	}
	return count;
}

void
eal_start(const struct options *options)
{
	char lcores[128], directory[4096], memory[16];
	unsigned huge_mib = memory_mib(options, PACKET_HUGE_BYTES);
	bool huge = options->huge_pages && free_huge_pages() > huge_mib / HUGE_PAGE_MIB;

	if (options->huge_pages && !huge)
		message("no huge pages are free, so it runs without: set vm.nr_hugepages to 64 or more for full speed");
	snprintf(memory, sizeof(memory), "%u", huge ? huge_mib : memory_mib(options, PACKET_ORDINARY_BYTES));
	write_lcores(lcores, sizeof(lcores), options);
	// Where DPDK puts what it leaves behind: with the rest of ours, not in /var/run.
	snprintf(directory, sizeof(directory), "%s/fastpath", options->run_dir);
	setenv("RUNTIME_DIRECTORY", directory, true);

	char *arguments[16 + 2 * LINKS_MAX * SIDES] = {
		"postern-fastpath",    "--lcores", lcores, "--file-prefix", "postern", "-m", memory, "--no-telemetry",
		"--log-level=*:error",
	};
	int count = 9;
	// The two are refused together.
	arguments[count++] = huge ? "--in-memory" : "--no-huge";
	if (!huge)
		arguments[count++] = "--no-shconf";
	int devices = allow_devices(arguments + count, options);
	count += devices;
	if (devices > 0 && !huge)
		fatal("PCI ports need huge pages: set vm.nr_hugepages to %u or more", huge_mib / HUGE_PAGE_MIB + 1);
	// Without hardware there are no other addresses; with some, DPDK asks its driver and IOMMU.
	if (devices == 0) {
		arguments[count++] = "--no-pci";
		arguments[count++] = "--iova-mode=va";
	}

	if (rte_eal_init(count, arguments) < 0)
		fatal("DPDK does not start: %s", rte_strerror(rte_errno));
}

// SPDX-License-Identifier: Apache-2.0
// The command line: see options.h.

#include "options.h"

#include "fault.h"
#include "message.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(WORKERS_MAX == 8, "as the usage says");

static const char usage[] =
	"postern-fastpath [--run-dir DIR] --link SUBSCRIBER_PORT,NETWORK_PORT [--link ...]\n"
	"                 [--workers N] [--idle sleep|spin] [--no-huge] [--sessions N] [--subscribers N] [--watches "
	"N]\n"
	"                 [--detectors N]\n"
	"\n"
	"  PORT            tap:[NETNS/]INTERFACE      a persistent multi-queue tap, in that network namespace\n"
	"                  packet:[NETNS/]INTERFACE   an interface that stays the kernel's, which changes some frames\n"
	"                  pcap:IN_FILE:OUT_FILE      captures: frames from the one, and into the other\n"
	"                  pci:ADDRESS[/DRIVER]       a PCI device, taken from the kernel by vfio-pci or "
	"uio_pci_generic\n"
	"  --run-dir       where its files are, in the subdirectory fastpath; default /run/postern\n"
	"  --workers       threads that handle packets, 1 to 8; default 1\n"
	"  --idle          what a worker does without traffic: sleep 50 us (default) or spin, on a core of its own\n"
	"  --no-huge       do without huge pages: slower\n"
	"  --sessions      open at once; default 1048576, 83 bytes each\n"
	"  --subscribers   known at once; default 262144, 76 bytes each\n"
	"  --watches       subscribers at once with a quota period open or usage of the last two minutes; default "
	"65536\n"
	"  --detectors     of a package at most, and services measured: 4 to 64, a multiple of 4; default 8. A watch "
	"takes 576 "
	"bytes\n"
	"                  and 264 for each\n";

static uint32_t
number(const char *name, const char *text, uint32_t least, uint32_t most)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);

	if (errno != 0 || end == text || *end != 0 || value < least || value > most)
		fatal("--%s takes a number from %u to %u, not \"%s\"", name, least, most, text);
	return (uint32_t)value;
}

static void
parse_link(struct options *options, char *text)
{
	char *comma = strchr(text, ',');

	if (comma == NULL)
		fatal("a link is two ports with a comma between them, not \"%s\"", text);
	if (options->geometry.links == LINKS_MAX)
		fatal("there are at most %d links", LINKS_MAX);
	*comma = 0;
	port_option_parse(&options->ports[options->geometry.links][SIDE_SUBSCRIBER], text);
	port_option_parse(&options->ports[options->geometry.links][SIDE_NETWORK], comma + 1);
	options->geometry.links++;
}

static bool
parse_idle(const char *text)
{
	if (strcmp(text, "sleep") != 0 && strcmp(text, "spin") != 0)
		fatal("--idle is sleep or spin, not \"%s\"", text);
	return strcmp(text, "spin") == 0;
}

void
options_parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{"run-dir", required_argument, NULL, 'r'},
		{"link", required_argument, NULL, 'l'},
		{"workers", required_argument, NULL, 'w'},
		{"idle", required_argument, NULL, 'i'},
		{"no-huge", no_argument, NULL, 'n'},
		{"sessions", required_argument, NULL, 's'},
		{"subscribers", required_argument, NULL, 'u'},
		{"watches", required_argument, NULL, 'a'},
		{"detectors", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
#ifdef POSTERN_FAULTS
		{"fault", required_argument, NULL, 'f'},
#endif
		{0},
	};
	struct engine_size *engine = &options->geometry.engine;
	int c;

	*options = (struct options){
		.run_dir = "/run/postern",
		.geometry.engine =
			{.workers = 1, .sessions = 1048576, .subscribers = 262144, .watches = 65536, .detectors = 8},
		.huge_pages = true,
	};
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'r':
			options->run_dir = optarg;
			break;
		case 'l':
			parse_link(options, optarg);
			break;
		case 'w':
			engine->workers = number("workers", optarg, 1, WORKERS_MAX);
			break;
		case 'i':
			options->idle_spin = parse_idle(optarg);
			break;
		case 'n':
			options->huge_pages = false;
			break;
		case 's':
			engine->sessions = number("sessions", optarg, 16, 1u << 26);
			break;
		case 'u':
			engine->subscribers = number("subscribers", optarg, 16, 1u << 24);
			break;
		case 'a':
			engine->watches = number("watches", optarg, 16, 1u << 24);
			break;
		case 'd':
			engine->detectors = number("detectors", optarg, WATCH_DETECTORS_MIN, WATCH_DETECTORS_MAX);
			if (!watch_detectors_valid(engine->detectors))
				fatal("--detectors takes a multiple of %d", WATCH_DETECTORS_MIN);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
#ifdef POSTERN_FAULTS
		case 'f':
			fault_parse(optarg);
			break;
#endif
		default:
			fatal("see postern-fastpath --help");
		}
	}
	if (optind < argc)
		fatal("\"%s\" is not an option; see postern-fastpath --help", argv[optind]);
	if (options->geometry.links == 0)
		fatal("it needs at least one --link; see postern-fastpath --help");
}

// SPDX-License-Identifier: Apache-2.0
// The command line of postern-fastpath.

#pragma once

#include "region.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define INTERFACE_NAME_MAX 16 // IFNAMSIZ, its zero included

// An emulated port: a tap in a network namespace.
struct port_option {
	char namespace[64]; // name under /run/netns; empty: our own
	char interface[INTERFACE_NAME_MAX];
};

struct options {
	const char *run_dir;
	struct region_geometry geometry;
	struct port_option ports[LINKS_MAX][SIDES];
	bool idle_spin; // a worker without traffic polls on instead of sleeping
	bool huge_pages;
};

// Reads argv. A wrong one ends the process with a sentence that says what to type.
void options_parse(struct options *options, int argc, char **argv);

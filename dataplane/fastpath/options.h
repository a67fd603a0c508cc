// SPDX-License-Identifier: Apache-2.0
// The command line of postern-fastpath.

#pragma once

#include "port_option.h"
#include "region.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
	const char *run_dir;
	struct region_geometry geometry;
	struct port_option ports[LINKS_MAX][SIDES];
	bool idle_spin; // a worker without traffic polls on instead of sleeping
	bool huge_pages;
};

// Reads argv. A wrong one ends the process with a sentence that says what to type.
void options_parse(struct options *options, int argc, char **argv);

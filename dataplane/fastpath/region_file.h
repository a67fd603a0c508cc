// SPDX-License-Identifier: Apache-2.0
// The region's file, as the supervisor keeps it: one lock for the life of the appliance, one mapping that every fast path
// process it starts inherits.

#pragma once

#include "region.h"

#include <stdbool.h>

struct region_file {
	char path[4096];
	struct region region;
	bool in_file; // false: anonymous memory, because no file could be made; nobody else can see it
};

// Makes DIR (mode 0750, root's, for FASTPATH_GROUP) and takes its lock, which the process holds until it ends. Ends the process
// with a sentence when another appliance holds it or the directory cannot be made.
void region_file_lock(const char *directory);

// Adopts DIR/region if it is whole, of this boot and of this geometry; else puts a new one in its place and says why. Falls
// back to anonymous memory, with a message, when there is no room.
void region_file_open(struct region_file *file, const char *directory, const struct region_geometry *geometry);

// Before another process is started on it: makes a new one if the last process damaged the header.
void region_file_check(struct region_file *file, const struct region_geometry *geometry);

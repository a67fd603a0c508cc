// SPDX-License-Identifier: Apache-2.0
// The bench's memory: one mapping, on huge pages if there are any.

#pragma once

#include <stddef.h>

// What a mapping's pages are: a short name to print.
#define PAGES_HUGE        "2M"
#define PAGES_TRANSPARENT "THP"

struct memory {
	void *bytes; // zeroed; NULL: the machine has not so much
	size_t size; // rounded up to whole pages
	const char *pages;
};

// Maps `size` bytes and touches them all.
struct memory memory_map(size_t size);

void memory_unmap(const struct memory *memory);

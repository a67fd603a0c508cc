// SPDX-License-Identifier: Apache-2.0
// The bench's memory: see memory.h.

#include "memory.h"

#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static void *
map(size_t size, int flags)
{
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	return bytes == MAP_FAILED ? NULL : bytes;
}

struct memory
memory_map(size_t size)
{
	size_t rounded = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	struct memory memory = {.bytes = map(rounded, MAP_HUGETLB | MAP_POPULATE), .pages = PAGES_HUGE};

	if (memory.bytes != NULL)
		return memory;
	memory = (struct memory){.bytes = map(rounded, 0), .pages = PAGES_TRANSPARENT};
	if (memory.bytes != NULL) {
		madvise(memory.bytes, rounded, MADV_HUGEPAGE);
		memset(memory.bytes, 0, rounded);
	}
	return memory;
}

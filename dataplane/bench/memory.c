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
	struct memory memory = {.size = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1), .pages = PAGES_HUGE};

	memory.bytes = map(memory.size, MAP_HUGETLB | MAP_POPULATE);
	if (memory.bytes != NULL)
		return memory;
	memory.bytes = map(memory.size, 0);
	memory.pages = PAGES_TRANSPARENT;
	if (memory.bytes != NULL) {
		madvise(memory.bytes, memory.size, MADV_HUGEPAGE);
		memset(memory.bytes, 0, memory.size);
	}
	return memory;
}

void
memory_unmap(const struct memory *memory)
{
	munmap(memory->bytes, memory->size);
}

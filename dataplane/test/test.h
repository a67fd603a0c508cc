// SPDX-License-Identifier: Apache-2.0
// What every C test begins with: cmocka and the headers that it asks for, random numbers from a fixed seed, exact memory.

#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

// splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): the state is the seed.
static inline uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

// A number in [0, n).
static inline uint32_t
random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(random_next(state) % n);
}

static inline void
random_fill(uint64_t *state, void *memory, size_t size)
{
	uint8_t *bytes = memory;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_next(state);
}

// Zeroed memory of exactly `size` bytes on a cache line's boundary: the sanitizer sees the first byte behind it.
static inline void *
exact_memory(size_t size)
{
	void *memory = NULL;

	assert_int_equal(posix_memalign(&memory, 64, size), 0);
	return memset(memory, 0, size);
}

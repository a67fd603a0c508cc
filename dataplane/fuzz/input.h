// SPDX-License-Identifier: Apache-2.0
// What every fuzz target begins with: the input read field by field, and what is checked. A target is a function that
// libFuzzer (of LLVM 14) calls with one input after another; each must end without a sanitizer's report.

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

// Ends with a report. Not assert(): the condition is always evaluated.
#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                      \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

// The next `size` bytes; zeros behind the input's end.
static inline void
input_bytes(struct input *input, void *to, size_t size)
{
	size_t there = size < input->left ? size : input->left;

	memset(to, 0, size);
	if (there > 0)
		memcpy(to, input->at, there);
	input->at += there;
	input->left -= there;
}

static inline uint8_t
input_u8(struct input *input)
{
	uint8_t value;

	input_bytes(input, &value, sizeof(value));
	return value;
}

// Little-endian, as everything in an input.
static inline uint16_t
input_u16(struct input *input)
{
	uint16_t value;

	input_bytes(input, &value, sizeof(value));
	return value;
}

static inline uint32_t
input_u32(struct input *input)
{
	uint32_t value;

	input_bytes(input, &value, sizeof(value));
	return value;
}

// Memory of exactly `size` bytes that holds the next bytes of the input: the sanitizer sees a read behind it. The caller frees it.
static inline uint8_t *
input_exact(struct input *input, size_t size)
{
	uint8_t *bytes = NULL;

	CHECK(posix_memalign((void **)&bytes, 64, size) == 0);
	input_bytes(input, bytes, size);
	return bytes;
}

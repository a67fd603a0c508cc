// SPDX-License-Identifier: Apache-2.0
// The keyed hash of every table: XXH3 with a secret drawn at start, so nobody outside can choose keys that collide.

#pragma once

#include <stddef.h>
#include <stdint.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

struct hash_secret {
	// 192 bytes: the length of XXH3's own default secret. Filled from getrandom(2) by whoever makes the engine.
	_Alignas(64) uint8_t bytes[192];
};

static inline uint64_t
hash_bytes(const struct hash_secret *secret, const void *data, size_t length)
{
	return XXH3_64bits_withSecret(data, length, secret->bytes, sizeof(secret->bytes));
}

// Maps 32 hash bits to [0, n) without a division (Lemire, "fast random integer generation in an interval", 2018).
static inline uint32_t
hash_range(uint32_t hash, uint32_t n)
{
	return (uint32_t)((uint64_t)hash * n >> 32);
}

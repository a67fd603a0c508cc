// SPDX-License-Identifier: Apache-2.0
// One form for every address: 16 bytes in network order, IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
// To the parser an IPv6 packet that carries such an address is malformed, so the two families never meet.

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Bits of the IPv4-mapped prefix: an IPv4 /24 is /120 here.
#define ADDRESS_IPV4_PREFIX 96

struct address {
	uint8_t bytes[16];
};

static inline struct address
address_from_ipv4(const void *network_order)
{
	struct address a = {.bytes = {[10] = 0xff, [11] = 0xff}};
	memcpy(&a.bytes[12], network_order, 4);
	return a;
}

static inline struct address
address_from_ipv6(const void *network_order)
{
	struct address a;
	memcpy(a.bytes, network_order, sizeof(a.bytes));
	return a;
}

static inline bool
address_is_ipv4(const struct address *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	return memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

static inline bool
address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

// A subscriber who was introduced has a numeric id, and for an address of his own 100::/64 with that id: RFC 6666's discard-only
// block, so no packet may have it.
static inline bool
address_is_name(const struct address *a)
{
	static const uint8_t discard_only[8] = {0x01};
	return memcmp(a->bytes, discard_only, sizeof(discard_only)) == 0;
}

static inline struct address
address_of_name(uint32_t id)
{
	uint32_t low = __builtin_bswap32(id);
	struct address a = {.bytes = {0x01}};
	memcpy(&a.bytes[12], &low, sizeof(low));
	return a;
}

// The address as a number: order and arithmetic of prefixes.
static inline unsigned __int128
address_number(const struct address *a)
{
	uint64_t high, low;
	memcpy(&high, a->bytes, 8);
	memcpy(&low, a->bytes + 8, 8);
	return (unsigned __int128)__builtin_bswap64(high) << 64 | __builtin_bswap64(low);
}

// The address of a number: the inverse of address_number.
static inline struct address
address_from_number(unsigned __int128 number)
{
	uint64_t high = __builtin_bswap64((uint64_t)(number >> 64));
	uint64_t low = __builtin_bswap64((uint64_t)number);
	struct address a;

	memcpy(a.bytes, &high, 8);
	memcpy(a.bytes + 8, &low, 8);
	return a;
}

// Keeps the first `length` bits (0 to 128) and clears the rest.
static inline struct address
address_prefix(const struct address *a, unsigned length)
{
	unsigned __int128 mask = length == 0 ? 0 : ~(unsigned __int128)0 << (128 - length);

	return address_from_number(address_number(a) & mask);
}

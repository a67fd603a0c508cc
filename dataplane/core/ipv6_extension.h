// SPDX-License-Identifier: Apache-2.0
// The IPv6 extension headers that lead to another header, and how long each is.

#pragma once

#include "cursor.h"

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

// Protocol numbers that <netinet/in.h> lacks.
#define PROTOCOL_HIP   139
#define PROTOCOL_SHIM6 140

// Of a fragment header, and the least that any other has.
#define IPV6_EXTENSION_BYTES 8

// RFC 8200 4.1; the IANA registry "IPv6 Extension Header Types". ESP is none of them here: nobody sees what follows it.
static inline bool
ipv6_is_extension(uint8_t type)
{
	return type == IPPROTO_HOPOPTS || type == IPPROTO_ROUTING || type == IPPROTO_FRAGMENT || type == IPPROTO_AH ||
	       type == IPPROTO_DSTOPTS || type == IPPROTO_MH || type == PROTOCOL_HIP || type == PROTOCOL_SHIM6;
}

// The length of a header of `type` of which IPV6_EXTENSION_BYTES may be read.
static inline uint32_t
ipv6_extension_bytes(const struct cursor *cursor, uint8_t type)
{
	if (type == IPPROTO_FRAGMENT)
		return IPV6_EXTENSION_BYTES;
	// RFC 4302 2.2: AH counts in words of 4 bytes, less two.
	return type == IPPROTO_AH ? (cursor->at[1] + 2u) * 4 : (cursor->at[1] + 1u) * 8;
}

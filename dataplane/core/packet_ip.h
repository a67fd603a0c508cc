// SPDX-License-Identifier: Apache-2.0
// From an IP header on: addresses, fragments, extension headers, ports. Called by packet.c, which knows the framing.

#pragma once

#include "cursor.h"
#include "packet.h"

// The cursor stands at an IPv4 or IPv6 header, or at what should be one.
enum packet_kind packet_parse_ipv4(struct packet *packet, struct cursor cursor);
enum packet_kind packet_parse_ipv6(struct packet *packet, struct cursor cursor);

// SPDX-License-Identifier: Apache-2.0
// Finding a TCP segment's headers: see layers.h.

#include "layers.h"

#include "cursor.h"
#include "framing.h"
#include "ipv6_extension.h"

#include <rte_ip.h>
#include <rte_tcp.h>

static uint32_t
offset_in(const struct cursor *cursor, const uint8_t *bytes)
{
	return (uint32_t)(cursor->at - bytes);
}

// Skips Ethernet's header and the tags; returns the type of what follows, 0: nothing that can be read.
static uint16_t
skip_ethernet(struct cursor *cursor)
{
	if (cursor->contiguous < sizeof(struct rte_ether_hdr))
		return 0;
	uint16_t type = cursor_be16(cursor, offsetof(struct rte_ether_hdr, ether_type));
	cursor_skip(cursor, sizeof(struct rte_ether_hdr));
	for (int tags = 0; tags < TAGS_MAX && framing_is_tag(type); tags++) {
		if (cursor->contiguous < sizeof(struct rte_vlan_hdr))
			return 0;
		type = cursor_be16(cursor, offsetof(struct rte_vlan_hdr, eth_proto));
		cursor_skip(cursor, sizeof(struct rte_vlan_hdr));
	}
	return type;
}

static bool
skip_pppoe(struct cursor *cursor)
{
	if (cursor->contiguous < PPPOE_BYTES + PPP_BYTES)
		return false;
	uint32_t length = cursor_be16(cursor, PPPOE_LENGTH);
	if (length < PPP_BYTES || length > cursor->total - PPPOE_BYTES)
		return false;
	bool compressed = cursor->at[PPPOE_BYTES] & PPP_COMPRESSED;
	cursor_cut(cursor, PPPOE_BYTES + length);
	cursor_skip(cursor, PPPOE_BYTES + (compressed ? 1 : PPP_BYTES));
	return true;
}

// Skips the header, which is checked as packet_parse does; false: it is not TCP's.
static bool
skip_ipv4(struct cursor *cursor)
{
	const struct rte_ipv4_hdr *ip = (const void *)cursor->at;

	if (cursor->contiguous < sizeof(*ip))
		return false;
	uint32_t header = rte_ipv4_hdr_len(ip), length = rte_be_to_cpu_16(ip->total_length);
	if (header < sizeof(*ip) || header > length || length > cursor->total || header > cursor->contiguous)
		return false;
	cursor_cut(cursor, length);
	cursor_skip(cursor, header);
	return ip->next_proto_id == IPPROTO_TCP;
}

static bool
skip_ipv6(struct cursor *cursor)
{
	const struct rte_ipv6_hdr *ip = (const void *)cursor->at;

	if (cursor->contiguous < sizeof(*ip))
		return false;
	// As packet_parse reads it: 0 is the rest of the frame.
	uint32_t length = ip->payload_len == 0 ? cursor->total : sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	if (length > cursor->total)
		return false;
	uint8_t type = ip->proto;
	cursor_cut(cursor, length);
	cursor_skip(cursor, sizeof(*ip));
	while (ipv6_is_extension(type)) {
		if (cursor->contiguous < IPV6_EXTENSION_BYTES)
			return false;
		uint32_t header = ipv6_extension_bytes(cursor, type);
		if (header > cursor->contiguous)
			return false;
		type = cursor->at[0];
		cursor_skip(cursor, header);
	}
	return type == IPPROTO_TCP;
}

bool
layers_find(struct layers *layers, const uint8_t *bytes, uint32_t contiguous, uint32_t total)
{
	struct cursor cursor = {.at = bytes, .contiguous = contiguous, .total = total};
	uint16_t type = skip_ethernet(&cursor);

	layers->pppoe = 0;
	if (type == ETHERTYPE_PPPOE) {
		layers->pppoe = offset_in(&cursor, bytes);
		if (!skip_pppoe(&cursor))
			return false;
	} else if (type != RTE_ETHER_TYPE_IPV4 && type != RTE_ETHER_TYPE_IPV6) {
		return false;
	}
	if (cursor.contiguous == 0)
		return false;
	layers->ip = offset_in(&cursor, bytes);
	bool ipv4 = cursor.at[0] >> 4 == 4;
	if (!(ipv4 ? skip_ipv4(&cursor) : skip_ipv6(&cursor)) || cursor.contiguous < sizeof(struct rte_tcp_hdr))
		return false;
	layers->tcp = offset_in(&cursor, bytes);
	layers->end = layers->tcp + cursor.total;
	return true;
}

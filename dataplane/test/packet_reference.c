// SPDX-License-Identifier: Apache-2.0
// The reference reader: see packet_reference.h.

#include "packet_reference.h"

#include <string.h>

// Bytes [at, end) of the frame belong to the layer that is being read; those before `readable` may be looked at.
struct layer {
	const uint8_t *bytes;
	uint32_t at, end, readable;
};

static bool
has(const struct layer *layer, uint32_t length)
{
	return layer->end - layer->at >= length && layer->at + length <= layer->readable;
}

static uint32_t
number(const struct layer *layer, uint32_t offset, uint32_t length)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < length; i++)
		value = value << 8 | layer->bytes[layer->at + offset + i];
	return value;
}

static void
set_ports(struct packet *packet, uint32_t source, uint32_t destination)
{
	bool up = packet->side == SIDE_SUBSCRIBER;

	packet->key.subscriber_port = (uint16_t)(up ? source : destination);
	packet->key.network_port = (uint16_t)(up ? destination : source);
}

// What is missing comes in another fragment, or never.
static enum packet_kind
missing(struct packet *packet)
{
	packet->evasive = packet->first_fragment;
	return packet->first_fragment ? PACKET_EVASIVE : PACKET_MALFORMED;
}

static enum packet_kind
unreadable(struct packet *packet)
{
	packet->evasive = true;
	return PACKET_EVASIVE;
}

static enum packet_kind
read_tcp(struct packet *packet, const struct layer *layer)
{
	uint32_t there = layer->end - layer->at;

	if (there < 20 && (!packet->first_fragment || there < 8))
		return missing(packet);
	if (!has(layer, there < 20 ? 8 : 20))
		return unreadable(packet);
	if (there >= 20) {
		uint32_t header = number(layer, 12, 1) / 16 * 4;
		if (header < 20 || (header > there && !packet->first_fragment))
			return PACKET_MALFORMED;
	}
	set_ports(packet, number(layer, 0, 2), number(layer, 2, 2));
	packet->tcp_sequence = number(layer, 4, 4);
	// Flags that cannot be seen are taken for a SYN's (RFC 1858).
	packet->tcp_flags = there < 20 ? TCP_SYN : (uint8_t)number(layer, 13, 1);
	packet->evasive = there < 20;
	return PACKET_TCP;
}

static enum packet_kind
read_udp(struct packet *packet, const struct layer *layer)
{
	if (layer->end - layer->at < 8)
		return missing(packet);
	if (!has(layer, 8))
		return unreadable(packet);
	uint32_t length = number(layer, 4, 2);
	// RFC 2675: of IPv6, 0 is the rest.
	if (length == 0 && !address_is_ipv4(&packet->key.subscriber))
		length = 8;
	if (length < 8 || (length > layer->end - layer->at && !packet->first_fragment))
		return PACKET_MALFORMED;
	set_ports(packet, number(layer, 0, 2), number(layer, 2, 2));
	return PACKET_UDP;
}

static enum packet_kind
read_transport(struct packet *packet, const struct layer *layer, uint32_t protocol)
{
	packet->key.tags_protocol |= protocol;
	return protocol == 6 ? read_tcp(packet, layer) : protocol == 17 ? read_udp(packet, layer) : PACKET_IP;
}

static enum packet_kind
read_later_fragment(struct packet *packet, uint32_t offset, uint32_t protocol)
{
	packet->key.tags_protocol |= protocol;
	// RFC 3128: TCP's flags are in the second unit of 8 bytes.
	packet->evasive = protocol == 6 && offset == 1;
	return PACKET_FRAGMENT;
}

static void
set_address(struct address *address, const struct layer *layer, uint32_t offset, uint32_t length)
{
	memset(address, 0, sizeof(*address));
	if (length == 4)
		memset(address->bytes + 10, 0xff, 2);
	memcpy(address->bytes + 16 - length, layer->bytes + layer->at + offset, length);
}

static void
set_addresses(struct packet *packet, const struct layer *layer, uint32_t source, uint32_t destination, uint32_t length)
{
	bool up = packet->side == SIDE_SUBSCRIBER;

	set_address(up ? &packet->key.subscriber : &packet->key.network, layer, source, length);
	set_address(up ? &packet->key.network : &packet->key.subscriber, layer, destination, length);
}

static enum packet_kind
read_ipv4(struct packet *packet, struct layer *layer)
{
	if (!has(layer, 20))
		return PACKET_MALFORMED;
	uint32_t header = number(layer, 0, 1) % 16 * 4, length = number(layer, 2, 2), fragment = number(layer, 6, 2);
	if (number(layer, 0, 1) / 16 != 4 || header < 20 || header > length || length > layer->end - layer->at ||
	    !has(layer, header))
		return PACKET_MALFORMED;
	uint32_t protocol = number(layer, 9, 1);
	set_addresses(packet, layer, 12, 16, 4);
	layer->end = layer->at + length;
	if ((fragment & 0x3fff) != 0)
		packet->fragment_id = number(layer, 4, 2);
	layer->at += header;
	if ((fragment & 0x1fff) != 0)
		return read_later_fragment(packet, fragment & 0x1fff, protocol);
	packet->first_fragment = (fragment & 0x2000) != 0;
	return read_transport(packet, layer, protocol);
}

static bool
mapped(const struct layer *layer, uint32_t offset)
{
	return number(layer, offset, 4) == 0 && number(layer, offset + 4, 4) == 0 &&
	       number(layer, offset + 8, 4) == 0xffff;
}

// RFC 8200 4: hop-by-hop 0, routing 43, fragment 44, destination 60; RFC 4302: AH 51; mobility 135, HIP 139, shim6 140.
static bool
leads_on(uint32_t type)
{
	return type == 0 || type == 43 || type == 44 || type == 51 || type == 60 || type == 135 || type == 139 ||
	       type == 140;
}

static enum packet_kind
read_chain(struct packet *packet, struct layer *layer, uint32_t type)
{
	while (leads_on(type)) {
		if (layer->end - layer->at < 8)
			return missing(packet);
		if (!has(layer, 8))
			return unreadable(packet);
		uint32_t next = number(layer, 0, 1);
		uint32_t length = number(layer, 1, 1) * (type == 51 ? 4 : 8) + 8;
		if (type == 44) {
			length = 8;
			packet->fragment_id = number(layer, 4, 4);
			if (number(layer, 2, 2) / 8 != 0)
				return read_later_fragment(packet, number(layer, 2, 2) / 8, next);
			if (number(layer, 2, 2) % 2 != 0)
				packet->first_fragment = true;
		}
		if (layer->end - layer->at < length)
			return missing(packet);
		if (!has(layer, length))
			return unreadable(packet);
		layer->at += length;
		type = next;
	}
	return read_transport(packet, layer, type);
}

static enum packet_kind
read_ipv6(struct packet *packet, struct layer *layer)
{
	if (!has(layer, 40))
		return PACKET_MALFORMED;
	uint32_t payload = number(layer, 4, 2), length = payload == 0 ? layer->end - layer->at : 40 + payload;
	if (number(layer, 0, 1) / 16 != 6 || length > layer->end - layer->at || mapped(layer, 8) || mapped(layer, 24))
		return PACKET_MALFORMED;
	uint32_t protocol = number(layer, 6, 1);
	set_addresses(packet, layer, 8, 24, 16);
	layer->end = layer->at + length;
	layer->at += 40;
	return read_chain(packet, layer, protocol);
}

// RFC 2516 4, RFC 1661 2.
static enum packet_kind
read_pppoe(struct packet *packet, struct layer *layer)
{
	if (!has(layer, 8))
		return PACKET_MALFORMED;
	uint32_t compressed = number(layer, 6, 1) % 2;
	uint32_t length = number(layer, 4, 2), protocol = number(layer, 6, compressed ? 1 : 2);
	if (length < 2 || length > layer->end - layer->at - 6)
		return PACKET_MALFORMED;
	layer->end = layer->at + 6 + length;
	layer->at += compressed ? 7 : 8;
	return protocol == 0x21 ? read_ipv4(packet, layer) : protocol == 0x57 ? read_ipv6(packet, layer) : PACKET_OTHER;
}

// RFC 3032 2.1: 20 bits of label, 3 of class, the bottom of the stack, 8 of time to live.
static enum packet_kind
read_mpls(struct packet *packet, struct layer *layer)
{
	enum packet_kind kind = PACKET_OTHER;

	for (int labels = 1;; labels++) {
		if (labels > 8)
			return PACKET_OTHER;
		if (!has(layer, 4))
			return PACKET_MALFORMED;
		layer->at += 4;
		if (layer->bytes[layer->at - 2] & 1)
			break;
	}
	uint32_t version = has(layer, 1) ? number(layer, 0, 1) / 16 : 0;
	if (version == 4)
		kind = read_ipv4(packet, layer);
	else if (version == 6)
		kind = read_ipv6(packet, layer);
	return kind == PACKET_MALFORMED ? PACKET_OTHER : kind;
}

static bool
is_tag(uint32_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

static enum packet_kind
read_ethernet(struct packet *packet, struct layer *layer)
{
	uint32_t ids[8], named = 0, tags = 0;

	if (!has(layer, 14))
		return PACKET_OTHER;
	for (layer->at = 12; tags < 8 && is_tag(number(layer, 0, 2)); layer->at += 4, tags++) {
		if (!has(layer, 6))
			return PACKET_MALFORMED;
		// A priority tag names no VLAN.
		if (number(layer, 2, 2) % 4096 != 0)
			ids[named++] = number(layer, 2, 2) % 4096;
	}
	if (named == 1)
		packet->key.tags_protocol = ids[0] << 20;
	else if (named > 1)
		packet->key.tags_protocol = ids[named - 2] << 20 | ids[named - 1] << 8;
	uint32_t type = number(layer, 0, 2);
	layer->at += 2;
	switch (type) {
	case 0x0800:
		return read_ipv4(packet, layer);
	case 0x86dd:
		return read_ipv6(packet, layer);
	case 0x8864:
		return read_pppoe(packet, layer);
	case 0x8847:
	case 0x8848:
		return read_mpls(packet, layer);
	default:
		return PACKET_OTHER;
	}
}

void
packet_reference(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, enum side side)
{
	struct layer whole = {.bytes = bytes, .end = total, .readable = contiguous};

	memset(packet, 0, sizeof(*packet));
	packet->side = (uint8_t)side;
	packet->kind = (uint8_t)read_ethernet(packet, &whole);
}

const char *
packet_difference(const struct packet *packet, const struct packet *wanted)
{
	bool fragment = wanted->kind == PACKET_FRAGMENT;

	if (packet->kind != wanted->kind)
		return "kind";
	if (packet->side != wanted->side)
		return "side or length";
	if (wanted->kind < PACKET_IP)
		return NULL;
	if (memcmp(&packet->key.subscriber, &wanted->key.subscriber, 2 * sizeof(struct address)) != 0)
		return "addresses";
	if (packet->key.tags_protocol != wanted->key.tags_protocol)
		return "tags or protocol";
	if (packet->evasive != wanted->evasive)
		return "evasive";
	if (packet->tcp_flags != wanted->tcp_flags || packet->tcp_sequence != wanted->tcp_sequence)
		return "TCP's flags or sequence";
	if (!fragment && packet->first_fragment != wanted->first_fragment)
		return "first fragment";
	if ((fragment || wanted->first_fragment) && packet->fragment_id != wanted->fragment_id)
		return "fragment's id";
	if (wanted->kind >= PACKET_TCP && memcmp(&packet->key, &wanted->key, sizeof(packet->key)) != 0)
		return "ports";
	return NULL;
}

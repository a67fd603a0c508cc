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

static enum packet_kind
read_tcp(struct packet *packet, const struct layer *layer)
{
	if (!has(layer, 20))
		return PACKET_MALFORMED;
	uint32_t header = number(layer, 12, 1) / 16 * 4;
	if (header < 20 || header > layer->end - layer->at)
		return PACKET_MALFORMED;
	set_ports(packet, number(layer, 0, 2), number(layer, 2, 2));
	packet->tcp_sequence = number(layer, 4, 4);
	packet->tcp_flags = (uint8_t)number(layer, 13, 1);
	packet->key.tags_protocol |= 6;
	return PACKET_TCP;
}

static enum packet_kind
read_udp(struct packet *packet, const struct layer *layer, bool fragment)
{
	if (!has(layer, 8))
		return PACKET_MALFORMED;
	uint32_t length = number(layer, 4, 2);
	if (length < 8 || (length > layer->end - layer->at && !fragment))
		return PACKET_MALFORMED;
	set_ports(packet, number(layer, 0, 2), number(layer, 2, 2));
	packet->key.tags_protocol |= 17;
	return PACKET_UDP;
}

static enum packet_kind
read_transport(struct packet *packet, const struct layer *layer, uint32_t protocol, bool fragment)
{
	return protocol == 6 ? read_tcp(packet, layer) : protocol == 17 ? read_udp(packet, layer, fragment) : PACKET_IP;
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
	layer->at += header;
	// RFC 1858: a first fragment without the whole TCP header. RFC 3128: one at offset 1.
	bool first_of_more = (fragment & 0x3fff) == 0x2000;
	if (protocol == 6 && ((fragment & 0x1fff) == 1 || (first_of_more && length - header < 20)))
		return PACKET_EVASIVE;
	// Not the first fragment: no header of the transport.
	return (fragment & 0x1fff) != 0 ? PACKET_IP : read_transport(packet, layer, protocol, (fragment & 0x2000) != 0);
}

static bool
mapped(const struct layer *layer, uint32_t offset)
{
	return number(layer, offset, 4) == 0 && number(layer, offset + 4, 4) == 0 &&
	       number(layer, offset + 8, 4) == 0xffff;
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
	return read_transport(packet, layer, protocol, false);
}

static enum packet_kind
read_ethernet(struct packet *packet, struct layer *layer)
{
	uint32_t type, ids[2] = {0};

	if (!has(layer, 14))
		return PACKET_OTHER;
	layer->at = 12;
	for (int i = 0; i < 2; i++) {
		type = number(layer, 0, 2);
		if (type != 0x8100 && type != 0x88a8 && type != 0x9100)
			break;
		if (!has(layer, 6))
			return PACKET_MALFORMED;
		ids[i] = number(layer, 2, 2) % 4096;
		layer->at += 4;
	}
	packet->key.tags_protocol = ids[0] << 20 | ids[1] << 8;
	type = number(layer, 0, 2);
	layer->at += 2;
	return type == 0x0800 ? read_ipv4(packet, layer) : type == 0x86dd ? read_ipv6(packet, layer) : PACKET_OTHER;
}

void
packet_reference(struct packet *packet, const uint8_t *bytes, uint32_t contiguous, uint32_t total, enum side side)
{
	struct layer whole = {.bytes = bytes, .end = total, .readable = contiguous};

	memset(packet, 0, sizeof(*packet));
	packet->side = (uint8_t)side;
	packet->length = (uint16_t)total;
	packet->kind = (uint8_t)read_ethernet(packet, &whole);
}

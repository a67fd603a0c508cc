// SPDX-License-Identifier: Apache-2.0
// Frames: see frame.h. Written byte by byte from the RFCs, not with the structs that the parser reads with.

#include "frame.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

static void
put(struct frame *frame, const void *bytes, uint32_t length)
{
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

static void
put8(struct frame *frame, uint8_t value)
{
	put(frame, &value, 1);
}

static void
put16(struct frame *frame, uint32_t value)
{
	put8(frame, (uint8_t)(value >> 8));
	put8(frame, (uint8_t)value);
}

static void
put32(struct frame *frame, uint32_t value)
{
	put16(frame, value >> 16);
	put16(frame, value & 0xffff);
}

static void
put_zeros(struct frame *frame, uint32_t count)
{
	while (count-- > 0)
		put8(frame, 0);
}

static void
put_address(struct frame *frame, int family, const char *text)
{
	uint8_t address[16];

	inet_pton(family, text, address);
	put(frame, address, family == AF_INET ? 4 : 16);
}

static uint32_t
transport_length(const struct frame_spec *spec)
{
	uint32_t header = spec->protocol == IPPROTO_TCP ? 20u + spec->tcp_options : 8;

	return header + spec->payload;
}

static int
extensions(const struct frame_spec *spec)
{
	int count = 0;

	while (count < FRAME_EXTENSIONS && spec->extensions[count].bytes > 0)
		count++;
	return count;
}

static uint32_t
extension_bytes(const struct frame_spec *spec)
{
	uint32_t bytes = 0;

	for (int i = 0; i < extensions(spec); i++)
		bytes += spec->extensions[i].bytes;
	return bytes;
}

static uint32_t
fragment_id(const struct frame_spec *spec)
{
	return spec->fragment_id == 0 ? 0x1234 : spec->fragment_id;
}

// RFC 3032 2.1: labels from 16 on, the last with the bottom bit.
static void
put_labels(struct frame *frame, uint8_t labels)
{
	put16(frame, 0x8847);
	for (uint32_t label = 0; label < labels; label++)
		put32(frame, (16 + label) << 12 | (label + 1u == labels ? 1 << 8 : 0) | 64);
}

// RFC 2516 4, RFC 1661 2.
static void
put_pppoe(struct frame *frame, const struct frame_spec *spec, uint16_t type)
{
	uint32_t header = type == 0x0800 ? 20u + spec->ip_options : 40 + extension_bytes(spec);

	put16(frame, 0x8864);
	put16(frame, 0x1100);
	put16(frame, 7);
	put16(frame, spec->pppoe + header + transport_length(spec));
	if (spec->pppoe == 2)
		put8(frame, 0);
	put8(frame, type == 0x0800 ? 0x21 : 0x57);
}

static void
put_ethernet(struct frame *frame, const struct frame_spec *spec, uint16_t type)
{
	static const uint8_t stations[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

	put(frame, stations, sizeof(stations));
	for (int i = 0; i < FRAME_TAGS && spec->tags[i].type != 0; i++) {
		put16(frame, spec->tags[i].type);
		put16(frame, spec->tags[i].control);
	}
	if (spec->labels > 0)
		put_labels(frame, spec->labels);
	else if (spec->pppoe)
		put_pppoe(frame, spec, type);
	else
		put16(frame, type);
}

// RFC 791 3.1.
static void
put_ipv4(struct frame *frame, const struct frame_spec *spec)
{
	uint32_t header = 20u + spec->ip_options;

	put8(frame, (uint8_t)(0x40 | header / 4));
	put8(frame, 0);
	put16(frame, header + transport_length(spec));
	put16(frame, fragment_id(spec));
	put16(frame, spec->fragment);
	put8(frame, 64);
	put8(frame, spec->protocol);
	put16(frame, 0);
	put_address(frame, AF_INET, spec->source);
	put_address(frame, AF_INET, spec->destination);
	put_zeros(frame, spec->ip_options);
}

// RFC 8200 4, and 4.5 of the fragment header. The length of AH is in words of 4 bytes less 2 (RFC 4302 2.2).
static void
put_extension(struct frame *frame, const struct frame_spec *spec, const struct frame_extension *extension, uint8_t next)
{
	put8(frame, next);
	put8(frame, (uint8_t)(extension->type == IPPROTO_FRAGMENT ? 0
			      : extension->type == IPPROTO_AH     ? extension->bytes / 4 - 2
								  : extension->bytes / 8 - 1));
	put16(frame, extension->offset);
	put32(frame, extension->type == IPPROTO_FRAGMENT ? fragment_id(spec) : 0);
	put_zeros(frame, extension->bytes - 8u);
}

// RFC 8200 3.
static void
put_ipv6(struct frame *frame, const struct frame_spec *spec)
{
	const struct frame_extension *first = spec->extensions, *last = first + extensions(spec);

	put32(frame, 0x60000000);
	put16(frame, extension_bytes(spec) + transport_length(spec));
	put8(frame, first == last ? spec->protocol : first->type);
	put8(frame, 64);
	put_address(frame, AF_INET6, spec->source);
	put_address(frame, AF_INET6, spec->destination);
	for (; first < last; first++)
		put_extension(frame, spec, first, first + 1 == last ? spec->protocol : first[1].type);
}

// RFC 9293 3.1, RFC 768.
static void
put_transport(struct frame *frame, const struct frame_spec *spec)
{
	if (spec->protocol == IPPROTO_TCP) {
		put16(frame, spec->source_port);
		put16(frame, spec->destination_port);
		put32(frame, spec->tcp_sequence);
		put32(frame, spec->tcp_sequence);
		put8(frame, (uint8_t)((20u + spec->tcp_options) / 4 << 4));
		put8(frame, spec->tcp_flags);
		put_zeros(frame, 6u + spec->tcp_options);
	} else if (spec->protocol == IPPROTO_UDP) {
		put16(frame, spec->source_port);
		put16(frame, spec->destination_port);
		put16(frame, transport_length(spec));
		put16(frame, 0);
	} else {
		put_zeros(frame, 8);
	}
	put_zeros(frame, spec->payload);
}

void
frame_build(struct frame *frame, const struct frame_spec *spec)
{
	bool ipv6 = strchr(spec->source, ':') != NULL;

	frame->length = 0;
	put_ethernet(frame, spec, ipv6 ? 0x86dd : 0x0800);
	frame->network = frame->length;
	if (ipv6)
		put_ipv6(frame, spec);
	else
		put_ipv4(frame, spec);
	frame->transport = frame->length;
	put_transport(frame, spec);
	put_zeros(frame, spec->padding);
}

struct frame_spec
frame_reply(const struct frame_spec *spec)
{
	struct frame_spec reply = *spec;

	reply.source = spec->destination;
	reply.destination = spec->source;
	reply.source_port = spec->destination_port;
	reply.destination_port = spec->source_port;
	return reply;
}

// SPDX-License-Identifier: Apache-2.0
// What a reset must be: see reset_reference.h. Written from the RFCs, not with the structs that inject.c writes with.

#include "reset_reference.h"

#include "packet_reference.h"

#include <string.h>

#define SYN 2
#define RST 4
#define ACK 16

static uint32_t
number(const uint8_t *bytes, uint32_t length)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < length; i++)
		value = value << 8 | bytes[i];
	return value;
}

// RFC 1071, of an even number of bytes and what is added to them: 0xffff when the checksum among them is right.
static uint32_t
sum(const uint8_t *bytes, uint32_t length, uint32_t more)
{
	for (uint32_t i = 0; i < length; i += 2)
		more += number(bytes + i, 2);
	while (more > 0xffff)
		more = more % 0x10000 + more / 0x10000;
	return more;
}

// Of a frame that the reference reader understands.
static uint32_t
type_offset(const uint8_t *frame)
{
	uint32_t at = 12, type;

	while ((type = number(frame + at, 2)) == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200)
		at += 4;
	return at;
}

static bool
is_due(const struct packet *refused, const struct inject_frame *frame, enum inject_target target)
{
	if (refused->kind != PACKET_TCP || refused->first_fragment || (refused->tcp_flags & RST) != 0)
		return false;
	uint32_t type = number(frame->bytes + type_offset(frame->bytes), 2);
	bool labels = type == 0x8847 || type == 0x8848;
	bool group = frame->bytes[0] % 2 == 1 || frame->bytes[6] % 2 == 1;
	bool opens = (refused->tcp_flags & (SYN | ACK)) == SYN;
	return !labels && !group && !(opens && target == INJECT_TO_RECEIVER);
}

// RFC 9293 3.5.2; of the sender's own, what the segment said.
static const char *
tcp_fault(const uint8_t *tcp, const struct packet *refused, const struct inject_frame *frame, enum inject_target target)
{
	uint32_t sequence = number(tcp + 4, 4), acknowledgement = number(tcp + 8, 4), flags = tcp[13];
	bool acknowledges = (refused->tcp_flags & ACK) != 0, back = target == INJECT_TO_SENDER;

	if (tcp[12] != 0x50)
		return "TCP header's length";
	if (flags != (acknowledges == back ? RST : RST | ACK))
		return "flags";
	if (sequence != (!back ? refused->tcp_sequence : acknowledges ? refused->tcp_acknowledgement : 0))
		return "sequence number";
	if (back && !acknowledges)
		return acknowledgement - refused->tcp_sequence > frame->total ? "acknowledgement of it" : NULL;
	return acknowledgement != (back || !acknowledges ? 0 : refused->tcp_acknowledgement) ? "acknowledgement" : NULL;
}

static const char *
ipv4_fault(const uint8_t *ip)
{
	if (ip[0] != 0x45 || number(ip + 2, 2) != 40 || number(ip + 6, 2) != 0x4000)
		return "IPv4 header";
	if (sum(ip, 20, 0) != 0xffff)
		return "IPv4 checksum";
	// RFC 9293 3.1: addresses, protocol, length.
	return sum(ip + 12, 28, 6 + 20) != 0xffff ? "TCP checksum" : NULL;
}

static const char *
ipv6_fault(const uint8_t *ip)
{
	if (ip[0] / 16 != 6 || number(ip + 4, 2) != 20 || ip[6] != 6)
		return "IPv6 header";
	// RFC 8200 8.1.
	return sum(ip + 8, 52, 6 + 20) != 0xffff ? "TCP checksum" : NULL;
}

static const char *
stations_fault(const uint8_t *reset, const uint8_t *frame, enum inject_target target)
{
	bool back = target == INJECT_TO_SENDER;

	if (memcmp(reset, frame + (back ? 6 : 0), 6) != 0 || memcmp(reset + 6, frame + (back ? 0 : 6), 6) != 0)
		return "stations";
	return NULL;
}

// What lies between the stations and IP, which begins where this says.
static const char *
framing_fault(const uint8_t *reset, const uint8_t *frame, uint32_t *ip)
{
	uint32_t type = type_offset(frame);

	*ip = type + 2;
	if (memcmp(reset + 12, frame + 12, *ip - 12) != 0)
		return "tags or type";
	if (number(frame + type, 2) != 0x8864)
		return NULL;
	// Version, type, code and session; then the length; then PPP's protocol in one byte or two.
	uint32_t protocol = frame[*ip + 6] % 2 == 1 ? 1 : 2;
	if (memcmp(reset + *ip, frame + *ip, 4) != 0 || memcmp(reset + *ip + 6, frame + *ip + 6, protocol) != 0)
		return "PPPoE session";
	uint32_t length = number(reset + *ip + 4, 2);
	*ip += 6 + protocol;
	return length != protocol + (reset[*ip] / 16 == 4 ? 40u : 60u) ? "PPPoE length" : NULL;
}

static const char *
end_fault(const uint8_t *reset, uint32_t length, uint32_t end)
{
	if (length != (end < INJECT_BYTES_MIN ? INJECT_BYTES_MIN : end) || length > INJECT_BYTES_MAX)
		return "length";
	for (uint32_t i = end; i < length; i++)
		if (reset[i] != 0)
			return "padding";
	return NULL;
}

const char *
reset_fault(const uint8_t *reset, uint32_t length, const struct packet *refused, const struct inject_frame *frame,
	    enum inject_target target)
{
	enum side side = target == INJECT_TO_SENDER ? side_other(refused->side) : (enum side)refused->side;
	struct packet read;
	uint32_t ip;

	if ((length > 0) != is_due(refused, frame, target))
		return length > 0 ? "existence" : "absence";
	if (length == 0)
		return NULL;
	packet_reference(&read, reset, length, length, side);
	if (read.kind != PACKET_TCP || memcmp(&read.key, &refused->key, sizeof(read.key)) != 0)
		return "session";
	const char *fault = stations_fault(reset, frame->bytes, target);
	if (fault == NULL)
		fault = framing_fault(reset, frame->bytes, &ip);
	if (fault != NULL)
		return fault;
	bool ipv4 = reset[ip] / 16 == 4;
	fault = ipv4 ? ipv4_fault(reset + ip) : ipv6_fault(reset + ip);
	if (fault == NULL)
		fault = end_fault(reset, length, ip + (ipv4 ? 40 : 60));
	return fault != NULL ? fault : tcp_fault(reset + ip + (ipv4 ? 20 : 40), refused, frame, target);
}

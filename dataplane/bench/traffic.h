// SPDX-License-Identifier: Apache-2.0
// The bench's wire: packets by number, as pure functions of the number and of how many sessions a row has. Here those of
// ordinary life; attacks.h has the others.

#pragma once

#include "frame.h"

#include <stdint.h>

#define PORT_SMTP  25
#define PORT_HTTP  80
#define PORT_HTTPS 443

#define FIRST_SUBSCRIBER_PORT 40000

// A random number for each number.
uint64_t traffic_random(uint64_t number);

// The subscriber's SYN to a server port, at a server that is always the same for one subscriber.
struct frame_plan traffic_syn(uint32_t subscriber, uint16_t subscriber_port, uint16_t server_port);

// One session of each of `sessions` subscribers, SMTP, HTTP, HTTPS and QUIC in equal parts. The first 3 * sessions packets
// are the handshakes; each one after is of a session drawn at random, 32 from one side, 32 from the other.
struct frame_plan traffic_established(uint32_t sessions, uint64_t number);

// The same of SMTP, or HTTP, alone.
struct frame_plan traffic_established_mail(uint32_t sessions, uint64_t number);
struct frame_plan traffic_established_web(uint32_t sessions, uint64_t number);

// SYNs: the first `sessions` open a session of each subscriber, the next `sessions` another one each, in an order without
// locality. HTTP, which no detector counts; SMTP, which one does; and HTTP first, then SMTP.
struct frame_plan traffic_http(uint32_t sessions, uint64_t number);
struct frame_plan traffic_smtp(uint32_t sessions, uint64_t number);
struct frame_plan traffic_http_then_smtp(uint32_t sessions, uint64_t number);

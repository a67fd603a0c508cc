// SPDX-License-Identifier: Apache-2.0
// The states of a session, what moves it between them, and how long it may be idle in each.

#pragma once

#include "packet.h"

#include <stdint.h>

enum session_state {
	SESSION_FREE = 0,
	SESSION_SYN,         // opening SYN passed
	SESSION_ANSWERED,    // SYN+ACK seen
	SESSION_ESTABLISHED, // ACK of the side that opened it
	SESSION_HALF_CLOSED, // FIN of one side; which one is in the entry
	SESSION_CLOSED,      // FIN of both, or RST
	SESSION_JOINED,      // no SYN seen: forwarded, not counted
	SESSION_REFUSED,     // the quota refused its SYN, or cuts it
	SESSION_EXCHANGE,    // UDP
	SESSION_STATES,
};

// The states in which data changes nothing but the time.
#define SESSION_STEADY                                                                                                 \
	(1u << SESSION_ESTABLISHED | 1u << SESSION_HALF_CLOSED | 1u << SESSION_CLOSED | 1u << SESSION_JOINED |         \
	 1u << SESSION_EXCHANGE)

// The states of a TCP session that was opened, answered, and is not over.
#define SESSION_OPEN (1u << SESSION_ANSWERED | 1u << SESSION_ESTABLISHED | 1u << SESSION_HALF_CLOSED)

// What a TCP segment means for a session that is not opened by it.
enum session_input {
	INPUT_DATA,   // ACK, data
	INPUT_ANSWER, // SYN+ACK
	INPUT_FIN,
	INPUT_RESET,
	SESSION_INPUTS,
};

// Idle times in milliseconds.
//   syn          70 s: the longest wait between two SYNs of Linux' six retries is 64 s, and a retransmission must find its entry
//   established  600 s: one that is idle longer is joined in the middle when it goes on, which costs nothing but its name
//   closed       10 s: stray segments after the end
//   refused      40 s: the waits of the first five retries, so they are not counted as new attempts
//   exchange     60 s: twice the common life of a UDP binding (RFC 4787 asks a NAT for at least 120 s; a session is cheaper)
extern const uint32_t session_idle_ms[SESSION_STATES];

enum session_input session_input(uint8_t tcp_flags);

// The next state of a session in `state` on a segment; `by_opener`: sent by the side that opened it. `*fin_by_opener`
// remembers who half-closed.
enum session_state session_next(enum session_state state, enum session_input input, bool by_opener,
				bool *fin_by_opener);

// SPDX-License-Identifier: Apache-2.0
// Session states: see session_state.h. Two tables and the one rule that no table holds, who sent the first FIN.

#include "session_state.h"

const uint32_t session_idle_ms[SESSION_STATES] = {
	[SESSION_SYN] = 70000,          [SESSION_ANSWERED] = 70000, [SESSION_ESTABLISHED] = 600000,
	[SESSION_HALF_CLOSED] = 600000, [SESSION_CLOSED] = 10000,   [SESSION_JOINED] = 600000,
	[SESSION_REFUSED] = 40000,      [SESSION_EXCHANGE] = 60000,
};

enum who { OPENER, ANSWERER, PARTIES };

// clang-format off
static const uint8_t next[SESSION_STATES][PARTIES][SESSION_INPUTS] = {
	[SESSION_SYN] = {
		[OPENER]   = {SESSION_ESTABLISHED, SESSION_SYN,         SESSION_HALF_CLOSED, SESSION_CLOSED},
		[ANSWERER] = {SESSION_SYN,         SESSION_ANSWERED,    SESSION_HALF_CLOSED, SESSION_CLOSED},
	},
	[SESSION_ANSWERED] = {
		[OPENER]   = {SESSION_ESTABLISHED, SESSION_ANSWERED,    SESSION_HALF_CLOSED, SESSION_CLOSED},
		[ANSWERER] = {SESSION_ANSWERED,    SESSION_ANSWERED,    SESSION_HALF_CLOSED, SESSION_CLOSED},
	},
	[SESSION_ESTABLISHED] = {
		[OPENER]   = {SESSION_ESTABLISHED, SESSION_ESTABLISHED, SESSION_HALF_CLOSED, SESSION_CLOSED},
		[ANSWERER] = {SESSION_ESTABLISHED, SESSION_ESTABLISHED, SESSION_HALF_CLOSED, SESSION_CLOSED},
	},
	[SESSION_HALF_CLOSED] = {
		[OPENER]   = {SESSION_HALF_CLOSED, SESSION_HALF_CLOSED, SESSION_CLOSED,      SESSION_CLOSED},
		[ANSWERER] = {SESSION_HALF_CLOSED, SESSION_HALF_CLOSED, SESSION_CLOSED,      SESSION_CLOSED},
	},
	[SESSION_CLOSED] = {
		[OPENER]   = {SESSION_CLOSED,      SESSION_CLOSED,      SESSION_CLOSED,      SESSION_CLOSED},
		[ANSWERER] = {SESSION_CLOSED,      SESSION_CLOSED,      SESSION_CLOSED,      SESSION_CLOSED},
	},
	[SESSION_JOINED] = {
		[OPENER]   = {SESSION_JOINED,      SESSION_JOINED,      SESSION_HALF_CLOSED, SESSION_CLOSED},
		[ANSWERER] = {SESSION_JOINED,      SESSION_JOINED,      SESSION_HALF_CLOSED, SESSION_CLOSED},
	},
	// Nothing of a refused session reaches the other side, so nothing but a new SYN changes it.
	[SESSION_REFUSED] = {
		[OPENER]   = {SESSION_REFUSED,     SESSION_REFUSED,     SESSION_REFUSED,     SESSION_REFUSED},
		[ANSWERER] = {SESSION_REFUSED,     SESSION_REFUSED,     SESSION_REFUSED,     SESSION_REFUSED},
	},
};
// clang-format on

enum session_input
session_input(uint8_t tcp_flags)
{
	if (tcp_flags & TCP_RST)
		return INPUT_RESET;
	if (tcp_flags & TCP_FIN)
		return INPUT_FIN;
	return tcp_flags & TCP_SYN ? INPUT_ANSWER : INPUT_DATA;
}

enum session_state
session_next(enum session_state state, enum session_input input, bool by_opener, bool *fin_by_opener)
{
	// A side that repeats its FIN has not closed the other's half.
	if (state == SESSION_HALF_CLOSED && input == INPUT_FIN && *fin_by_opener == by_opener)
		return SESSION_HALF_CLOSED;
	if (input == INPUT_FIN)
		*fin_by_opener = by_opener;
	return next[state][by_opener ? OPENER : ANSWERER][input];
}

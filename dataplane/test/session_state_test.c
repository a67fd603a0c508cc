// SPDX-License-Identifier: Apache-2.0
// session_state.c against RFC 9293 3.3.2 and 3.10.7, seen from the middle: each row is one segment of one side.

#include "session_state.h"

#include "test.h"

#define SYN TCP_SYN
#define ACK TCP_ACK
#define FIN TCP_FIN
#define RST TCP_RST
#define PSH 0x08
#define URG 0x20

enum who { OPENER, ANSWERER };

struct row {
	enum session_state from;
	enum who who;
	uint8_t flags;
	enum session_state to;
};

static const struct row rows[] = {
	// The handshake, in the order of its segments; what comes twice changes nothing.
	{SESSION_SYN, ANSWERER, SYN | ACK, SESSION_ANSWERED},
	{SESSION_ANSWERED, ANSWERER, SYN | ACK, SESSION_ANSWERED},
	{SESSION_ANSWERED, OPENER, ACK, SESSION_ESTABLISHED},
	{SESSION_ANSWERED, OPENER, PSH | ACK, SESSION_ESTABLISHED},
	{SESSION_ESTABLISHED, ANSWERER, SYN | ACK, SESSION_ESTABLISHED},
	{SESSION_ESTABLISHED, OPENER, SYN | ACK, SESSION_ESTABLISHED},
	// The answering side alone establishes nothing.
	{SESSION_SYN, ANSWERER, ACK, SESSION_SYN},
	{SESSION_SYN, ANSWERER, PSH | ACK, SESSION_SYN},
	{SESSION_ANSWERED, ANSWERER, ACK, SESSION_ANSWERED},
	{SESSION_ANSWERED, ANSWERER, PSH | ACK, SESSION_ANSWERED},
	// A SYN+ACK that was not seen (it came by another way) does not keep the opener's ACK from establishing.
	{SESSION_SYN, OPENER, ACK, SESSION_ESTABLISHED},
	{SESSION_SYN, OPENER, SYN | ACK, SESSION_SYN},
	// Data, of either side, whatever else is set.
	{SESSION_ESTABLISHED, OPENER, ACK, SESSION_ESTABLISHED},
	{SESSION_ESTABLISHED, ANSWERER, PSH | ACK, SESSION_ESTABLISHED},
	{SESSION_ESTABLISHED, OPENER, PSH | ACK | URG, SESSION_ESTABLISHED},
	{SESSION_ESTABLISHED, ANSWERER, 0, SESSION_ESTABLISHED},
	{SESSION_JOINED, OPENER, ACK, SESSION_JOINED},
	{SESSION_JOINED, ANSWERER, ACK, SESSION_JOINED},
	{SESSION_JOINED, OPENER, SYN | ACK, SESSION_JOINED},
	{SESSION_JOINED, ANSWERER, SYN | ACK, SESSION_JOINED},
	// The first FIN closes one half, in any state that has one; the other half goes on.
	{SESSION_SYN, OPENER, FIN | ACK, SESSION_HALF_CLOSED},
	{SESSION_ANSWERED, OPENER, FIN | ACK, SESSION_HALF_CLOSED},
	{SESSION_ANSWERED, ANSWERER, FIN | ACK, SESSION_HALF_CLOSED},
	{SESSION_ESTABLISHED, OPENER, FIN | ACK, SESSION_HALF_CLOSED},
	{SESSION_ESTABLISHED, ANSWERER, FIN | PSH | ACK, SESSION_HALF_CLOSED},
	{SESSION_ESTABLISHED, ANSWERER, FIN, SESSION_HALF_CLOSED},
	{SESSION_JOINED, OPENER, FIN | ACK, SESSION_HALF_CLOSED},
	{SESSION_JOINED, ANSWERER, FIN | ACK, SESSION_HALF_CLOSED},
	{SESSION_HALF_CLOSED, OPENER, PSH | ACK, SESSION_HALF_CLOSED},
	{SESSION_HALF_CLOSED, ANSWERER, PSH | ACK, SESSION_HALF_CLOSED},
	{SESSION_HALF_CLOSED, ANSWERER, SYN | ACK, SESSION_HALF_CLOSED},
	// A reset ends it, whatever else is set.
	{SESSION_SYN, ANSWERER, RST | ACK, SESSION_CLOSED},
	{SESSION_SYN, OPENER, RST, SESSION_CLOSED},
	{SESSION_ANSWERED, OPENER, RST, SESSION_CLOSED},
	{SESSION_ANSWERED, ANSWERER, RST | ACK, SESSION_CLOSED},
	{SESSION_ESTABLISHED, OPENER, RST | ACK, SESSION_CLOSED},
	{SESSION_ESTABLISHED, ANSWERER, RST | FIN | ACK, SESSION_CLOSED},
	{SESSION_ESTABLISHED, ANSWERER, RST | SYN, SESSION_CLOSED},
	{SESSION_HALF_CLOSED, OPENER, RST, SESSION_CLOSED},
	{SESSION_HALF_CLOSED, ANSWERER, RST, SESSION_CLOSED},
	{SESSION_JOINED, OPENER, RST, SESSION_CLOSED},
	{SESSION_JOINED, ANSWERER, RST | ACK, SESSION_CLOSED},
	// Stray segments after the end: the last ACK, a repeated FIN, late data.
	{SESSION_CLOSED, OPENER, ACK, SESSION_CLOSED},
	{SESSION_CLOSED, ANSWERER, FIN | ACK, SESSION_CLOSED},
	{SESSION_CLOSED, OPENER, FIN | ACK, SESSION_CLOSED},
	{SESSION_CLOSED, ANSWERER, SYN | ACK, SESSION_CLOSED},
	{SESSION_CLOSED, ANSWERER, RST, SESSION_CLOSED},
	// A session whose SYN was refused is none: no segment brings it to life or ends it.
	{SESSION_REFUSED, OPENER, ACK, SESSION_REFUSED},
	{SESSION_REFUSED, ANSWERER, SYN | ACK, SESSION_REFUSED},
	{SESSION_REFUSED, OPENER, FIN | ACK, SESSION_REFUSED},
	{SESSION_REFUSED, OPENER, RST, SESSION_REFUSED},
	{SESSION_REFUSED, ANSWERER, RST, SESSION_REFUSED},
};

static enum session_state
step(enum session_state from, enum who who, uint8_t flags, bool *fin_by_opener)
{
	return session_next(from, session_input(flags), who == OPENER, fin_by_opener);
}

static void
each_segment_moves_a_session_as_tcp_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		bool fin_by_opener = false;
		enum session_state to = step(rows[i].from, rows[i].who, rows[i].flags, &fin_by_opener);

		if (to != rows[i].to)
			fail_msg("row %zu: state %d on flags %#x of %d gives %d, not %d", i, rows[i].from,
				 rows[i].flags, rows[i].who, to, rows[i].to);
	}
}

static void
a_side_that_repeats_its_fin_does_not_close_the_others_half(void **state)
{
	static const enum session_state open[] = {SESSION_ANSWERED, SESSION_ESTABLISHED, SESSION_JOINED};

	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(open); i++) {
		enum who first = i % 2 == 0 ? OPENER : ANSWERER, second = i % 2 == 0 ? ANSWERER : OPENER;
		// What an earlier session in the entry left behind.
		bool fin_by_opener = first != OPENER;
		enum session_state now = step(open[i / 2], first, FIN | ACK, &fin_by_opener);

		assert_int_equal(now, SESSION_HALF_CLOSED);
		for (int repeat = 0; repeat < 3; repeat++) {
			now = step(now, second, PSH | ACK, &fin_by_opener);
			now = step(now, first, FIN | ACK, &fin_by_opener);
			assert_int_equal(now, SESSION_HALF_CLOSED);
		}
		now = step(now, second, FIN | ACK, &fin_by_opener);
		assert_int_equal(now, SESSION_CLOSED);
	}
}

static void
no_segment_frees_an_entry_or_makes_it_live_again(void **state)
{
	(void)state;
	for (int from = SESSION_SYN; from <= SESSION_REFUSED; from++) {
		for (unsigned i = 0; i < 2 * 256; i++) {
			bool fin_by_opener = i % 3 == 0;
			enum session_state to =
				step(from, i & 1 ? OPENER : ANSWERER, (uint8_t)(i >> 1), &fin_by_opener);

			assert_int_not_equal(to, SESSION_FREE);
			assert_true(to < SESSION_STATES);
			assert_true((to == SESSION_REFUSED) == (from == SESSION_REFUSED));
			if (from == SESSION_CLOSED)
				assert_int_equal(to, SESSION_CLOSED);
			if (from == SESSION_HALF_CLOSED)
				assert_true(to == SESSION_HALF_CLOSED || to == SESSION_CLOSED);
		}
	}
}

static void
idle_times_outlast_the_retransmissions_that_need_the_entry(void **state)
{
	(void)state;
	for (int from = SESSION_SYN; from < SESSION_STATES; from++)
		assert_true(session_idle_ms[from] > 0);
	// Linux' waits between SYNs: 1, 2, 4, 8, 16, 32 and 64 s (tcp_syn_retries 6).
	assert_true(session_idle_ms[SESSION_SYN] > 64000);
	assert_true(session_idle_ms[SESSION_REFUSED] > 32000);
	// TIME-WAIT strays come within seconds; an entry that is over must not crowd out live ones.
	assert_true(session_idle_ms[SESSION_CLOSED] < session_idle_ms[SESSION_REFUSED]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_segment_moves_a_session_as_tcp_does),
		cmocka_unit_test(a_side_that_repeats_its_fin_does_not_close_the_others_half),
		cmocka_unit_test(no_segment_frees_an_entry_or_makes_it_live_again),
		cmocka_unit_test(idle_times_outlast_the_retransmissions_that_need_the_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

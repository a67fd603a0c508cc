// SPDX-License-Identifier: Apache-2.0
// pipeline.c and signal_sessions.c: what opens a session, what repeats its opening, what joins it in the middle.

#include "smtp.h"

static void
a_retransmitted_syn_counts_once(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t i = 1; i <= 10; i++)
		for (int repeat = 0; repeat < 3; repeat++)
			assert_int_equal(open_smtp(&fixture, i), VERDICT_FORWARD);
	// Also when the server has answered, and in the breach.
	for (uint16_t i = 1; i <= 10; i++) {
		struct talk talk = smtp(i);
		assert_int_equal(fixture_down(&fixture, &talk, SYN_ACK, 9), VERDICT_FORWARD);
		assert_int_equal(open_smtp(&fixture, i), VERDICT_FORWARD);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 10);
	assert_int_equal(FIXTURE_COUNTER(&fixture, retransmissions), 30);
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
a_syn_repeated_as_slowly_as_linux_repeats_it_counts_once(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	assert_int_equal(open_smtp(&fixture, 1), VERDICT_FORWARD);
	// tcp_syn_retries 6.
	for (uint64_t wait = 1000; wait <= 64000; wait *= 2) {
		fixture_wait(&fixture, wait, 100);
		assert_int_equal(open_smtp(&fixture, 1), VERDICT_FORWARD);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 1);
	assert_int_equal(FIXTURE_COUNTER(&fixture, retransmissions), 7);
	fixture_stop(&fixture);
}

static void
the_same_port_with_a_new_sequence_number_counts(void **state)
{
	struct talk talk = smtp(40000);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint32_t i = 1; i <= 10; i++)
		assert_int_equal(fixture_up(&fixture, &talk, SYN, i), VERDICT_FORWARD);
	assert_int_equal(fixture_up(&fixture, &talk, SYN, 11), VERDICT_REFUSE);
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 10);
	fixture_stop(&fixture);
}

// A sender that hides a new session behind the old one's SYN.
static void
the_same_syn_after_an_end_counts(void **state)
{
	static const struct {
		uint8_t up, down;
	} ends[] = {{RST, 0}, {RST | ACK, 0}, {0, RST}, {0, RST | ACK}, {FIN_ACK, FIN_ACK}};

	(void)state;
	for (size_t e = 0; e < LENGTH(ends); e++) {
		struct talk talk = smtp(40000);
		struct fixture fixture;
		start(&fixture);
		for (int i = 0; i < 10; i++) {
			assert_int_equal(fixture_up(&fixture, &talk, SYN, 7), VERDICT_FORWARD);
			if (ends[e].up != 0)
				assert_int_equal(fixture_up(&fixture, &talk, ends[e].up, 8), VERDICT_FORWARD);
			if (ends[e].down != 0)
				assert_int_equal(fixture_down(&fixture, &talk, ends[e].down, 8), VERDICT_FORWARD);
		}
		assert_int_equal(fixture_up(&fixture, &talk, SYN, 7), VERDICT_REFUSE);
		assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 10);
		fixture_stop(&fixture);
	}
}

static void
a_session_joined_in_the_middle_is_forwarded_and_not_counted(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 50; port++) {
		struct talk talk = smtp(1000 + port);
		assert_int_equal(fixture_up(&fixture, &talk, port % 2 ? ACK : ACK | 0x08, 5), VERDICT_FORWARD);
		assert_int_equal(fixture_down(&fixture, &talk, ACK, 5), VERDICT_FORWARD);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_joined), 50);
	open_many(&fixture, 1, 10);
	assert_int_equal(open_smtp(&fixture, 11), VERDICT_REFUSE);
	// In the breach as well, and those that were there before go on.
	struct talk late = smtp(2000), early = smtp(1001);
	assert_int_equal(fixture_up(&fixture, &late, ACK, 5), VERDICT_FORWARD);
	fixture_assert_goes_on(&fixture, &early);
	fixture_stop(&fixture);
}

// An ACK sent ahead of the SYN is no way round the quota.
static void
a_syn_on_a_joined_session_counts(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 11; port++) {
		struct talk talk = smtp(port);
		assert_int_equal(fixture_up(&fixture, &talk, ACK, 1000u + port), VERDICT_FORWARD);
		assert_int_equal(open_smtp(&fixture, port), port <= 10 ? VERDICT_FORWARD : VERDICT_REFUSE);
	}
	fixture_stop(&fixture);
}

static void
other_flags_beside_the_syn_do_not_hide_it(void **state)
{
	static const uint8_t also[] = {0, TCP_FIN, 0x08, 0x20, 0x40, 0x80, 0xc0, TCP_FIN | 0x08 | 0x20};
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (uint16_t port = 1; port <= 20; port++) {
		struct talk talk = smtp(port);
		assert_int_equal(fixture_up(&fixture, &talk, SYN | also[port % LENGTH(also)], 1),
				 port <= 10 ? VERDICT_FORWARD : VERDICT_REFUSE);
	}
	fixture_stop(&fixture);
}

// A far end that answers each SYN with a reset that its client does not take must not use up the client's quota.
static void
a_reset_that_acknowledges_nothing_makes_no_repeated_syn_count(void **state)
{
	struct talk talk = smtp(40000);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(fixture_up(&fixture, &talk, SYN, 7), VERDICT_FORWARD);
		assert_int_equal(fixture_down(&fixture, &talk, RST, 1000), VERDICT_FORWARD);
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_opened), 1);
	fixture_stop(&fixture);
}

static void
a_strangers_syn_makes_no_repeated_syn_count(void **state)
{
	struct talk talk = smtp(40000);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(fixture_up(&fixture, &talk, SYN, 7), VERDICT_FORWARD);
		assert_int_equal(fixture_down(&fixture, &talk, SYN, 99), VERDICT_FORWARD);
	}
	// Nor does it hide a session that the subscriber opens himself.
	for (uint32_t i = 2; i <= 10; i++)
		assert_int_equal(fixture_up(&fixture, &talk, SYN, 7 + i), VERDICT_FORWARD);
	assert_int_equal(fixture_up(&fixture, &talk, SYN, 100), VERDICT_REFUSE);
	fixture_stop(&fixture);
}

static void
a_reset_of_an_unknown_session_passes_and_leaves_nothing(void **state)
{
	struct talk talk = smtp(40000);
	struct fixture fixture;

	(void)state;
	start(&fixture);
	assert_int_equal(fixture_up(&fixture, &talk, RST, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_down(&fixture, &talk, RST | ACK, 1), VERDICT_FORWARD);
	assert_null(fixture_session(&fixture, &talk));
	assert_int_equal(FIXTURE_COUNTER(&fixture, sessions_joined), 0);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_retransmitted_syn_counts_once),
		cmocka_unit_test(a_syn_repeated_as_slowly_as_linux_repeats_it_counts_once),
		cmocka_unit_test(the_same_port_with_a_new_sequence_number_counts),
		cmocka_unit_test(the_same_syn_after_an_end_counts),
		cmocka_unit_test(a_reset_that_acknowledges_nothing_makes_no_repeated_syn_count),
		cmocka_unit_test(a_strangers_syn_makes_no_repeated_syn_count),
		cmocka_unit_test(a_session_joined_in_the_middle_is_forwarded_and_not_counted),
		cmocka_unit_test(a_syn_on_a_joined_session_counts),
		cmocka_unit_test(other_flags_beside_the_syn_do_not_hide_it),
		cmocka_unit_test(a_reset_of_an_unknown_session_passes_and_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

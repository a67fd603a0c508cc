// SPDX-License-Identifier: Apache-2.0
// Attacks on tables too small for them (docs/exhaustion.md): what is done, what is counted, and that bystanders do not notice.

#include "pipeline.h"

#include "bystanders.h"
#include "test.h"

#include <netinet/in.h>

#define FLOOD 20000 // openings, in 20 seconds

static const struct engine_size size = {
	.workers = 1, .sessions = 160, .subscribers = 64, .watches = 32, .detectors = 4};

static struct bystanders bystanders; // too large for a stack

// One opening of a flood: the number makes it differ from all others.
typedef enum verdict (*opening)(struct fixture *fixture, uint32_t number);

static enum verdict
zombie_opens(struct fixture *fixture, uint32_t number, uint16_t server_port)
{
	char server[INET_ADDRSTRLEN];
	struct talk talk = fixture_talk("10.66.66.66", (uint16_t)(1024 + number), server_port);

	talk.server = server;
	snprintf(server, sizeof(server), "198.51.%u.%u", number >> 8 & 0xff, number & 0xff);
	return fixture_up(fixture, &talk, SYN, number);
}

static enum verdict
zombie_opens_mail(struct fixture *fixture, uint32_t number)
{
	return zombie_opens(fixture, number, MAIL);
}

static enum verdict
zombie_opens_submission(struct fixture *fixture, uint32_t number)
{
	return zombie_opens(fixture, number, SUBMISSION);
}

// Each from an address, or within tags, that nobody has used before.
static enum verdict
stranger_opens(struct fixture *fixture, uint32_t number, uint8_t protocol, uint16_t server_port)
{
	struct talk talk = fixture_talk("10.7.0.1", 1024, server_port);
	char source[INET_ADDRSTRLEN];

	talk.protocol = protocol;
	if (number % 2 == 0) {
		snprintf(source, sizeof(source), "10.8.%u.%u", number >> 8 & 0xff, number & 0xff);
		talk.subscriber = source;
	} else {
		talk.tags[0] = (struct frame_tag){0x88a8, (uint16_t)(number >> 12)};
		talk.tags[1] = (struct frame_tag){0x8100, (uint16_t)(number & 0xfff)};
	}
	return fixture_up(fixture, &talk, SYN, number);
}

static enum verdict
stranger_opens_mail(struct fixture *fixture, uint32_t number)
{
	return stranger_opens(fixture, number, POLICY_TCP, MAIL);
}

static enum verdict
stranger_sends_a_datagram(struct fixture *fixture, uint32_t number)
{
	return stranger_opens(fixture, number, POLICY_UDP, 4000);
}

// Starts the bystanders, floods while they go on, and returns how many openings were refused. Within one period.
static uint32_t
flood(struct fixture *fixture, opening open)
{
	uint32_t refused = 0;

	fixture_start(fixture, &size);
	bystanders_policy(fixture);
	bystanders_start(&bystanders, fixture);
	for (uint32_t number = 0; number < FLOOD; number++) {
		refused += open(fixture, number) == VERDICT_REFUSE;
		if (number % 1000 == 0)
			bystanders_go_on(&bystanders);
		fixture->now_ms++;
		fixture_sweep(fixture);
	}
	return refused;
}

// Every session that was judged had an entry, which is still there or has left for a reason that was counted.
static void
assert_entries_are_accounted_for(const struct fixture *fixture)
{
	uint64_t judged = FIXTURE_COUNTER(fixture, sessions_opened) + FIXTURE_COUNTER(fixture, sessions_refused) +
			  FIXTURE_COUNTER(fixture, sessions_joined);
	uint64_t left = FIXTURE_COUNTER(fixture, sessions_evicted) + FIXTURE_COUNTER(fixture, sessions_expired);

	assert_int_equal(judged, left + FIXTURE_COUNTER(fixture, session_table_full) +
					 fixture->engine.pipelines[0].sessions.used);
}

static void
a_blocked_subscribers_syn_flood_costs_him_his_own_entries(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_int_equal(flood(&fixture, zombie_opens_mail), FLOOD - QUOTA);
	assert_true(FIXTURE_COUNTER(&fixture, sessions_refused) >= FLOOD - QUOTA);
	assert_int_equal(FIXTURE_COUNTER(&fixture, session_table_full), 0);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 0);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscriber_table_full), 0);
	assert_entries_are_accounted_for(&fixture);
	bystanders_use_up_their_quotas(&bystanders);
	bystanders_assert_baseline(&fixture);
	fixture_stop(&fixture);
}

static void
a_syn_flood_that_nobody_blocks_makes_room_for_itself_and_never_takes_an_answered_session(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_int_equal(flood(&fixture, zombie_opens_submission), 0);
	assert_int_equal(FIXTURE_COUNTER(&fixture, session_table_full), 0);
	assert_true(FIXTURE_COUNTER(&fixture, sessions_evicted) > FLOOD - size.sessions);
	assert_entries_are_accounted_for(&fixture);
	bystanders_use_up_their_quotas(&bystanders);
	bystanders_assert_baseline(&fixture);
	fixture_stop(&fixture);
}

static void
with_answered_sessions_only_a_newcomer_is_judged_without_an_entry(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_start(&fixture, &size);
	bystanders_policy(&fixture);
	bystanders_start(&bystanders, &fixture);
	for (uint16_t port = 1; port <= 1000; port++) {
		struct talk talk = fixture_talk("10.66.66.66", port, SUBMISSION);
		assert_int_equal(fixture_up(&fixture, &talk, SYN, 1), VERDICT_FORWARD);
		assert_int_equal(fixture_down(&fixture, &talk, SYN_ACK, 1), VERDICT_FORWARD);
	}
	assert_int_equal(fixture.engine.pipelines[0].sessions.used, size.sessions);
	assert_entries_are_accounted_for(&fixture);
	uint64_t full = FIXTURE_COUNTER(&fixture, session_table_full);
	fixture_assert_quota(&fixture, "10.0.0.9", MAIL, 1, QUOTA);
	assert_int_equal(FIXTURE_COUNTER(&fixture, session_table_full), full + QUOTA + 1);
	bystanders_go_on(&bystanders);
	bystanders_use_up_their_quotas(&bystanders);
	bystanders_assert_baseline(&fixture);
	fixture_stop(&fixture);
}

// What comes from so many addresses is not refused: none of them has used up a quota.
static void
a_flood_of_random_sources_displaces_only_those_who_counted_as_little(void **state)
{
	const opening floods[] = {stranger_opens_mail, stranger_sends_a_datagram};

	(void)state;
	for (size_t f = 0; f < LENGTH(floods); f++) {
		struct fixture fixture;

		assert_int_equal(flood(&fixture, floods[f]), 0);
		const struct pipeline *pipeline = &fixture.engine.pipelines[0];
		// Every newcomer had a record, which is still there, has aged, or made room for another.
		assert_int_equal(pipeline->subscribers.used, size.subscribers);
		assert_int_equal(FIXTURE_COUNTER(&fixture, subscribers_created), BYSTANDERS + FLOOD);
		assert_int_equal(FIXTURE_COUNTER(&fixture, subscriber_table_full),
				 BYSTANDERS + FLOOD - size.subscribers -
					 FIXTURE_COUNTER(&fixture, subscribers_expired));
		assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full),
				 floods[f] == stranger_opens_mail ? BYSTANDERS + FLOOD - size.watches : 0);
		assert_entries_are_accounted_for(&fixture);
		bystanders_use_up_their_quotas(&bystanders);
		bystanders_assert_baseline(&fixture);
		fixture_stop(&fixture);
	}
}

// The one attack that bystanders notice: newcomers are not counted while every watch is in breach.
static void
a_pool_full_of_breaches_counts_no_newcomer_and_forgets_no_breach(void **state)
{
	struct fixture fixture;
	char source[INET_ADDRSTRLEN];

	(void)state;
	fixture_start(&fixture, &size);
	bystanders_policy(&fixture);
	bystanders_start(&bystanders, &fixture);
	for (unsigned zombie = 0; zombie < size.watches - BYSTANDERS; zombie++) {
		snprintf(source, sizeof(source), "10.66.0.%u", zombie);
		fixture_assert_quota(&fixture, source, MAIL, 1, QUOTA);
	}
	bystanders_use_up_their_quotas(&bystanders);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 0);
	for (uint16_t port = 1; port <= 3 * QUOTA; port++)
		assert_int_equal(fixture_open(&fixture, "10.0.0.9", port, MAIL), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, watch_pool_full), 3 * QUOTA);
	bystanders_go_on(&bystanders);
	// From the next second after the period on he is counted.
	fixture_wait(&fixture, PERIOD_MS + SWEEP_WATCHES_MS, 100);
	fixture_assert_quota(&fixture, "10.0.0.9", MAIL, 1000, QUOTA);
	bystanders_assert_baseline(&fixture);
	fixture_stop(&fixture);
}

static void
what_made_room_is_no_damage_to_the_next_process(void **state)
{
	const struct engine_size small = {
		.workers = 1, .sessions = 2000, .subscribers = 100, .watches = 400, .detectors = 4};
	struct fixture fixture;
	char address[16];

	(void)state;
	fixture_start(&fixture, &small);
	fixture_apply_quota(&fixture, 10, 60000);
	for (int i = 0; i < 300; i++) {
		snprintf(address, sizeof(address), "10.1.%d.%d", i / 100, i % 100);
		// The later ones are counted nothing, and those of whom one is counted make room for them.
		fixture_open(&fixture, address, 1, i < 150 ? 25 : 80);
	}
	assert_true(FIXTURE_COUNTER(&fixture, subscriber_table_full) > 0);
	fixture_restart(&fixture, 1);
	assert_int_equal(fixture.adoption.subscribers, small.subscribers);
	assert_int_equal(fixture.adoption.dropped, 0);
	assert_true(fixture.adoption.watches <= small.subscribers);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blocked_subscribers_syn_flood_costs_him_his_own_entries),
		cmocka_unit_test(
			a_syn_flood_that_nobody_blocks_makes_room_for_itself_and_never_takes_an_answered_session),
		cmocka_unit_test(with_answered_sessions_only_a_newcomer_is_judged_without_an_entry),
		cmocka_unit_test(a_flood_of_random_sources_displaces_only_those_who_counted_as_little),
		cmocka_unit_test(a_pool_full_of_breaches_counts_no_newcomer_and_forgets_no_breach),
		cmocka_unit_test(what_made_room_is_no_damage_to_the_next_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

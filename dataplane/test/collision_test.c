// SPDX-License-Identifier: Apache-2.0
// Keys made to collide by somebody who knows the secret, which nobody does (docs/exhaustion.md): what is done at full buckets, and
// that another process, whose secret is another, has none of it.

#include "pipeline.h"

#include "bystanders.h"
#include "test.h"

#include <netinet/in.h>

#define BUCKETS 2 // of a key

// Tables that are far from full when two of their buckets are.
static const struct engine_size size = {
	.workers = 1, .sessions = 1000, .subscribers = 200, .watches = 200, .detectors = 4};

static struct bystanders bystanders; // too large for a stack

static bool
share_buckets(const struct tag_table *tags, uint64_t a, uint64_t b)
{
	return tag_table_bucket(tags, a, 0) == tag_table_bucket(tags, b, 0) &&
	       tag_table_bucket(tags, a, 1) == tag_table_bucket(tags, b, 1);
}

static uint64_t
hash_of(const struct fixture *fixture, const struct talk *talk)
{
	struct packet packet = fixture_packet(talk, SIDE_SUBSCRIBER, SYN, 0);

	return hash_bytes(&fixture->engine.secret, &packet.key, sizeof(packet.key));
}

// The next session of the attacker's, by ports alone, that shares both buckets with `hash`.
static struct talk
next_collision(const struct fixture *fixture, uint64_t hash, uint32_t *number)
{
	struct talk talk = fixture_talk("10.66.66.66", 0, SUBMISSION);
	static const char *const servers[] = {"198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"};

	do {
		assert_true(++*number < LENGTH(servers) << 16);
		talk.server = servers[*number >> 16];
		talk.subscriber_port = (uint16_t)*number;
	} while (!share_buckets(&fixture->engine.pipelines[0].sessions.tags, hash, hash_of(fixture, &talk)));
	return talk;
}

// An answered session: it makes no room.
static void
open_answered(struct fixture *fixture, const struct talk *talk)
{
	assert_int_equal(fixture_up(fixture, talk, SYN, 1), VERDICT_FORWARD);
	assert_int_equal(fixture_down(fixture, talk, SYN_ACK, 1), VERDICT_FORWARD);
}

static void
sessions_that_collide_fill_two_buckets_and_are_judged_without_an_entry(void **state)
{
	const struct talk victim = fixture_talk("10.0.0.1", 1, MAIL); // of the bystanders: open all the time
	struct talk collisions[BUCKETS * TAG_SLOTS + 20];
	struct fixture fixture;
	uint32_t number = 0;

	(void)state;
	fixture_start(&fixture, &size);
	bystanders_policy(&fixture);
	bystanders_start(&bystanders, &fixture);
	uint64_t hash = hash_of(&fixture, &victim);
	for (size_t i = 0; i < LENGTH(collisions); i++) {
		collisions[i] = next_collision(&fixture, hash, &number);
		open_answered(&fixture, &collisions[i]);
	}
	// Some of the two buckets are bystanders'. Those that found them full passed all the same.
	uint64_t full = FIXTURE_COUNTER(&fixture, session_table_full);
	assert_in_range(full, 20, LENGTH(collisions));
	assert_true(fixture.engine.pipelines[0].sessions.used < size.sessions / 5);
	struct talk one_more = next_collision(&fixture, hash, &number);
	assert_int_equal(fixture_up(&fixture, &one_more, SYN, 1), VERDICT_FORWARD);
	assert_null(fixture_session(&fixture, &one_more));
	assert_int_equal(FIXTURE_COUNTER(&fixture, session_table_full), full + 1);
	bystanders_go_on(&bystanders);
	bystanders_use_up_their_quotas(&bystanders);
	bystanders_assert_baseline(&fixture);

	full = FIXTURE_COUNTER(&fixture, session_table_full);
	fixture_restart(&fixture, 1);
	for (size_t i = 0; i < LENGTH(collisions); i++) {
		open_answered(&fixture, &collisions[i]);
		assert_non_null(fixture_session(&fixture, &collisions[i]));
	}
	assert_int_equal(FIXTURE_COUNTER(&fixture, session_table_full), full);
	fixture_stop(&fixture);
}

static uint64_t
subscriber_hash(const struct fixture *fixture, const char *text)
{
	const struct address address = address_of(text);
	const struct subscriber_key key = subscriber_key(&address, 128, 0);

	return subscriber_table_hash(&fixture->engine.pipelines[0].subscribers, &key);
}

// The next address that shares both buckets with `hash`.
static void
next_source(const struct fixture *fixture, uint64_t hash, uint32_t *number, char source[INET_ADDRSTRLEN])
{
	do {
		assert_true(++*number < 1 << 16);
		snprintf(source, INET_ADDRSTRLEN, "10.7.%u.%u", *number >> 8 & 0xff, *number & 0xff);
	} while (
		!share_buckets(&fixture->engine.pipelines[0].subscribers.tags, hash, subscriber_hash(fixture, source)));
}

static void
subscribers_that_collide_make_room_for_each_other(void **state)
{
	char sources[BUCKETS * TAG_SLOTS + 20][INET_ADDRSTRLEN];
	struct fixture fixture;
	uint32_t number = 0;

	(void)state;
	fixture_start(&fixture, &size);
	bystanders_policy(&fixture);
	bystanders_start(&bystanders, &fixture);
	uint64_t hash = subscriber_hash(&fixture, "10.0.0.2");
	for (size_t i = 0; i < LENGTH(sources); i++) {
		next_source(&fixture, hash, &number, sources[i]);
		assert_int_equal(fixture_open(&fixture, sources[i], 1, MAIL), VERDICT_FORWARD);
		assert_non_null(fixture_subscriber(&fixture, sources[i], 128, 0));
	}
	uint64_t full = FIXTURE_COUNTER(&fixture, subscriber_table_full);
	assert_in_range(full, 20, 20 + BYSTANDERS);
	assert_true(fixture.engine.pipelines[0].subscribers.used < size.subscribers / 2);
	bystanders_go_on(&bystanders);
	bystanders_use_up_their_quotas(&bystanders);
	bystanders_assert_baseline(&fixture);

	fixture_restart(&fixture, 1);
	for (size_t i = 0; i < LENGTH(sources); i++)
		assert_int_equal(fixture_open(&fixture, sources[i], 1, MAIL), VERDICT_FORWARD);
	assert_int_equal(FIXTURE_COUNTER(&fixture, subscriber_table_full), full);
	assert_int_equal(fixture.engine.pipelines[0].subscribers.used, LENGTH(sources));
	fixture_stop(&fixture);
}

// The tag says nothing against a key that has it too: the key does.
static void
sessions_with_the_same_tag_in_the_same_bucket_are_told_apart(void **state)
{
	struct fixture fixture;
	uint32_t number = 0;
	struct talk twin;

	(void)state;
	fixture_start(
		&fixture,
		&(struct engine_size){.workers = 1, .sessions = 16, .subscribers = 16, .watches = 16, .detectors = 4});
	bystanders_policy(&fixture);
	struct talk talk = fixture_talk("10.0.0.1", 1, MAIL);
	do
		twin = next_collision(&fixture, hash_of(&fixture, &talk), &number);
	while (tag_of(hash_of(&fixture, &twin)) != tag_of(hash_of(&fixture, &talk)));
	open_answered(&fixture, &talk);
	open_answered(&fixture, &twin);
	assert_int_equal(fixture_up(&fixture, &twin, RST, 2), VERDICT_FORWARD);
	assert_int_equal(fixture_session(&fixture, &twin)->state, SESSION_CLOSED);
	assert_int_equal(fixture_session(&fixture, &talk)->state, SESSION_ANSWERED);
	fixture_assert_goes_on(&fixture, &talk);
	fixture_stop(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_that_collide_fill_two_buckets_and_are_judged_without_an_entry),
		cmocka_unit_test(subscribers_that_collide_make_room_for_each_other),
		cmocka_unit_test(sessions_with_the_same_tag_in_the_same_bucket_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

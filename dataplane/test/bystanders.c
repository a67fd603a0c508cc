// SPDX-License-Identifier: Apache-2.0
// Bystanders: see bystanders.h.

#include "bystanders.h"

#include "test.h"

#define PAGES 80

enum { TALKER, HALFWAY, BLOCKED };

static const char *const addresses[BYSTANDERS] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
static const uint16_t first_mails[BYSTANDERS] = {2, 4, QUOTA};

// The session that the first one has open all the time.
static const struct talk open_mail = {"10.0.0.1", "198.51.100.25", 1, MAIL, 0, {{0}}};

static const struct naive_quota quotas[NAIVE_QUOTAS] = {
	{POLICY_TCP, MAIL, QUOTA, PERIOD_MS, true},
	{POLICY_TCP, SUBMISSION, QUOTA, PERIOD_MS, false},
};

void
bystanders_policy(struct fixture *fixture)
{
	const struct policy_parts parts = {
		.subscriber_ageing_seconds = 30,
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(
			blob_service, {.port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER},
			{.port_range = 1, .port_ranges = 1, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER}),
		.port_ranges = LIST(blob_port_range, {MAIL, MAIL}, {SUBMISSION, SUBMISSION}),
		.packages = LIST(blob_package, {.detectors = 2}),
		.detectors = LIST(blob_detector, BLOCKING(1, 0, QUOTA, PERIOD_MS), REPORTING(2, 1, QUOTA, PERIOD_MS)),
	};

	fixture_apply(fixture, &parts);
}

// A packet that the engine and the naive appliance agree on.
static enum verdict
says(struct bystanders *bystanders, const struct talk *talk, enum side side, uint8_t tcp_flags, uint32_t sequence)
{
	struct packet packet = fixture_packet(talk, side, tcp_flags, sequence);
	uint8_t verdict;

	fixture_burst(bystanders->fixture, &packet, 1, &verdict);
	assert_int_equal(verdict, naive_judge(&bystanders->naive, &packet, bystanders->fixture->now_ms));
	return verdict;
}

static enum verdict
opens(struct bystanders *bystanders, int who, uint16_t server_port)
{
	struct talk talk = fixture_talk(addresses[who], bystanders->port++, server_port);
	uint32_t sequence = bystanders->sequence++;

	if (says(bystanders, &talk, SIDE_SUBSCRIBER, SYN, sequence) == VERDICT_REFUSE)
		return VERDICT_REFUSE;
	says(bystanders, &talk, SIDE_NETWORK, SYN_ACK, 1);
	says(bystanders, &talk, SIDE_SUBSCRIBER, ACK, sequence + 1);
	says(bystanders, &talk, SIDE_SUBSCRIBER, FIN_ACK, sequence + 1);
	says(bystanders, &talk, SIDE_NETWORK, FIN_ACK, 2);
	return VERDICT_FORWARD;
}

void
bystanders_start(struct bystanders *bystanders, struct fixture *fixture)
{
	*bystanders = (struct bystanders){.fixture = fixture, .naive.quotas = quotas, .port = 100, .sequence = 1000};
	says(bystanders, &open_mail, SIDE_SUBSCRIBER, SYN, 1);
	says(bystanders, &open_mail, SIDE_NETWORK, SYN_ACK, 1);
	says(bystanders, &open_mail, SIDE_SUBSCRIBER, ACK, 2);
	for (int who = 0; who < BYSTANDERS; who++)
		for (uint16_t i = who == TALKER; i < first_mails[who]; i++)
			assert_int_equal(opens(bystanders, who, MAIL), VERDICT_FORWARD);
	assert_int_equal(opens(bystanders, BLOCKED, MAIL), VERDICT_REFUSE);
}

void
bystanders_go_on(struct bystanders *bystanders)
{
	says(bystanders, &open_mail, SIDE_SUBSCRIBER, ACK, 2);
	says(bystanders, &open_mail, SIDE_NETWORK, ACK, 2);
	for (int who = 0; who < BYSTANDERS; who++)
		assert_int_equal(opens(bystanders, who, PAGES), VERDICT_FORWARD);
	assert_int_equal(opens(bystanders, BLOCKED, MAIL), VERDICT_REFUSE);
}

void
bystanders_use_up_their_quotas(struct bystanders *bystanders)
{
	struct session *session = fixture_session(bystanders->fixture, &open_mail);

	assert_non_null(session);
	assert_int_equal(session->state, SESSION_ESTABLISHED);
	for (int who = 0; who < BYSTANDERS; who++) {
		for (uint16_t i = first_mails[who]; i < QUOTA; i++)
			assert_int_equal(opens(bystanders, who, MAIL), VERDICT_FORWARD);
		assert_int_equal(opens(bystanders, who, MAIL), VERDICT_REFUSE);
	}
}

static void
assert_no_tag(const struct tag_table *tags)
{
	for (uint32_t bucket = 0; bucket < tags->bucket_count; bucket++)
		assert_int_equal(tag_bucket_match(&tags->buckets[bucket], 0), UINT32_MAX);
}

void
bystanders_assert_baseline(struct fixture *fixture)
{
	const struct pipeline *pipeline = &fixture->engine.pipelines[0];

	fixture_wait(fixture, session_idle_ms[SESSION_ESTABLISHED] + PERIOD_MS + SWEEP_SUBSCRIBERS_MS, 500);
	assert_int_equal(pipeline->sessions.used, 0);
	assert_int_equal(pipeline->subscribers.used, 0);
	assert_int_equal(pipeline->subscribers.free_count, fixture->size.subscribers);
	assert_int_equal(pipeline->watches.used, 0);
	assert_int_equal(pipeline->watches.free_count, fixture->size.watches);
	assert_no_tag(&pipeline->sessions.tags);
	assert_no_tag(&pipeline->subscribers.tags);
	assert_int_equal(FIXTURE_COUNTER(fixture, sessions), 0);
	assert_int_equal(FIXTURE_COUNTER(fixture, subscribers), 0);
	assert_int_equal(FIXTURE_COUNTER(fixture, watches), 0);
	assert_int_equal(FIXTURE_COUNTER(fixture, breaches), FIXTURE_COUNTER(fixture, breaches_ended));
}

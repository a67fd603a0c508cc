// SPDX-License-Identifier: Apache-2.0
// Plain copies: see plain_copy.h.

#include "plain_copy.h"

#include <assert.h>
#include <string.h>

_Static_assert(PLAIN_SAMPLE_BYTES == SAMPLE_BYTES_MAX, "a whole sample has a place");
_Static_assert(sizeof(struct engine_counters) / sizeof(counter) <= NUMBERS_MAX, "every counter has a place");

void
numbers_add(struct numbers *numbers, const char *name, uint64_t value)
{
	assert(numbers->count < NUMBERS_MAX);
	numbers->each[numbers->count].name = name;
	numbers->each[numbers->count].value = value;
	numbers->count++;
}

void
numbers_add_engine(struct numbers *numbers, const struct engine_counters *counters)
{
	unsigned i = 0;

	numbers->count = 0;
#define X(counter_name)                                                                                                \
	numbers->each[i].name = #counter_name;                                                                         \
	numbers->each[i++].value += counter_read(&counters->counter_name);
	ENGINE_COUNTERS(X)
	ENGINE_GAUGES(X)
#undef X
	numbers->count = i;
}

struct histogram
histogram_of(const counter *buckets, unsigned count)
{
	struct histogram histogram = {.count = count};

	assert(count <= NUMBERS_MAX);
	for (unsigned i = 0; i < count; i++)
		histogram.each[i] = counter_read(&buckets[i]);
	return histogram;
}

struct plain_subscriber
plain_subscriber_of(const struct address *address, uint8_t prefix_length, uint32_t tags)
{
	struct plain_subscriber plain = {
		.prefix_length = prefix_length,
		.outer_vlan = tags >> 12 & 0xfff,
		.inner_vlan = tags & 0xfff,
	};

	memcpy(plain.address, address->bytes, sizeof(plain.address));
	return plain;
}

_Static_assert(PLAIN_DESTINATIONS == WATCH_DESTINATIONS, "all of a breach's destinations have a place");

void
plain_destinations_of(const struct destination destinations[], uint32_t count, uint64_t now_ms,
		      struct plain_breach *breach)
{
	breach->destination_count = count;
	for (uint32_t d = 0; d < count; d++) {
		struct plain_destination *plain = &breach->destinations[d];

		memcpy(plain->address, destinations[d].address.bytes, sizeof(plain->address));
		plain->port = destinations[d].port;
		plain->sessions = destinations[d].sessions;
		plain->seen_ms = now_ms - (uint32_t)((uint32_t)now_ms - destinations[d].seen_ms);
	}
}

static const char *
reason_name(unsigned reason)
{
	static const char *const names[] = {
		[EVENT_OVER] = "over",
		[EVENT_RELEASED] = "released",
		[EVENT_POLICY] = "policy",
	};

	return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : NULL;
}

bool
plain_event_of(const struct event *event, struct plain_event *plain)
{
	uint8_t shortest = address_is_ipv4(&event->address) ? ADDRESS_IPV4_PREFIX : 0;

	*plain = (struct plain_event){
		.breach =
			{
				.subscriber = plain_subscriber_of(&event->address, event->prefix_length, event->tags),
				.detector = event->detector,
				.period_ms = event->period_ms,
				.hold_ms = event->hold_ms,
				.counted = event->counted,
				.refused = event->refused,
				.period_started_ms = event->period_started_ms,
			},
		.sequence = event->sequence,
		.time_ms = event->time_ms,
		.generation = event->generation,
		.ended = event->kind == EVENT_BREACH_ENDED,
		.reason = reason_name(event->reason),
	};
	if (event->destination_count > WATCH_DESTINATIONS || plain->ended != (plain->reason != NULL))
		return false;
	plain_destinations_of(event->destinations, event->destination_count, event->time_ms, &plain->breach);
	return (event->kind == EVENT_BREACH_STARTED || event->kind == EVENT_BREACH_ENDED) && event->detector != 0 &&
	       event->prefix_length >= shortest && event->prefix_length <= 128 && event->tags < 1u << 24;
}

const char *
kind_name(enum packet_kind kind)
{
	static const char *const names[] = {
		[PACKET_OTHER] = "other", [PACKET_MALFORMED] = "malformed",
		[PACKET_IP] = "ip",       [PACKET_EVASIVE] = "evasive",
		[PACKET_TCP] = "tcp",     [PACKET_FRAGMENT] = "fragment",
		[PACKET_UDP] = "udp",
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
}

const char *
state_name(enum session_state state)
{
	static const char *const names[SESSION_STATES] = {
		[SESSION_FREE] = "untracked",          [SESSION_SYN] = "syn",
		[SESSION_ANSWERED] = "answered",       [SESSION_ESTABLISHED] = "established",
		[SESSION_HALF_CLOSED] = "half-closed", [SESSION_CLOSED] = "closed",
		[SESSION_JOINED] = "joined",           [SESSION_REFUSED] = "refused",
		[SESSION_EXCHANGE] = "exchange",
	};

	return state < SESSION_STATES ? names[state] : NULL;
}

static const char *
verdict_name(unsigned verdict)
{
#define X(name) #name,
	static const char *const names[SAMPLE_VERDICTS] = {"forwarded", DROP_REASONS(X) "injected"};
#undef X

	return verdict < SAMPLE_VERDICTS ? names[verdict] : NULL;
}

bool
plain_sample_of(const struct sample *sample, unsigned links, struct plain_sample *plain)
{
	*plain = (struct plain_sample){
		.sequence = sample->sequence,
		.time_us = sample->time_us,
		.services = sample->services,
		.subscriber = plain_subscriber_of(&sample->subscriber, 128, sample->tags),
		.owned = sample->kind >= PACKET_IP,
		.kind = kind_name(sample->kind),
		.verdict = verdict_name(sample->verdict),
		.state = sample->state == SESSION_FREE ? NULL : state_name(sample->state),
		.generation = sample->generation,
		.length = sample->length,
		.captured = sample->captured,
		.link = sample->link,
		.from_network = sample->side == SIDE_NETWORK,
	};
	if (plain->kind == NULL || plain->verdict == NULL || sample->state >= SESSION_STATES || sample->link >= links ||
	    sample->side >= SIDES || sample->tags >= 1u << 24 || sample->captured > SAMPLE_BYTES_MAX ||
	    sample->captured > sample->length)
		return false;
	memcpy(plain->bytes, sample->bytes, sample->captured);
	return true;
}

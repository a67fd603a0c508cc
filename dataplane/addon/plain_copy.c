// SPDX-License-Identifier: Apache-2.0
// Plain copies: see plain_copy.h.

#include "plain_copy.h"

#include <assert.h>
#include <string.h>

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
				.counted = event->counted,
				.refused = event->refused,
				.period_started_ms = event->period_started_ms,
			},
		.sequence = event->sequence,
		.time_ms = event->time_ms,
		.ended = event->kind == EVENT_BREACH_ENDED,
	};
	return (event->kind == EVENT_BREACH_STARTED || event->kind == EVENT_BREACH_ENDED) && event->detector != 0 &&
	       event->prefix_length >= shortest && event->prefix_length <= 128 && event->tags < 1u << 24;
}

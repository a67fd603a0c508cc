// SPDX-License-Identifier: Apache-2.0
// Those who used most in a minute: one pass over the watches, and a heap of as many as are wanted, the least on top.

#include "region_reader.h"

#include <stdlib.h>

static uint64_t
bits_set(const uint8_t bitmap[16])
{
	uint64_t count = 0;

	for (unsigned i = 0; i < 16; i++)
		count += (unsigned)__builtin_popcount(bitmap[i]);
	return count;
}

static uint64_t
value_of(const struct plain_usage *usage, enum usage_metric metric)
{
	switch (metric) {
	case USAGE_SESSIONS:
		return usage->sessions;
	case USAGE_REFUSED:
		return usage->refused;
	case USAGE_DESTINATIONS:
		return bits_set(usage->destinations);
	default:
		return usage->bytes;
	}
}

static void
swap(struct top *one, struct top *other)
{
	struct top kept = *one;

	*one = *other;
	*other = kept;
}

static void
sift_up(struct top *heap, uint32_t at)
{
	for (; at > 0 && heap[at].value < heap[(at - 1) / 2].value; at = (at - 1) / 2)
		swap(&heap[at], &heap[(at - 1) / 2]);
}

static void
sift_down(struct top *heap, uint32_t count)
{
	for (uint32_t at = 0, least;; at = least) {
		least = at;
		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
			if (heap[child].value < heap[least].value)
				least = child;
		if (least == at)
			return;
		swap(&heap[at], &heap[least]);
	}
}

static void
keep(struct usage_tops *tops, const struct plain_usage *usage, uint64_t value)
{
	if (tops->count < tops->max) {
		tops->heap[tops->count] = (struct top){.usage = *usage, .value = value};
		sift_up(tops->heap, tops->count++);
	} else if (value > tops->heap[0].value) {
		tops->heap[0] = (struct top){.usage = *usage, .value = value};
		sift_down(tops->heap, tops->count);
	}
}

// The greatest first.
static int
compare(const void *one, const void *other)
{
	const struct top *a = one, *b = other;

	return (a->value < b->value) - (a->value > b->value);
}

void
region_reader_tops(const struct region_reader *reader, struct usage_walk *walk, struct usage_tops *tops)
{
	struct usage_found found;

	while (region_reader_usage(reader, walk, &found)) {
		for (unsigned i = 0; i < found.count; i++) {
			uint64_t value = value_of(&found.each[i], tops->metric);
			if (found.each[i].service != tops->service || value == 0)
				continue;
			tops->active++;
			tops->total += value;
			keep(tops, &found.each[i], value);
		}
	}
	qsort(tops->heap, tops->count, sizeof(*tops->heap), compare);
}

// SPDX-License-Identifier: Apache-2.0
// region.c: the parts of a region lie apart and within it, and a header that says otherwise is refused.

#include "region.h"

#include "test.h"

static const struct region_geometry geometry = {
	.engine = {.workers = 2, .sessions = 1000, .subscribers = 300, .watches = 50, .detectors = 4},
	.links = 2,
};

// A region as the fast path makes it, in memory of exactly its size.
static void *
new_region(const struct region_geometry *of, size_t *size)
{
	struct region_header header = {0};

	region_header_fill(&header, of);
	void *memory = exact_memory(header.size);
	memcpy(memory, &header, sizeof(header));
	*size = header.size;
	return memory;
}

struct part {
	const uint8_t *begin, *end;
};

static int
by_begin(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static void
assert_apart(struct part parts[], size_t count, const uint8_t *memory, size_t size)
{
	qsort(parts, count, sizeof(*parts), by_begin);
	assert_true(parts[0].begin == memory);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal((uintptr_t)parts[i].begin % 64, 0);
		assert_true(parts[i].end <= (i + 1 < count ? parts[i + 1].begin : memory + size));
	}
}

#define PART(from, count) ((struct part){(const void *)(from), (const void *)((from) + (count))})

static void
parts_lie_apart_and_within_the_file(void **state)
{
	static const struct region_geometry geometries[] = {
		{{1, 1, 1, 1, 4}, 1},
		{{2, 1000, 300, 50, 12}, 2},
		{{WORKERS_MAX, 7, 32769, 16411, WATCH_DETECTORS_MAX}, LINKS_MAX},
		{{1, 0, 0, 0, 4}, 1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(geometries); i++) {
		struct region region;
		size_t size;
		uint8_t *memory = new_region(&geometries[i], &size);
		assert_null(region_bind(&region, memory, size));

		struct part parts[4 + (1 + SAMPLE_CHANNELS) * WORKERS_MAX + REGION_POLICY_SLOTS] = {
			PART(memory, REGION_HEADER_SIZE),
			PART(region.counters, WORKERS_MAX),
			PART(region.subscribers, geometries[i].engine.subscribers),
			PART((uint8_t *)region.watches,
			     geometries[i].engine.watches * watch_stride(geometries[i].engine.detectors)),
		};
		for (int w = 0; w < WORKERS_MAX; w++)
			parts[4 + w] = PART((uint8_t *)region.rings[w], event_ring_size(REGION_EVENTS));
		for (int r = 0; r < SAMPLE_CHANNELS * WORKERS_MAX; r++)
			parts[4 + WORKERS_MAX + REGION_POLICY_SLOTS + r] = PART(
				(uint8_t *)region.samples[r / WORKERS_MAX][r % WORKERS_MAX], REGION_SAMPLE_RING_SIZE);
		for (int s = 0; s < REGION_POLICY_SLOTS; s++)
			parts[4 + WORKERS_MAX + s] = PART(region.policies[s], 1);
		assert_apart(parts, LENGTH(parts), memory, size);
		// Huge pages.
		assert_int_equal(size % (2 << 20), 0);
		assert_ptr_equal(region.header, memory);
		assert_int_equal(region.size, size);
		free(memory);
	}
}

static void
a_region_of_the_greatest_sizes_does_not_wrap(void **state)
{
	const struct region_geometry greatest = {
		.engine = {.workers = WORKERS_MAX,
			   .sessions = UINT32_MAX,
			   .subscribers = UINT32_MAX,
			   .watches = UINT32_MAX,
			   .detectors = WATCH_DETECTORS_MAX},
		.links = LINKS_MAX,
	};
	struct region_header header = {0};

	(void)state;
	region_header_fill(&header, &greatest);
	assert_true(header.watches - header.subscribers >= UINT64_C(64) * UINT32_MAX);
	assert_true(header.policies - header.watches >= watch_stride(WATCH_DETECTORS_MAX) * UINT32_MAX);
	assert_true(header.size >= header.policies + REGION_POLICY_SLOTS * header.policy_stride);
}

// A page that is shorter than the header is not even looked at: the sanitizer sees where it ends.
static void
a_cut_file_is_refused(void **state)
{
	size_t size;
	uint8_t *memory = new_region(&geometry, &size);
	const size_t sizes[] = {0,       1,           8,       100, REGION_HEADER_SIZE - 1, REGION_HEADER_SIZE,
				1 << 20, size - 4096, size - 1};
	struct region region;

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		uint8_t *cut = exact_memory(sizes[i]);
		memcpy(cut, memory, sizes[i]);
		assert_non_null(region_bind(&region, cut, sizes[i]));
		free(cut);
	}
	assert_null(region_bind(&region, memory, size));
	free(memory);
}

static void
a_file_of_other_bytes_is_refused(void **state)
{
	uint64_t seed = 3;
	struct region region;
	const size_t size = 4 << 20;
	uint8_t *memory = exact_memory(size);

	(void)state;
	assert_non_null(region_bind(&region, memory, size));
	random_fill(&seed, memory, size);
	assert_non_null(region_bind(&region, memory, size));
	memcpy(memory, REGION_MAGIC, 8);
	assert_non_null(region_bind(&region, memory, size));
	free(memory);
}

#define FIELD(name)                                                                                                    \
	{                                                                                                              \
#name, offsetof(struct region_header, name), sizeof(((struct region_header *)0)->name)                 \
	}

// Every field from which a part's place follows, or which says what the file is.
static const struct {
	const char *name;
	size_t at, size;
} fields[] = {
	FIELD(magic),
	FIELD(version),
	FIELD(layout),
	FIELD(size),
	FIELD(engine.subscribers),
	FIELD(engine.watches),
	FIELD(engine.detectors),
	FIELD(event_capacity),
	FIELD(counters),
	FIELD(rings),
	FIELD(ring_stride),
	FIELD(subscribers),
	FIELD(watches),
	FIELD(policies),
	FIELD(policy_stride),
	FIELD(samples),
};

static void
a_header_with_any_such_byte_changed_is_refused_with_a_sentence(void **state)
{
	size_t size;
	uint8_t *memory = new_region(&geometry, &size);

	(void)state;
	for (size_t f = 0; f < LENGTH(fields); f++) {
		for (size_t i = 0; i < fields[f].size; i++) {
			uint8_t *byte = memory + fields[f].at + i, good = *byte;
			for (int value = 0; value < 256; value++) {
				struct region region;
				if (value == good)
					continue;
				*byte = (uint8_t)value;
				const char *wrong = region_bind(&region, memory, size);
				if (wrong == NULL)
					fail_msg("%s, byte %zu: %d is not refused", fields[f].name, i, value);
				assert_int_not_equal(wrong[strlen(wrong) - 1], '.');
			}
			*byte = good;
		}
	}
	free(memory);
}

static void
workers_and_links_are_within_their_limits(void **state)
{
	size_t size;
	struct region_header *header = new_region(&geometry, &size);
	struct region region;

	(void)state;
	for (uint32_t n = 0; n <= 300; n++) {
		header->engine.workers = n;
		assert_int_equal(region_bind(&region, header, size) == NULL, n >= 1 && n <= WORKERS_MAX);
		header->engine.workers = 1;
		header->links = n;
		assert_int_equal(region_bind(&region, header, size) == NULL, n >= 1 && n <= LINKS_MAX);
		header->links = 1;
	}
	free(header);
}

// Sizes that fit one another and not the file: it was cut, or the header is another file's.
static void
a_header_of_a_greater_region_is_refused(void **state)
{
	size_t size, greater_size;
	struct region_geometry greater = geometry;
	struct region region;

	(void)state;
	greater.engine.subscribers += 100000;
	uint8_t *memory = new_region(&geometry, &size), *other = new_region(&greater, &greater_size);
	assert_true(greater_size > size);
	memcpy(memory, other, REGION_HEADER_SIZE);
	assert_non_null(region_bind(&region, memory, size));
	assert_null(region_bind(&region, other, greater_size));
	free(memory);
	free(other);
}

static void
a_policy_slots_checksum_sees_every_bit(void **state)
{
	uint8_t bytes[200] = {1, 2, 3};
	uint64_t good = policy_slot_checksum(bytes, sizeof(bytes));

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(policy_slot_checksum(bytes, sizeof(bytes)) != good);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(policy_slot_checksum(bytes, sizeof(bytes) - 1) != good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_lie_apart_and_within_the_file),
		cmocka_unit_test(a_region_of_the_greatest_sizes_does_not_wrap),
		cmocka_unit_test(a_cut_file_is_refused),
		cmocka_unit_test(a_file_of_other_bytes_is_refused),
		cmocka_unit_test(a_header_with_any_such_byte_changed_is_refused_with_a_sentence),
		cmocka_unit_test(workers_and_links_are_within_their_limits),
		cmocka_unit_test(a_header_of_a_greater_region_is_refused),
		cmocka_unit_test(a_policy_slots_checksum_sees_every_bit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

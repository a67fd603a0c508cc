// SPDX-License-Identifier: Apache-2.0
// The parser's bytes in one piece, however a frame lies in its buffers.

#include "head.h"

#include "test.h"

#define FRAME_MAX 600

// A frame of `length` bytes in buffers of exactly the given sizes, so that a sanitizer sees a read beyond one.
struct chain {
	uint32_t length;
	uint8_t bytes[FRAME_MAX];
	struct rte_mbuf *first;
};

static void
chain_make(struct chain *chain, const uint16_t *sizes, unsigned count)
{
	struct rte_mbuf **link = &chain->first;

	*chain = (struct chain){0};
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *segment = exact_memory(sizeof(*segment));
		segment->buf_addr = malloc(sizes[i]);
		segment->data_len = sizes[i];
		for (uint16_t b = 0; b < sizes[i]; b++)
			chain->bytes[chain->length + b] = (uint8_t)(7 * (chain->length + b));
		memcpy(segment->buf_addr, chain->bytes + chain->length, sizes[i]);
		chain->length += sizes[i];
		*link = segment;
		link = &segment->next;
	}
	chain->first->nb_segs = (uint16_t)count;
	chain->first->pkt_len = chain->length;
}

static void
chain_free(struct chain *chain)
{
	struct rte_mbuf *next;

	for (struct rte_mbuf *segment = chain->first; segment != NULL; segment = next) {
		next = segment->next;
		free(segment->buf_addr);
		free(segment);
	}
}

static void
assert_whole(const uint16_t *sizes, unsigned count)
{
	struct chain chain;
	uint8_t scratch[PACKET_CONTIGUOUS];
	uint32_t length;

	chain_make(&chain, sizes, count);
	const uint8_t *head = head_of(chain.first, scratch, &length);
	assert_int_equal(length, RTE_MIN(chain.length, (uint32_t)PACKET_CONTIGUOUS));
	assert_memory_equal(head, chain.bytes, length);
	chain_free(&chain);
}

static void
a_head_that_lies_in_one_piece_is_not_copied(void **state)
{
	const uint16_t sizes[][2] = {{PACKET_CONTIGUOUS, 0}, {PACKET_CONTIGUOUS, 200}, {400, 100}, {60, 0}};
	uint8_t scratch[PACKET_CONTIGUOUS];
	uint32_t length;
	(void)state;

	for (unsigned i = 0; i < LENGTH(sizes); i++) {
		struct chain chain;
		chain_make(&chain, sizes[i], sizes[i][1] == 0 ? 1 : 2);
		assert_ptr_equal(head_of(chain.first, scratch, &length), chain.first->buf_addr);
		assert_int_equal(length, RTE_MIN(chain.length, (uint32_t)PACKET_CONTIGUOUS));
		chain_free(&chain);
	}
}

static void
any_cut_in_two_gives_the_same_head(void **state)
{
	(void)state;
	for (uint16_t total = 2; total <= 2 * PACKET_CONTIGUOUS; total += 7)
		for (uint16_t first = 1; first < total; first++)
			assert_whole((uint16_t[]){first, (uint16_t)(total - first)}, 2);
}

static void
many_small_buffers_give_the_same_head(void **state)
{
	uint16_t sizes[FRAME_MAX];
	uint64_t seed = 11;
	(void)state;

	for (int round = 0; round < 200; round++) {
		unsigned count = 1 + (unsigned)random_below(&seed, 60);
		for (unsigned i = 0; i < count; i++)
			sizes[i] = (uint16_t)(1 + random_below(&seed, FRAME_MAX / 60));
		assert_whole(sizes, count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_that_lies_in_one_piece_is_not_copied),
		cmocka_unit_test(any_cut_in_two_gives_the_same_head),
		cmocka_unit_test(many_small_buffers_give_the_same_head),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

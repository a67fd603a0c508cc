// SPDX-License-Identifier: Apache-2.0
// Orders about names and mappings: see subscribing.h.

#include "subscribing.h"

#include "workers.h"

#include <stdlib.h>
#include <unistd.h>

// A worker without packets sleeps as long.
#define LOOK_US 50

static void
run(struct workers *workers, struct subscriber_order *order)
{
	for (enum subscriber_phase before = PHASES; subscriber_order_begin(order, before); before = order->phase) {
		for (uint32_t w = 0; w < workers->count; w++)
			atomic_store_explicit(&workers->subscribing[w], order, memory_order_release);
		for (uint32_t w = 0; w < workers->count; w++)
			while (atomic_load_explicit(&workers->subscribing[w], memory_order_acquire) != NULL)
				usleep(LOOK_US);
	}
}

static const char *
check(const struct control_subscribers *asked, uint32_t length)
{
	if (length < sizeof(*asked))
		return "it has another length than an order about subscribers";
	if (asked->changes > CONTROL_CHANGES_MAX)
		return "it has more changes than an order may have";
	if (length != sizeof(*asked) + asked->changes * sizeof(struct subscriber_change))
		return "its length does not fit its changes";
	return subscriber_change_check((const struct subscriber_change *)(asked + 1), asked->changes);
}

enum control_status
subscribing_order(struct workers *workers, const void *payload, uint32_t length, uint32_t *refused, const char **why)
{
	const struct control_subscribers *asked = payload;

	*refused = 0;
	*why = check(asked, length);
	if (*why != NULL)
		return CONTROL_INVALID;

	struct subscriber_order order = {
		.changes = (const struct subscriber_change *)(asked + 1),
		.count = asked->changes,
		.epoch = asked->epoch,
		.workers = workers->count,
		.states = calloc(asked->changes + 1, sizeof(*order.states)),
	};
	*refused = asked->changes;
	if (workers->engine != NULL && order.states != NULL) {
		run(workers, &order);
		*refused = subscriber_order_refused(&order);
	}
	free(order.states);
	if (*refused == 0)
		return CONTROL_OK;
	*why = "there is no room for all of its names and mappings";
	return CONTROL_FULL;
}

enum control_status
subscribing_sweep(struct workers *workers, const void *payload, uint32_t length, const char **why)
{
	const struct control_sweep *asked = payload;

	if (length != sizeof(*asked)) {
		*why = "it has another length than an order to sweep";
		return CONTROL_INVALID;
	}
	struct subscriber_order order = {.epoch = asked->epoch, .workers = workers->count};
	if (workers->engine != NULL)
		run(workers, &order);
	return CONTROL_OK;
}

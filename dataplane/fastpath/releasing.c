// SPDX-License-Identifier: Apache-2.0
// Orders to release a subscriber: see releasing.h.

#include "releasing.h"

#include "workers.h"

#include <unistd.h>

// A worker without packets sleeps as long.
#define LOOK_US 50

const char *
releasing_check(const struct control_release *asked)
{
	if (asked->prefix_length > 128)
		return "the subscriber's prefix is longer than an address";
	const struct address first = address_prefix(&asked->address, asked->prefix_length);
	if (!address_equal(&first, &asked->address))
		return "the subscriber's address has bits behind its prefix";
	if (asked->tags >= 1u << 24)
		return "the subscriber's tags are no VLAN ids";
	return NULL;
}

// Returns how many breaches ended.
static unsigned
release(struct workers *workers, const struct control_release *asked)
{
	struct release_order order = {
		.key = subscriber_key(&asked->address, asked->prefix_length, asked->tags),
		.detector = asked->detector,
	};

	if (workers->engine == NULL)
		return 0;
	unsigned owner = pipeline_owner(&workers->engine->secret, &asked->address, workers->count);
	release_place *place = &workers->releases[owner];
	atomic_store_explicit(place, &order, memory_order_release);
	while (atomic_load_explicit(place, memory_order_acquire) != NULL)
		usleep(LOOK_US);
	return order.released;
}

enum control_status
releasing_order(struct workers *workers, const void *payload, uint32_t length, const char **why)
{
	const struct control_release *asked = payload;

	*why = length == sizeof(*asked) ? releasing_check(asked) : "it has another length than an order to release";
	if (*why != NULL)
		return CONTROL_INVALID;
	if (release(workers, asked) > 0)
		return CONTROL_OK;
	*why = "there is no such subscriber, or he is in no breach";
	return CONTROL_UNKNOWN;
}

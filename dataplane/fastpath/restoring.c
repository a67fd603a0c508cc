// SPDX-License-Identifier: Apache-2.0
// Orders to restore a breach: see restoring.h.

#include "restoring.h"

#include "workers.h"

#include <unistd.h>

// A worker without packets sleeps as long.
#define LOOK_US 50

static uint64_t
started_ms(const struct control_restore *asked)
{
	return asked->started_ms[0] | (uint64_t)asked->started_ms[1] << 32;
}

static const char *
check(const struct control_restore *asked)
{
	if (asked->of.detector == 0)
		return "the breach has no detector";
	if (started_ms(asked) == 0 || asked->period_ms == 0 || asked->counted == 0)
		return "the breach has no period";
	return releasing_check(&asked->of);
}

static bool
restore(struct workers *workers, const struct control_restore *asked)
{
	const struct control_release *of = &asked->of;
	struct restore_order order = {
		.breach =
			{
				.key = subscriber_key(&of->address, of->prefix_length, of->tags),
				.started_ms = started_ms(asked),
				.period_ms = asked->period_ms,
				.hold_ms = asked->hold_ms,
				.detector = of->detector,
				.counted = asked->counted,
				.refused = asked->refused,
			},
	};

	if (workers->engine == NULL)
		return false;
	unsigned owner = pipeline_owner(&workers->engine->secret, &of->address, workers->count);
	restore_place *place = &workers->restores[owner];
	atomic_store_explicit(place, &order, memory_order_release);
	while (atomic_load_explicit(place, memory_order_acquire) != NULL)
		usleep(LOOK_US);
	return order.restored;
}

enum control_status
restoring_order(struct workers *workers, const void *payload, uint32_t length, const char **why)
{
	const struct control_restore *asked = payload;

	*why = length == sizeof(*asked) ? check(asked) : "it has another length than an order to restore";
	if (*why != NULL)
		return CONTROL_INVALID;
	if (restore(workers, asked))
		return CONTROL_OK;
	*why = "the breach is over, or nobody can be in it";
	return CONTROL_UNKNOWN;
}

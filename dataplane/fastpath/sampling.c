// SPDX-License-Identifier: Apache-2.0
// Orders to sample: see sampling.h.

#include "sampling.h"

#include "clock.h"
#include "workers.h"

static void
put_in_force(struct sampling *sampling, const struct sample_order *order)
{
	workers_swap_sampling(sampling->workers, order);
	atomic_store_explicit(&sampling->live->sampling_until_ms, order == NULL ? 0 : order->until_ms,
			      memory_order_relaxed);
}

static const char *
check(const struct control_sample *asked)
{
	if (asked->duration_ms > CONTROL_SAMPLE_MS_MAX)
		return "it asks for more than 10 minutes of samples";
	if (asked->rate < 1 || asked->rate > CONTROL_SAMPLE_RATE_MAX)
		return "it asks for an impossible rate of samples";
	if (asked->snap_length < 1 || asked->snap_length > SAMPLE_BYTES_MAX)
		return "it asks for an impossible length of samples";
	return sample_filter_check(&asked->filter);
}

enum control_status
sampling_order(struct sampling *sampling, const void *payload, uint32_t length, const char **why)
{
	const struct control_sample *asked = payload;
	struct sample_order *spare = &sampling->orders[sampling->workers->sampling == &sampling->orders[0]];

	*why = length == sizeof(*asked) ? check(asked) : "it has another length than an order to sample";
	if (*why != NULL)
		return CONTROL_INVALID;
	*spare = (struct sample_order){
		.filter = asked->filter,
		.until_ms = clock_boottime_ms() + asked->duration_ms,
		.rate = asked->rate,
		.snap_length = asked->snap_length,
	};
	put_in_force(sampling, asked->duration_ms == 0 ? NULL : spare);
	return CONTROL_OK;
}

void
sampling_expire(struct sampling *sampling, uint64_t now_ms)
{
	const struct sample_order *order = atomic_load_explicit(&sampling->workers->sampling, memory_order_relaxed);

	if (order != NULL && now_ms >= order->until_ms)
		put_in_force(sampling, NULL);
}

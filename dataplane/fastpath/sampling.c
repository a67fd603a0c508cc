// SPDX-License-Identifier: Apache-2.0
// Orders to sample: see sampling.h.

#include "sampling.h"

#include "clock.h"
#include "workers.h"

static void
put_in_force(struct sampling *sampling, uint32_t channel, const struct sample_order *order)
{
	workers_swap_sampling(sampling->workers, channel, order);
	atomic_store_explicit(&sampling->live->sampling_until_ms[channel], order == NULL ? 0 : order->until_ms,
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
	if (asked->channel >= SAMPLE_CHANNELS)
		return "it asks for samples of a channel that there is not";
	return sample_filter_check(&asked->filter);
}

// The order of the channel that is not in force.
static struct sample_order *
spare_of(struct sampling *sampling, uint32_t channel)
{
	struct sample_order *orders = sampling->orders[channel];

	return &orders[sampling->workers->sampling[channel] == &orders[0]];
}

enum control_status
sampling_order(struct sampling *sampling, const void *payload, uint32_t length, const char **why)
{
	const struct control_sample *asked = payload;

	*why = length == sizeof(*asked) ? check(asked) : "it has another length than an order to sample";
	if (*why != NULL)
		return CONTROL_INVALID;
	struct sample_order *spare = spare_of(sampling, asked->channel);
	*spare = (struct sample_order){
		.filter = asked->filter,
		.preferred = asked->preferred,
		.until_ms = clock_boottime_ms() + asked->duration_ms,
		.rate = asked->rate,
		.snap_length = asked->snap_length,
	};
	put_in_force(sampling, asked->channel, asked->duration_ms == 0 ? NULL : spare);
	return CONTROL_OK;
}

void
sampling_expire(struct sampling *sampling, uint64_t now_ms)
{
	for (uint32_t channel = 0; channel < SAMPLE_CHANNELS; channel++) {
		const struct sample_order *order =
			atomic_load_explicit(&sampling->workers->sampling[channel], memory_order_relaxed);
		if (order != NULL && now_ms >= order->until_ms)
			put_in_force(sampling, channel, NULL);
	}
}

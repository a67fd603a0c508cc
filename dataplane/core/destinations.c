// SPDX-License-Identifier: Apache-2.0
// Evidence: see destinations.h.

#include "destinations.h"

#include "window.h"

// An entry's place: its own, an unused one, or that of the one seen longest ago.
static uint32_t
place_of(const struct watch *watch, const struct other_end *to, uint64_t now_ms)
{
	uint32_t oldest = 0;

	for (uint32_t d = 0; d < watch->destination_count; d++) {
		const struct destination *destination = &watch->destinations[d];
		if (destination->port == to->port && address_equal(&destination->address, &to->address))
			return d;
		if ((uint32_t)now_ms - destination->seen_ms > (uint32_t)now_ms - watch->destinations[oldest].seen_ms)
			oldest = d;
	}
	return watch->destination_count < WATCH_DESTINATIONS ? watch->destination_count : oldest;
}

void
destinations_note(struct watch *watch, const struct other_end *to, uint64_t windows, uint64_t now_ms)
{
	uint32_t place = place_of(watch, to, now_ms);
	struct destination *destination = &watch->destinations[place];

	if (place == watch->destination_count || destination->port != to->port ||
	    !address_equal(&destination->address, &to->address)) {
		// A worker may be killed between any two stores: an entry that is being written is no window's.
		watch->destination_windows[place] = 0;
		atomic_thread_fence(memory_order_release);
		*destination = (struct destination){.address = to->address, .port = to->port};
		atomic_thread_fence(memory_order_release);
		if (place == watch->destination_count)
			watch->destination_count++;
	}
	destination->seen_ms = (uint32_t)now_ms;
	if (destination->sessions < UINT16_MAX)
		destination->sessions++;
	atomic_thread_fence(memory_order_release);
	watch->destination_windows[place] |= windows;
}

void
destinations_forget(struct watch *watch, int window)
{
	for (uint32_t d = 0; d < watch->destination_count; d++)
		watch->destination_windows[d] &= ~(UINT64_C(1) << window);
}

uint32_t
destinations_of(const struct watch *watch, int window, uint64_t now_ms, struct destination found[])
{
	uint64_t since = window_since(&watch->windows[window], now_ms);
	uint32_t count = 0;

	for (uint32_t d = 0; d < watch->destination_count; d++) {
		const struct destination *destination = &watch->destinations[d];
		if ((watch->destination_windows[d] >> window & 1) &&
		    (uint32_t)now_ms - destination->seen_ms <= (uint32_t)(now_ms - since))
			found[count++] = *destination;
	}
	return count;
}

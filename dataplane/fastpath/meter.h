// SPDX-License-Identifier: Apache-2.0
// What a worker's time went into (struct worker_meter says what each figure is): two readings of the time stamp counter a turn,
// nothing a packet. One writer, the worker.

#pragma once

#include "counters.h"

#include <rte_cycles.h>

#include <stdint.h>

struct meter {
	struct worker_meter *totals; // in the region
	uint64_t ticks_a_us;         // at least 1
	uint64_t turn, turn_before;  // when this turn began, and the one before it
};

static inline void
meter_start(struct meter *meter, struct worker_meter *totals, uint64_t tsc_hz)
{
	uint64_t now = rte_rdtsc();

	*meter = (struct meter){
		.totals = totals,
		.ticks_a_us = tsc_hz < 1000000 ? 1 : tsc_hz / 1000000,
		.turn = now,
		.turn_before = now,
	};
}

// The bucket of `value` among `buckets` of which each holds twice as much: i for up to 2^i.
static inline unsigned
meter_bucket(uint64_t value, unsigned buckets)
{
	unsigned bucket = value <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(value - 1);

	return bucket < buckets ? bucket : buckets - 1;
}

// A poll found `packets`, at least one.
static inline void
meter_burst(struct meter *meter, unsigned packets)
{
	counter_add(&meter->totals->bursts[meter_bucket(packets, METER_BURSTS)], 1);
}

// The `packets` found in this turn are sent, dropped or handed over.
static inline void
meter_sent(struct meter *meter, unsigned packets)
{
	if (packets == 0)
		return;
	uint64_t us = (rte_rdtsc() - meter->turn_before) / meter->ticks_a_us;
	counter_add(&meter->totals->latencies[meter_bucket(us + 1, METER_LATENCIES)], packets);
	counter_add(&meter->totals->packets, packets);
}

// A turn that found `packets` is over, and the next one begins.
static inline void
meter_turn(struct meter *meter, unsigned packets)
{
	uint64_t now = rte_rdtsc(), ticks = now - meter->turn;

	counter_add(&meter->totals->ticks, ticks);
	if (packets > 0)
		counter_add(&meter->totals->ticks_busy, ticks);
	meter->turn_before = meter->turn;
	meter->turn = now;
}

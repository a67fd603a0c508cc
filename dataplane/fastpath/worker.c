// SPDX-License-Identifier: Apache-2.0
// Workers: see worker.h.

#include "worker.h"

#include "burst.h"
#include "clock.h"

#include <rte_lcore.h>

#include <unistd.h>

#define IDLE_TURNS    1000 // without a packet before a worker sleeps
#define IDLE_SLEEP_US 50

static void
flush_all(struct worker *worker)
{
	for (uint32_t link = 0; link < worker->shared->ports->links; link++)
		for (int side = 0; side < SIDES; side++)
			outbox_flush(&worker->outboxes[link][side]);
	// Behind what passed of their sessions.
	for (uint32_t link = 0; link < worker->shared->ports->links; link++)
		for (int side = 0; side < SIDES; side++)
			outbox_flush(&worker->resets[link][side]);
}

static unsigned
receive_ports(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST_MAX];
	unsigned received = 0;

	for (uint32_t link = 0; link < worker->shared->ports->links; link++) {
		for (int side = 0; side < SIDES; side++) {
			uint16_t count = port_receive(&worker->shared->ports->ports[link][side],
						      (uint16_t)worker->number, mbufs, BURST_MAX);
			if (count > 0) {
				meter_burst(&worker->meter, count);
				burst_received(worker, mbufs, count, link, side);
			}
			received += count;
		}
	}
	return received;
}

// What other workers received for this one.
static unsigned
receive_handed_over(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST_MAX];
	unsigned received = 0;

	for (uint32_t from = 0; from < worker->shared->count; from++) {
		if (from == worker->number)
			continue;
		unsigned count = rte_ring_sc_dequeue_burst(worker->shared->handover[from][worker->number],
							   (void **)mbufs, BURST_MAX, NULL);
		if (count > 0) {
			meter_burst(&worker->meter, count);
			burst_owned(worker, mbufs, count);
		}
		received += count;
	}
	return received;
}

// `ordered`: an order is being executed.
static void
rest(struct worker *worker, unsigned received, bool ordered, unsigned *idle_turns)
{
	if (received > 0 || ordered)
		*idle_turns = 0;
	if (received > 0)
		return;
	counter_add(&worker->counters->turns_idle, 1);
	if (++*idle_turns >= IDLE_TURNS && !worker->shared->idle_spin)
		usleep(IDLE_SLEEP_US);
}

static void
open_samplers(struct worker *worker)
{
	for (int channel = 0; channel < SAMPLE_CHANNELS; channel++) {
		worker->samplers[channel].ring = worker->shared->samples[channel][worker->number];
		worker->samplers[channel].suppressed = &worker->counters->samples_suppressed[channel];
	}
}

static void
turn_samplers(struct worker *worker)
{
	for (int channel = 0; channel < SAMPLE_CHANNELS; channel++)
		sampler_turn(&worker->samplers[channel],
			     atomic_load_explicit(&worker->shared->sampling[channel], memory_order_acquire),
			     worker->now_ms);
}

static void
open_outboxes(struct worker *worker)
{
	for (uint32_t link = 0; link < worker->shared->ports->links; link++) {
		const struct port *ports = worker->shared->ports->ports[link];
		for (int side = 0; side < SIDES; side++) {
			struct port_counters *counters = &worker->counters->ports[link][side];
			uint16_t queue = (uint16_t)worker->number;
			outbox_open(&worker->outboxes[link][side], &ports[side_other(side)], queue, counters);
			outbox_open_for_resets(&worker->resets[link][side], &ports[side], queue, counters);
		}
	}
}

// True while there is more to do of one.
static bool
execute_orders(const struct worker *worker)
{
	struct workers *shared = worker->shared;

	releasing_turn(&shared->releases[worker->number], worker->pipeline, worker->now_ms);
	restoring_turn(&shared->restores[worker->number], worker->pipeline, worker->policy, worker->now_ms);
	return subscribing_turn(&shared->subscribing[worker->number], worker->pipeline, worker->number, worker->now_ms);
}

int
worker_run(void *argument)
{
	struct workers *shared = argument;
	struct worker worker = {.shared = shared, .number = rte_lcore_id() - 1};
	unsigned idle_turns = 0;

	worker.counters = &shared->counters[worker.number];
	meter_start(&worker.meter, &worker.counters->meter, shared->tsc_hz);
	worker.pipeline = shared->engine == NULL ? NULL : &shared->engine->pipelines[worker.number];
	open_samplers(&worker);
	open_outboxes(&worker);
	rte_rcu_qsbr_thread_register(shared->quiescence, worker.number);
	rte_rcu_qsbr_thread_online(shared->quiescence, worker.number);
	while (!atomic_load_explicit(&shared->stop, memory_order_relaxed)) {
		worker.policy = atomic_load_explicit(&shared->policy, memory_order_acquire);
		worker.now_ms = clock_boottime_ms();
		turn_samplers(&worker);
		bool ordered = worker.pipeline != NULL && execute_orders(&worker);
		unsigned received = receive_ports(&worker) + receive_handed_over(&worker);
		flush_all(&worker);
		meter_sent(&worker.meter, received);
		if (worker.pipeline != NULL && worker.policy != NULL)
			pipeline_sweep(worker.pipeline, worker.policy, worker.now_ms);
		rte_rcu_qsbr_quiescent(shared->quiescence, worker.number);
		counter_add(&worker.counters->heartbeat, 1);
		rest(&worker, received, ordered, &idle_turns);
		meter_turn(&worker.meter, received);
	}
	rte_rcu_qsbr_thread_offline(shared->quiescence, worker.number);
	rte_rcu_qsbr_thread_unregister(shared->quiescence, worker.number);
	return 0;
}

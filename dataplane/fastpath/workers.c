// SPDX-License-Identifier: Apache-2.0
// The workers together: see workers.h.

#include "workers.h"

#include "message.h"
#include "worker.h"

#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include <stdio.h>

static void
make_ring(struct workers *workers, uint32_t from, uint32_t to)
{
	char name[32];

	snprintf(name, sizeof(name), "handover_%u_%u", from, to);
	workers->handover[from][to] =
		rte_ring_create(name, HANDOVER_PACKETS, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (workers->handover[from][to] == NULL)
		fatal("no memory for the rings between workers; use fewer --workers");
}

void
workers_prepare(struct workers *workers)
{
	workers->quiescence = rte_zmalloc("quiescence", rte_rcu_qsbr_get_memsize(workers->count), RTE_CACHE_LINE_SIZE);
	if (workers->quiescence == NULL || rte_rcu_qsbr_init(workers->quiescence, workers->count) != 0)
		fatal("no memory for the workers");
	for (uint32_t from = 0; from < workers->count; from++)
		for (uint32_t to = 0; to < workers->count; to++)
			if (from != to)
				make_ring(workers, from, to);
}

void
workers_launch(struct workers *workers)
{
	for (uint32_t w = 0; w < workers->count; w++)
		if (rte_eal_remote_launch(worker_run, workers, w + 1) != 0)
			fatal("cannot start worker %u", w);
}

void
workers_join(void)
{
	rte_eal_mp_wait_lcore();
}

const struct policy *
workers_swap_policy(struct workers *workers, const struct policy *policy)
{
	const struct policy *before = atomic_exchange_explicit(&workers->policy, policy, memory_order_acq_rel);

	rte_rcu_qsbr_synchronize(workers->quiescence, RTE_QSBR_THRID_INVALID);
	return before;
}

void
workers_swap_sampling(struct workers *workers, uint32_t channel, const struct sample_order *order)
{
	atomic_store_explicit(&workers->sampling[channel], order, memory_order_release);
	rte_rcu_qsbr_synchronize(workers->quiescence, RTE_QSBR_THRID_INVALID);
}

// SPDX-License-Identifier: Apache-2.0
// The rows of the bench's table. bench/README.md says what each is for.

#include "adoption.h"
#include "attacks.h"
#include "row.h"
#include "usage_scan.h"
#include "worker.h"

#include <rte_common.h>

#include <string.h>

#define ADDS(name, n)                                                                                                  \
	{                                                                                                              \
		.counter = offsetof(struct engine_counters, name), .every = (n)                                        \
	}

// Of sessions, in rows whose packets find no watch: 2.7 KB each is much for nothing.
#define FEW_WATCHES (1.0 / 64)

// Of all subscribers, who mailed in the last minute.
#define ADOPTED_WATCHES (1.0 / 16)

// Of all subscribers, who used a measured service in the minute.
#define ACTIVE 0.03

// They have a watch each, of twice as many.
#define MEASURED                                                                                                       \
	.turn = worker_judge, .traffic = traffic_http_then_smtp, .before = 1 + ACTIVE, .residents = 1 + ACTIVE,        \
	.room = {1 + ACTIVE, 1, 2 * ACTIVE}

#define LAPS .measure = row_measure_laps, .turn = worker_judge

// Packets of established sessions of one service.
#define ESTABLISHED(traffic_of, watches)                                                                               \
	LAPS, .traffic = traffic_of, .before = 3, .residents = 1, .room = {1, 1, watches}

// Each subscriber opens another session under so many detectors.
#define WATCHED(detectors_of)                                                                                          \
	LAPS, .traffic = traffic_smtp, .before = 1, .residents = 1, .room = {2, 1, 1}, .spends = true,                 \
	      .quota = {.detectors = detectors_of}, .effects = {ADDS(sessions_opened, 1)}

static const struct row rows[] = {
	{
		.name = "established",
		LAPS,
		.traffic = traffic_established,
		.before = 3,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
	},
	{
		.name = "new-sessions",
		LAPS,
		.traffic = traffic_http,
		.before = 1,
		.residents = 1,
		.room = {2, 1, FEW_WATCHES},
		.spends = true,
		.effects = {ADDS(sessions_opened, 1)},
	},
	{.name = "new-sessions-watched", WATCHED(1)},
	{.name = "watched, 8 detectors", WATCHED(8)},
	{.name = "watched, 32 detectors", WATCHED(32)},
	{
		.name = "web, no detectors",
		ESTABLISHED(traffic_established_web, FEW_WATCHES),
		.quota = {.none = true},
	},
	{
		.name = "web, 32 of mail",
		ESTABLISHED(traffic_established_web, FEW_WATCHES),
		.quota = {.detectors = 32},
	},
	{.name = "mail", ESTABLISHED(traffic_established_mail, 1)},
	{
		.name = "mail, measured",
		ESTABLISHED(traffic_established_mail, 1),
		.quota = {.measured = true},
	},
	{
		.name = "no-engine",
		.measure = row_measure_laps,
		.traffic = traffic_established,
		.turn = worker_swap,
		.room = {1, 1, 1},
	},
	{
		.name = "table-full",
		LAPS,
		.traffic = attack_full_table,
		.before = 2,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
		.effects = {ADDS(sessions_opened, 1), ADDS(session_table_full, 1)},
	},
	{
		.name = "random-sources",
		LAPS,
		.traffic = attack_random_sources,
		.before = 1,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
		.effects = {ADDS(sessions_opened, 1), ADDS(sessions_evicted, 1), ADDS(subscribers_created, 1),
			    ADDS(subscriber_table_full, 1)},
	},
	{
		.name = "syn-flood",
		LAPS,
		.traffic = attack_syn_flood,
		.before = 1,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
		.effects = {ADDS(sessions_refused, 1), ADDS(sessions_evicted, 1)},
	},
	{
		.name = "watch-pool-full",
		LAPS,
		.traffic = attack_watches,
		.before = 1 + 1.0 / ATTACK_WATCHES_SHARE,
		.residents = 1 + 1.0 / ATTACK_WATCHES_SHARE,
		.room = {2 + 1.0 / ATTACK_WATCHES_SHARE, 1 + 1.0 / ATTACK_WATCHES_SHARE, 1.0 / ATTACK_WATCHES_SHARE},
		.spends = true,
		.effects = {ADDS(sessions_opened, 1), ADDS(watch_pool_full, 1)},
	},
	{
		.name = "breach-storm",
		LAPS,
		.traffic = traffic_http_then_smtp,
		.before = 1,
		.residents = 1,
		.room = {2, 1, 1},
		.spends = true,
		.quota = {.threshold = 1},
		.effects = {ADDS(sessions_opened, 1), ADDS(breaches, 1)},
	},
	{
		.name = "collisions",
		LAPS,
		.traffic = attack_collisions,
		.before = 2,
		.residents = 1,
		.room = {1 << 14, 1, 1},
		.weak_secret = true,
		.quota = {.threshold = UINT32_MAX},
		.effects = {ADDS(sessions_opened, 1), ADDS(session_table_full, 1)},
	},
	{
		.name = "fragments",
		LAPS,
		.traffic = attack_fragments,
		.before = 3,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
		.effects = {ADDS(fragments, 2), ADDS(evasive, 4)},
	},
	{
		.name = "tiny-fragments",
		LAPS,
		.traffic = attack_tiny_fragments,
		.before = 1,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
		.effects = {ADDS(evasive, 1), ADDS(fragments_displaced, 1), ADDS(sessions_refused, 1),
			    ADDS(sessions_evicted, 1)},
	},
	{
		.name = "malformed",
		LAPS,
		.traffic = attack_malformed,
		.before = 3,
		.residents = 1,
		.room = {1, 1, FEW_WATCHES},
		.effects = {ADDS(malformed, 1)},
	},
	{
		.name = "adoption",
		.measure = adoption_measure,
		.turn = worker_judge,
		.traffic = traffic_http_then_smtp,
		.before = 1 + ADOPTED_WATCHES,
		.residents = 1 + ADOPTED_WATCHES,
		.room = {1 + ADOPTED_WATCHES, 1, ADOPTED_WATCHES},
	},
	{.name = "usage-scan", .measure = usage_scan_measure, MEASURED},
	{.name = "tops", .measure = usage_tops_measure, MEASURED},
	{
		.name = "established, scanned",
		.measure = usage_scanned_measure,
		.turn = worker_judge,
		.traffic = traffic_established,
		.before = 3,
		.residents = 1,
		.room = {1, 1, 0.25},
	},
};

const struct row *
row_find(const char *name)
{
	for (size_t i = 0; i < RTE_DIM(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

// SPDX-License-Identifier: Apache-2.0
// What one worker has seen: monotonic counters and a few gauges, in the region. One writer, the worker; readers load
// 8-byte words and add the workers up.

#pragma once

#include "packet.h"

#include <stdatomic.h>
#include <stdint.h>

#define LINKS_MAX 4

// Why a packet did not leave by the other port.
#define DROP_REASONS(X)                                                                                                \
	X(refused)       /* of a session that its subscriber's quota refuses */                                        \
	X(evasive)       /* of a blocked subscriber, with the ports or TCP's flags hidden */                           \
	X(cutoff)        /* the link's mode is cutoff */                                                               \
	X(transmit)      /* the other port took no more: down, or its queue was full */                                \
	X(handover_full) /* the owner's ring was full */                                                               \
	X(oversize)      /* longer than the other port carries */

#define X(name) DROP_##name,
enum drop_reason { DROP_REASONS(X) DROP_REASON_COUNT };
#undef X

// For whom packets are sampled (sample.h): each channel has an order, a ring a worker and a reader of its own.
enum sample_channel {
	SAMPLE_CAPTURE, // `postern capture`
	SAMPLE_DHCP,    // what DHCP servers say; only of links that forward: bypass stays free of parsing
	SAMPLE_CHANNELS,
};

#define ENGINE_COUNTERS(X)                                                                                             \
	X(not_ip)              /* packets of other protocols and framings; forwarded */                                \
	X(malformed)           /* packets with a length that does not fit; forwarded */                                \
	X(tunnels)             /* packets of IP in IP, 6in4, GRE, ESP: not entered; forwarded */                       \
	X(fragments)           /* later ones */                                                                        \
	X(fragments_displaced) /* refused datagrams whose later fragments will pass: the table was full */             \
	X(evasive)             /* packets that hide the ports or TCP's flags */                                        \
	X(sessions_opened)     /* TCP and UDP, judged when they opened */                                              \
	X(sessions_joined)     /* TCP seen in the middle: forwarded and not counted */                                 \
	X(sessions_unmapped)   /* opened by or to an address that is no subscriber's: not counted for anybody */       \
	X(sessions_refused)    /* attempts, retransmissions apart */                                                   \
	X(sessions_cut)        /* ended by a breach though they were open */                                           \
	X(retransmissions)     /* of opening SYNs */                                                                   \
	X(sessions_expired)    /* removed by age */                                                                    \
	X(sessions_evicted)    /* entries that made room before their time */                                          \
	X(session_table_full)  /* openings judged without an entry */                                                  \
	X(subscribers_created)                                                                                         \
	X(subscribers_expired)                                                                                         \
	X(subscriber_table_full) /* newcomers that found no free record: another made room, or they have none */       \
	X(watch_pool_full)       /* signals that found no free watch: another made room, or not counted */             \
	X(breaches)              /* declared */                                                                        \
	X(breaches_ended)

#define ENGINE_GAUGES(X)                                                                                               \
	X(sessions)    /* entries in use */                                                                            \
	X(subscribers) /* anonymous ones */                                                                            \
	X(names)       /* subscribers who were introduced */                                                           \
	X(mappings)    /* of names; one that every worker has is counted once */                                       \
	X(watches)     /* taken from the pool */

// Written by one worker only, read by anybody: relaxed 8-byte accesses.
typedef _Atomic uint64_t counter;

static inline void
counter_add(counter *c, uint64_t n)
{
	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline uint64_t
counter_read(const counter *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

// Of one port: of what came in by it, and of the resets that left by it. received = forwarded + the sum of dropped, exactly,
// whenever nothing is in flight; a reset is none of these.
struct port_counters {
	counter received_packets;
	counter received_bytes;
	counter forwarded_packets; // left by the link's other port
	counter forwarded_bytes;
	counter dropped[DROP_REASON_COUNT];
	counter injected_packets; // resets (inject.h) that left by this port
	counter injected_bytes;
	counter injected_lost; // resets that did not: no packet buffer, or the port took no more
};

#define X(name) counter name;
struct engine_counters {
	ENGINE_COUNTERS(X)
	ENGINE_GAUGES(X)
};
#undef X

// Buckets of bursts (the last is of 32 packets) and of latencies (the last begins at half a second: a worker that hangs for a
// second is replaced).
#define METER_BURSTS    6
#define METER_LATENCIES 21

// What a worker's time went into. Ticks are of the processor's time stamp counter, region_live.tsc_hz of them a second. A turn of
// its loop is a poll of every port and of the other workers' rings, what follows for the packets found, and a slice of ageing.
struct worker_meter {
	counter ticks; // of all turns, the idle sleeps between them included
	counter ticks_busy; // of turns that found packets: receiving, judging, sending and ageing, the drivers' work included
	counter packets; // found; a packet that is handed over is found by two workers
	// Polls that found packets, by how many: bucket i holds those of more than 2^(i-1) and up to 2^i.
	counter bursts[METER_BURSTS];
	// Packets by a bound on their latency, from the moment the box could have received them until they were given to the
	// other port, dropped or handed over: bucket i holds those below 2^i microseconds, the last one the rest too. The bound
	// runs from the start of the turn before, whose poll did not find them, to the end of sending; waits in the network card,
	// in its queues and in the ring of a packet that is handed over come before or after and are not in it.
	counter latencies[METER_LATENCIES];
};

struct worker_counters {
	_Alignas(64) counter heartbeat; // one a turn of the worker's loop
	counter turns_idle;             // turns that received nothing
	counter handed_over;            // packets given to their owner, another worker
	counter samples_suppressed
		[SAMPLE_CHANNELS]; // packets that a sample was asked of and not taken: there were too many
	_Alignas(64) struct worker_meter meter;
	_Alignas(64) struct engine_counters engine;
	_Alignas(64) struct port_counters ports[LINKS_MAX][SIDES];
};

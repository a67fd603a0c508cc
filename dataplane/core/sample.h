// SPDX-License-Identifier: Apache-2.0
// Samples: copies of packets that a filter chose, each with what became of it, in a ring of slots (slot_ring.h) in the region.
// Taken by the worker that decided about the packet (fastpath/sampler.h), read by the daemon.

#pragma once

#include "counters.h"
#include "pipeline.h"
#include "slot_ring.h"

#include <stdbool.h>
#include <stdint.h>

#define SAMPLE_SLOT_SIZE 2048
#define SAMPLE_BYTES_MAX 1988 // of a packet: a whole frame of the usual MTU, the beginning of a jumbo frame

// What became of a packet: 0: it was given to the other port; 1 + enum drop_reason: it was not; the last: it is a reset of ours. One that the other port then did not
// take (DROP_transmit) is a forwarded one here: it is known only when the packet may be gone already.
#define SAMPLE_FORWARDED    0
#define SAMPLE_DROPPED(why) (1 + (why))
#define SAMPLE_INJECTED     (1 + DROP_REASON_COUNT)
#define SAMPLE_VERDICTS     (1 + SAMPLE_INJECTED)

struct sample {
	_Atomic uint64_t sequence; // the slot's
	uint64_t time_us;          // CLOCK_BOOTTIME, when its verdict was there
	uint64_t services;         // of its session; bit i: the policy's service i
	struct address subscriber; // the subscriber-side address; only of kinds that have an owner
	uint32_t tags;             // outer VLAN id << 12 | inner VLAN id, of the same kinds
	uint32_t length;           // of the whole frame
	uint16_t captured;         // bytes of it in `bytes`
	uint8_t link;
	uint8_t side;    // enum side: where it came in, or seems to, if it is a reset of ours
	uint8_t kind;    // enum packet_kind
	uint8_t verdict; // SAMPLE_FORWARDED, SAMPLE_DROPPED or SAMPLE_INJECTED
	uint8_t state;   // enum session_state after the packet; SESSION_FREE: it has no session, or was not judged
	uint8_t reserved;
	uint32_t generation; // of the policy that it was judged under; 0: it was not judged
	uint8_t bytes[SAMPLE_BYTES_MAX];
};
_Static_assert(sizeof(struct sample) == SAMPLE_SLOT_SIZE, "a slot");

// Which packets are sampled: those that match every field. Part of the control protocol.
struct sample_filter {
	struct address address; // a prefix of either end's address, its host bits zero
	uint32_t verdicts;      // bit i: verdict i as in struct sample; 0: any
	uint32_t kinds;         // bit i: enum packet_kind i; 0: any
	uint32_t links;         // bit i: link i; 0: any
	uint16_t port;          // of either end, of TCP and UDP, host order; 0: any
	uint8_t prefix_length;  // of `address`, in bits; 0: any packet
	uint8_t protocol;       // of IP; 0: any
	// Of the end that sent it: the one or the other, as `port`; both 0: any.
	uint16_t source_ports[2];
};
_Static_assert(sizeof(struct sample_filter) == 36, "no padding");

// NULL when the filter can be obeyed, else a sentence without a full stop.
const char *sample_filter_check(const struct sample_filter *filter);

bool sample_filter_matches(const struct sample_filter *filter, const struct packet *packet, unsigned verdict);

#define SAMPLE_SOURCES 16

// Sources on the network side whose packets go before those of strangers; a zero address ends them. None: nobody is a stranger. Part
// of the control protocol.
struct sample_sources {
	struct address addresses[SAMPLE_SOURCES];
};

bool sample_from_stranger(const struct sample_sources *sources, const struct packet *packet);

// Fills everything but the sequence, the time, the length and the bytes. `pipeline`: the one that judged the packet, NULL if none
// did.
void sample_describe(struct sample *sample, struct pipeline *pipeline, const struct packet *packet, unsigned verdict);

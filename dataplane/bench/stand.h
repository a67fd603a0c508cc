// SPDX-License-Identifier: Apache-2.0
// The bench's test stand: an engine of one worker over memory of its own, under the first policy, and the buffers of its ports.

#pragma once

#include "engine.h"

#include <stdbool.h>
#include <stdint.h>

// Three lines of each buffer are touched, 3 MiB in all: more than a core's second-level cache, so a packet comes out of the
// third, where a NIC's direct cache access puts it.
#define STAND_BUFFERS 16384

// Shaped like an mbuf of DPDK: metadata, the adapter's private area, headroom, data.
struct buffer {
	_Alignas(64) uint16_t length; // of the frame
	uint8_t side;                 // enum side: the port it came from
	_Alignas(64) uint8_t metadata[64];
	struct packet packet;
	uint8_t headroom[128];
	uint8_t frame[2048];
};

struct stand {
	struct engine engine;
	struct engine_size size;
	struct engine_records records;
	void *engine_memory;
	struct policy *policy;
	struct buffer *buffers; // STAND_BUFFERS
	struct buffer **sent;   // STAND_BUFFERS: the transmit ring
	const char *pages;      // what all of it lies on, in a word
	double ticks_per_ms;    // of the TSC
	uint64_t ticks;         // that turns took since the engine was empty: its clock stands still between them
};

// Makes the stand. False: the machine has not enough memory.
bool stand_init(struct stand *stand, uint32_t sessions, uint32_t subscribers);

// Empties the engine: no session, no subscriber, no watch.
void stand_empty(struct stand *stand);

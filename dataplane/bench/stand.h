// SPDX-License-Identifier: Apache-2.0
// The bench's test stand: an engine of one worker over memory of its own, under the first policy, and the buffers of its ports.

#pragma once

#include "engine.h"
#include "frame.h"

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

// What the policy says of mail. 0 or false: what the first policy says, a detector of STAND_THRESHOLD sessions in a minute.
#define STAND_THRESHOLD     10
#define STAND_DETECTORS_MAX 32
struct stand_quota {
	uint32_t threshold;
	uint32_t detectors; // at most STAND_DETECTORS_MAX
	bool none;          // of mail or of anything else
	bool measured;
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
	uint64_t next;          // number of the traffic's next packet
	uint32_t sessions;      // of the row
	enum framing framing;
};

// The engine's clock.
static inline uint64_t
stand_now_ms(const struct stand *stand)
{
	return (uint64_t)((double)stand->ticks / stand->ticks_per_ms);
}

// Makes the stand but for its engine. False: the machine has not enough memory.
bool stand_init(struct stand *stand, const struct engine_size *size, const struct stand_quota *quota);

// Makes the engine, with no session, no subscriber and no watch, and starts the traffic from its first packet.
void stand_empty(struct stand *stand, const struct hash_secret *secret);

// Fresh random bytes.
struct hash_secret stand_secret(void);

// Processor time of this thread: that in which the core was another process's is not in it.
double stand_processor_ms(void);

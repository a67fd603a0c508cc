// SPDX-License-Identifier: Apache-2.0
// The quota, told naively for the pipeline's fuzz target: who opens his Nth session of a period passes, the next is refused, and
// nobody is refused before. Of subscribers who only ever open sessions that are new beyond doubt; of the others it says nothing.

#pragma once

#include "pipeline.h"

#include <stdbool.h>
#include <stdint.h>

#define QUOTAS               2
#define QUOTA_THRESHOLD_MAX  16
#define MODELLED_MAX         64
#define MODELLED_KEYS_MAX    1024
#define MODELLED_IPV6_PREFIX 64

// Sessions of TCP that a subscriber opens to this port.
struct quota {
	uint16_t port;
	uint32_t period_ms;
	uint32_t threshold;
	bool block;
};

struct modelled {
	struct subscriber_key key;
	bool doubtful; // it sent what may or may not be another session
	struct {
		uint64_t started_ms;
		uint32_t counted;                        // 0: no period yet
		uint32_t passed;                         // ever, or since a release
		uint64_t passed_ms[QUOTA_THRESHOLD_MAX]; // of the last of them: number n at n % QUOTA_THRESHOLD_MAX
	} windows[QUOTAS];
};

struct quota_model {
	struct quota quotas[QUOTAS]; // in force
	// The engine had to forget somebody's watch: who passes may be wrong, and periods may begin later than they would.
	bool lossy;
	uint32_t subscribers, keys;
	struct modelled subscriber[MODELLED_MAX];
	struct session_key opened[MODELLED_KEYS_MAX];
};

// Compares a verdict with the model. Packets are told in the order in which they were judged.
void quota_model_check(struct quota_model *model, const struct packet *packet, enum verdict verdict, uint64_t now_ms);

// A quota's breach was ended by a release: the subscriber's next session begins another period.
void quota_model_release(struct quota_model *model, const struct subscriber_key *key, int quota);

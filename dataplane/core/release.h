// SPDX-License-Identifier: Apache-2.0
// A subscriber's release: his breaches end on an operator's word, before their periods do.

#pragma once

#include "pipeline.h"

#include <stdint.h>

// Ends the breaches by this detector (0: by any) of the subscriber, whom this worker owns. Returns how many there were; 0 also when
// there is no such subscriber.
unsigned release_subscriber(struct pipeline *pipeline, const struct subscriber_key *key, uint32_t detector,
			    uint64_t now_ms);

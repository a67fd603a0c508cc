// SPDX-License-Identifier: Apache-2.0
// Which services a session belongs to: protocol, server port, initiating side, zones. Asked once, when a session opens, and
// again when the policy has changed. Part of the compiled policy: built by the control thread, then immutable.

#pragma once

#include "packet.h"
#include "policy_blob.h"
#include "prefix_table.h"

#include <stdint.h>

// Server ports cut where any service's range begins or ends.
struct port_boundary {
	uint64_t services; // bit i: service i has these ports
	uint32_t first;
	uint32_t reserved;
};

struct port_table {
	struct port_boundary *boundaries;
	uint32_t count;
};

struct classifier {
	struct port_table tcp, udp;
	uint64_t initiated_by[SIDES];          // services that a session opened from this side may belong to
	uint64_t zoned;                        // services with a zone rule
	uint64_t inside[POLICY_SERVICES_MAX];  // of a zoned service: the zones of which the address must be in one
	uint64_t outside[POLICY_SERVICES_MAX]; // ... and those of which it must be in none
	struct prefix_table zones;
};

// Bytes of port boundaries that `port_ranges` ranges need at most, both protocols together.
size_t classifier_ports_size(uint32_t port_ranges);

// Builds everything but `zones` over a zeroed classifier. The blob's arrays are checked already (policy.c).
void classifier_build(struct classifier *classifier, void *ports_memory, const struct blob_service *services,
		      uint32_t count, const struct blob_port_range *ranges);

// The set of services of the session `key`, opened from `initiator`. Bit i is the policy's service i.
uint64_t classifier_services(const struct classifier *classifier, const struct session_key *key, enum side initiator);

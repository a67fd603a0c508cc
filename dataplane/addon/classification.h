// SPDX-License-Identifier: Apache-2.0
// What a policy would do with a session: asked of a policy blob by who wonders, answered by the code that judges packets.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct classification_question {
	uint8_t subscriber[16]; // in the form of core/address.h
	uint8_t network[16];
	bool named;          // a name has the subscriber's address:
	uint8_t name[16];    // its own address,
	uint16_t package_id; // and the package that goes with it
	uint16_t server_port;
	uint8_t protocol;  // of IP
	bool from_network; // who opens it
	uint64_t now_ms;   // CLOCK_BOOTTIME
};

// Sets of services: bit i: the policy's service i.
struct classification_answer {
	bool known; // a name or an anonymous group has the address; all below but the sets of services is nothing otherwise
	bool anonymous; // of a group:
	uint32_t group; // index
	uint16_t template_number;
	uint32_t package;          // its id; an override's, or the name's or the template's
	uint8_t subscriber[16];    // first address of the subscriber's prefix; a name's own
	uint8_t subscriber_length; // in bits of `subscriber`
	uint64_t services;         // that it belongs to
	uint64_t exempt, blocked;  // ... by overrides
	uint64_t measured;         // ... whose usage is counted
	unsigned detector_count;
	uint32_t detectors[64]; // ids of those that count it
};

// What one override does to the session; one that does nothing here is not told.
struct classification_override {
	uint32_t id;
	bool gives_package;
	uint64_t exempt, blocked;
};

struct classification;

// NULL: the policy is refused, or there is no memory; `*wrong` is then a sentence without a full stop. It keeps no pointer into
// the blob.
struct classification *classification_new(const uint8_t *blob, size_t length,
					  const struct classification_question *question, const char **wrong);

struct classification_answer classification_answer(const struct classification *classification);

// The next override in the order in which they decide; false: there are no more.
bool classification_override(struct classification *classification, struct classification_override *override);

void classification_free(struct classification *classification);

#ifdef __cplusplus
}
#endif

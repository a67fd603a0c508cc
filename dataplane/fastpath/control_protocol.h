// SPDX-License-Identifier: Apache-2.0
// The one way in: a Unix stream socket to the control thread. A client sends batches, one after the other; each batch is
// answered whole, in order, before the next is read. Little-endian, no padding. mgmt/engine/control_client.ts is the client.

#pragma once

#include "address.h"
#include "sample.h"
#include "subscriber_change.h"

#include <stdint.h>

#define CONTROL_VERSION   1
#define CONTROL_BYTES_MAX (8u << 20) // of a batch, this header included

struct control_batch {
	uint32_t length;  // of the batch, this header included; a multiple of 4
	uint16_t version; // CONTROL_VERSION; another one is answered `invalid` and the connection is closed
	uint16_t commands;
};

// Followed by `commands` commands, each with its payload.
enum control_kind {
	CONTROL_POLICY = 1,      // payload: a policy blob (core/policy_blob.h)
	CONTROL_SAMPLE = 2,      // payload: a struct control_sample
	CONTROL_RELEASE = 3,     // payload: a struct control_release
	CONTROL_RESTART = 4,     // no payload: the process ends in order, and its supervisor starts the next one
	CONTROL_SUBSCRIBERS = 5, // payload: a struct control_subscribers, then its changes
	CONTROL_SWEEP = 6,       // payload: a struct control_sweep
	CONTROL_RESTORE = 7,     // payload: a struct control_restore
};

#define CONTROL_SAMPLE_MS_MAX   (10u * 60 * 1000)
#define CONTROL_SAMPLE_RATE_MAX 2000 // so that one who looks every 50 ms loses none

// Has the workers copy packets into a channel's sample rings, for a time, in place of what was ordered for it before. Does not
// outlive the process.
struct control_sample {
	struct sample_filter filter;
	uint32_t duration_ms; // from now on; 0: ends it; at most CONTROL_SAMPLE_MS_MAX
	uint32_t rate;        // samples a second of each worker: 1 to CONTROL_SAMPLE_RATE_MAX
	uint32_t snap_length; // bytes of a packet that are kept: 1 to SAMPLE_BYTES_MAX
	uint32_t channel;     // enum sample_channel
	struct sample_sources preferred;
};
_Static_assert(sizeof(struct control_sample) == 308, "no padding");

// Ends a subscriber's breaches before their periods do; unknown when he is in none.
struct control_release {
	struct address address; // first of the subscriber's prefix
	uint32_t tags;          // outer VLAN id << 12 | inner VLAN id
	uint32_t detector;      // the policy's id; 0: all of them
	uint8_t prefix_length;  // of the address form in address.h
	uint8_t reserved[3];
};

// Has a breach go on that another region's records had, until its period and its hold are over; unknown when nobody can be in it.
struct control_restore {
	struct control_release of; // the subscriber and the detector, not 0
	uint32_t started_ms[2];    // of its period, CLOCK_BOOTTIME: low and high half
	uint32_t period_ms;
	uint32_t hold_ms;
	uint32_t counted;
	uint32_t refused;
};
_Static_assert(sizeof(struct control_restore) == 52, "the daemon writes these bytes");

#define CONTROL_CHANGES_MAX 100000

// Changes names and mappings: each as if one after the other, but for names, which are forgotten last. Full when some were refused; the
// others are made. `changes` struct subscriber_change follow.
struct control_subscribers {
	uint32_t epoch; // the mark of names and mappings that the changes speak of
	uint32_t changes;
};

// Takes away the names and mappings with another mark.
struct control_sweep {
	uint32_t epoch;
};

struct control_command {
	uint32_t length; // of the payload; a multiple of 4
	uint16_t kind;   // enum control_kind
	uint16_t reserved;
};

enum control_status {
	CONTROL_OK = 0,
	CONTROL_FULL = 1,    // no room for it now
	CONTROL_UNKNOWN = 2, // no such kind, or it names what does not exist
	CONTROL_INVALID = 3, // `text` says why
};

// The answer: one of these a command.
struct control_answer {
	uint32_t status;     // enum control_status
	uint32_t generation; // of the policy in force after the command
	uint32_t refused;    // changes to subscribers for which there was no room, or no such name to map to
	char text[116];      // zero-terminated; empty when ok
};
_Static_assert(sizeof(struct control_answer) == 128, "the daemon reads these bytes");

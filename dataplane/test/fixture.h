// SPDX-License-Identifier: Apache-2.0
// An engine over plain memory and on a fake clock, which frames go through as they do in the workers: parsed, given to their
// owner, judged.

#pragma once

#include "engine.h"
#include "frame.h"
#include "policy_parts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIXTURE_EVENTS 256 // of a ring

// TCP flags as tests write them.
#define SYN     TCP_SYN
#define ACK     TCP_ACK
#define RST     TCP_RST
#define SYN_ACK (TCP_SYN | TCP_ACK)
#define FIN_ACK (TCP_FIN | TCP_ACK)

struct fixture {
	struct engine engine;
	struct engine_size size;
	struct engine_records records;
	struct engine_adoption adoption; // what the present engine found
	void *memory;                    // the present engine's own
	struct policy *policy;
	uint32_t generation;
	uint64_t now_ms;
	uint64_t seed; // of the engines' secrets
	uint64_t places[WORKERS_MAX], lost;
	// Set by fixture_start_shared: one mapping that holds the records and that a child process shares.
	uint8_t *shared;
	size_t shared_size;
};

void fixture_start(struct fixture *fixture, const struct engine_size *size);
void fixture_start_shared(struct fixture *fixture, const struct engine_size *size);
void fixture_stop(struct fixture *fixture);

// Another process over the same records: another secret, so many workers, no session.
void fixture_restart(struct fixture *fixture, uint32_t workers);

// The policy from the next frame on.
void fixture_apply(struct fixture *fixture, const struct policy_parts *parts);

// The policy of the issue: 10.0.0.0/8 and the /64s of 2001:db8::/32, SMTP that they open, `threshold` in `period_ms`,
// report and block, as detector 1.
void fixture_apply_quota(struct fixture *fixture, uint32_t threshold, uint32_t period_ms);

// What two hosts say to each other.
struct talk {
	const char *subscriber, *server;
	uint16_t subscriber_port, server_port;
	uint8_t protocol; // 0: TCP
	struct frame_tag tags[FRAME_TAGS];
};

// One packet of it, from the subscriber's or from the network's side.
enum verdict fixture_up(struct fixture *fixture, const struct talk *talk, uint8_t tcp_flags, uint32_t sequence);
enum verdict fixture_down(struct fixture *fixture, const struct talk *talk, uint8_t tcp_flags, uint32_t sequence);

// The SYN of a session, from the subscriber, to the server of the address's family; the port is its sequence number too.
struct talk fixture_talk(const char *subscriber, uint16_t port, uint16_t server_port);
enum verdict fixture_open(struct fixture *fixture, const char *subscriber, uint16_t port, uint16_t server_port);

// So many sessions pass, from ports from `first_port` on, and the next is refused.
void fixture_assert_quota(struct fixture *fixture, const char *subscriber, uint16_t server_port, uint16_t first_port,
			  uint16_t passed);

// The rest of a session passes in both directions, from the answer to the last ACK.
void fixture_assert_goes_on(struct fixture *fixture, const struct talk *talk);

// Its entry with the first worker; NULL: none.
struct session *fixture_session(struct fixture *fixture, const struct talk *talk);

// A packet in a burst, for the tests that need several in one.
struct packet fixture_packet(const struct talk *talk, enum side side, uint8_t tcp_flags, uint32_t sequence);
void fixture_burst(struct fixture *fixture, struct packet packets[], unsigned count, uint8_t verdicts[]);

// As many turns of the workers as it takes until nothing is due: they turn many times in a millisecond.
void fixture_sweep(struct fixture *fixture);

// Moves the clock on and sweeps every `step_ms`.
void fixture_wait(struct fixture *fixture, uint64_t wait_ms, uint64_t step_ms);

// The record in this slot.
struct watch *fixture_watch(const struct fixture *fixture, uint32_t slot);

// The next event of any worker; false when there is none.
bool fixture_event(struct fixture *fixture, struct event *event);

// Of all workers together: FIXTURE_COUNTER(fixture, sessions_opened).
uint64_t fixture_counter(const struct fixture *fixture, size_t offset);
#define FIXTURE_COUNTER(fixture, name) fixture_counter(fixture, offsetof(struct engine_counters, name))

// The address's record; NULL: no subscriber.
struct subscriber *fixture_subscriber(const struct fixture *fixture, const char *address, uint8_t prefix_length,
				      uint32_t tags);

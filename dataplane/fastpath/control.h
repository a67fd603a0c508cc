// SPDX-License-Identifier: Apache-2.0
// The control thread's socket: batches of commands in, answers out (control_protocol.h). Never blocks for long on a client.

#pragma once

#include "policies.h"
#include "sampling.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_CLIENTS 4 // the daemon, and a person's tool or two

struct control_client {
	int fd; // -1: none
	uint8_t *bytes;
	size_t received;
	uint64_t since_ms; // of the batch that is being received, else of the connection
};

struct control {
	int listener;
	struct workers *workers;
	struct policies *policies;
	struct sampling *sampling;
	bool restart; // it was ordered: the process is to end
	struct control_client clients[CONTROL_CLIENTS];
};

// Makes the socket PATH, mode 0660, for FASTPATH_GROUP. Ends the process with a sentence when it cannot.
void control_open(struct control *control, const char *path, struct workers *workers, struct policies *policies,
		  struct sampling *sampling);

// Serves clients for up to `timeout_ms`.
void control_serve(struct control *control, int timeout_ms);

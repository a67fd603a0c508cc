// SPDX-License-Identifier: Apache-2.0
// Batches and commands: see control_batch.h.

#include "control_batch.h"

static struct control_taken
refused(const char *wrong)
{
	return (struct control_taken){.over = true, .wrong = wrong};
}

static struct control_taken
execute_batch(const struct control_batch *batch, control_execute execute, void *context)
{
	const uint8_t *at = (const uint8_t *)(batch + 1), *end = (const uint8_t *)batch + batch->length;

	for (unsigned i = 0; i < batch->commands; i++) {
		const struct control_command *command = (const void *)at;
		// Payloads are whole words, so that the next command is aligned too.
		if ((size_t)(end - at) < sizeof(*command) || command->length > (size_t)(end - at) - sizeof(*command) ||
		    command->length % 4 != 0)
			return refused("a command does not fit its batch");
		if (!execute(context, command))
			return (struct control_taken){.over = true};
		at += sizeof(*command) + command->length;
	}
	return (struct control_taken){.used = batch->length};
}

struct control_taken
control_batch_take(const uint8_t *bytes, size_t received, control_execute execute, void *context)
{
	struct control_taken all = {0};

	while (!all.over && received - all.used >= sizeof(struct control_batch)) {
		const struct control_batch *batch = (const void *)(bytes + all.used);
		if (batch->version != CONTROL_VERSION)
			return refused("it speaks another version of the control protocol");
		if (batch->length < sizeof(*batch) || batch->length > CONTROL_BYTES_MAX || batch->length % 4 != 0)
			return refused("a batch has an impossible length");
		if (batch->length > received - all.used)
			break;
		struct control_taken one = execute_batch(batch, execute, context);
		one.used += all.used;
		all = one;
	}
	return all;
}

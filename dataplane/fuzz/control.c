// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the bytes of the control socket, in whatever pieces they arrive. Whatever they are, only bytes that arrived are
// read, a refusal has a sentence, and a policy that is taken can be obeyed.
//
// Input: a byte from which the pieces' lengths follow, then the bytes.

#include "control_batch.h"

#include "input.h"
#include "policy_use.h"
#include "releasing.h"
#include "workers.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

struct client {
	size_t executed; // bytes of commands
	bool gone;
};

static void
check_sentence(const char *wrong)
{
	CHECK(wrong[0] != 0 && wrong[strlen(wrong) - 1] != '.');
}

// As policies_apply does, but for the workers who would be given the policy.
static void
execute_policy(const void *blob, uint32_t length)
{
	const char *wrong = policy_check(blob, length, POLICY_DETECTORS_MAX);

	if (wrong == NULL) {
		void *memory = aligned_alloc(64, policy_size(blob));
		policy_use(policy_compile(blob, memory, 1));
	} else {
		check_sentence(wrong);
	}
}

// Without an engine nobody is in breach.
static void
execute_release(const void *payload, uint32_t length)
{
	struct workers workers = {.count = 1};
	const char *why;

	CHECK(releasing_order(&workers, payload, length, &why) != CONTROL_OK);
	check_sentence(why);
}

static bool
execute(void *context, const struct control_command *command)
{
	struct client *client = context;
	struct input bytes = {(const uint8_t *)(command + 1), command->length};
	void *payload = input_exact(&bytes, command->length);

	client->executed += sizeof(*command) + command->length;
	if (command->kind == CONTROL_POLICY)
		execute_policy(payload, command->length);
	else if (command->kind == CONTROL_RELEASE)
		execute_release(payload, command->length);
	free(payload);
	return !client->gone;
}

// What is left of `bytes` with the next piece behind it, in memory of exactly that size.
static uint8_t *
append(uint8_t *bytes, size_t used, size_t received, struct input *input, size_t piece)
{
	struct input kept = {bytes + used, received - used};
	uint8_t *grown = input_exact(&kept, received - used + piece);

	input_bytes(input, grown + received - used, piece);
	free(bytes);
	return grown;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uint8_t pieces = input_u8(&input);
	size_t received = 0, all = input.left, done = 0;
	struct control_taken taken = {0};
	struct client client = {.gone = pieces == 0xff};
	uint8_t *bytes = input_exact(&input, 0);

	while (input.left > 0 && !taken.over) {
		size_t piece = pieces == 0 || input.left < pieces ? input.left : pieces;
		bytes = append(bytes, taken.used, received, &input, piece);
		received = received - taken.used + piece;
		taken = control_batch_take(bytes, received, execute, &client);
		CHECK(taken.used <= received && taken.used % 4 == 0);
		CHECK(taken.wrong == NULL || (taken.over && taken.wrong[0] != 0));
		done += taken.used;
	}
	CHECK(done <= all && client.executed <= all);
	free(bytes);
	return 0;
}

// Bytes changed at random keep no length right: every other input is made into one batch of one policy again.
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct whole {
		struct control_batch batch;
		struct control_command command;
		struct blob_header policy;
	} whole;

	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 2 == 0 || size < 1 + sizeof(whole))
		return size;
	uint32_t length = (uint32_t)(size - 1) & ~3u;
	memcpy(&whole, data + 1, sizeof(whole));
	whole.batch = (struct control_batch){.length = length, .version = CONTROL_VERSION, .commands = 1};
	whole.command.length = length - sizeof(whole.batch) - sizeof(whole.command);
	whole.command.kind = CONTROL_POLICY;
	memcpy(whole.policy.magic, POLICY_MAGIC, sizeof(whole.policy.magic));
	whole.policy.length = whole.command.length;
	memcpy(data + 1, &whole, sizeof(whole));
	return 1 + length;
}

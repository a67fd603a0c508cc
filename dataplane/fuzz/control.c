// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the bytes of the control socket, in whatever pieces they arrive. Whatever they are, only bytes that arrived are
// read, a refusal has a sentence, a policy that is taken can be obeyed, and changes of subscribers leave an engine that is whole.
//
// Input: a byte from which the pieces' lengths follow, then the bytes.

#include "control_batch.h"

#include "changes.h"
#include "engine_check.h"
#include "input.h"
#include "policy_use.h"
#include "releasing.h"
#include "restoring.h"
#include "workers.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

struct client {
	size_t executed; // bytes of commands
	bool gone;
	struct fixture fixture; // whose subscribers are changed
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

static void
execute_restore(const void *payload, uint32_t length)
{
	struct workers workers = {.count = 1};
	const char *why;

	CHECK(restoring_order(&workers, payload, length, &why) != CONTROL_OK);
	check_sentence(why);
}

static void
execute_subscribers(struct client *client, const void *payload, uint32_t length)
{
	const struct control_subscribers *asked = payload;
	struct workers workers = {.count = 1};
	uint32_t refused;
	const char *why;

	if (subscribing_order(&workers, payload, length, &refused, &why) == CONTROL_INVALID) {
		check_sentence(why);
		return;
	}
	CHECK(refused == asked->changes);
	CHECK(fixture_change(&client->fixture, asked->epoch, (const struct subscriber_change *)(asked + 1),
			     asked->changes) <= asked->changes);
	engine_check(&client->fixture.engine, &client->fixture.records);
}

static void
execute_sweep(struct client *client, const void *payload, uint32_t length)
{
	const struct control_sweep *asked = payload;
	struct workers workers = {.count = 1};
	const char *why;

	if (subscribing_sweep(&workers, payload, length, &why) == CONTROL_INVALID) {
		check_sentence(why);
		return;
	}
	fixture_sweep_names(&client->fixture, asked->epoch);
	engine_check(&client->fixture.engine, &client->fixture.records);
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
	else if (command->kind == CONTROL_RESTORE)
		execute_restore(payload, command->length);
	else if (command->kind == CONTROL_SUBSCRIBERS)
		execute_subscribers(client, payload, command->length);
	else if (command->kind == CONTROL_SWEEP)
		execute_sweep(client, payload, command->length);
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
	static const struct engine_size sizes = {
		.workers = 2, .sessions = 16, .subscribers = 32, .watches = 8, .detectors = 4};
	static struct client client;
	uint8_t *bytes = input_exact(&input, 0);

	client = (struct client){.gone = pieces == 0xff};
	fixture_start(&client.fixture, &sizes);
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
	fixture_stop(&client.fixture);
	free(bytes);
	return 0;
}

static size_t
whole_subscribers(uint8_t *data, size_t size, unsigned seed)
{
	struct whole {
		struct control_batch batch;
		struct control_command command;
		struct control_subscribers asked;
	} whole = {
		.batch = {.version = CONTROL_VERSION, .commands = 1},
		.command = {.kind = CONTROL_SUBSCRIBERS},
		.asked = {.epoch = seed % 4},
	};
	struct subscriber_change change;

	whole.asked.changes = (uint32_t)((size - 1 - sizeof(whole)) / sizeof(change));
	whole.command.length = (uint32_t)(sizeof(whole.asked) + whole.asked.changes * sizeof(change));
	whole.batch.length = (uint32_t)(sizeof(whole.batch) + sizeof(whole.command)) + whole.command.length;
	memcpy(data + 1, &whole, sizeof(whole));
	// Of few names and few mappings, so that changes meet.
	for (uint32_t i = 0; i < whole.asked.changes; i++) {
		uint8_t *at = data + 1 + sizeof(whole) + i * sizeof(change);
		memcpy(&change, at, sizeof(change));
		change.kind = 1 + change.kind % 4;
		change.name = 1 + change.name % 16;
		change.prefix_length %= 129;
		change.address = change.prefix_length == 0 ? (struct address){{0}}
							   : address_prefix(&change.address, change.prefix_length);
		memcpy(at, &change, sizeof(change));
	}
	return 1 + whole.batch.length;
}

// Bytes changed at random keep no length right: every other input is made into one batch of one policy again, some of the others into
// one of changes.
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct whole {
		struct control_batch batch;
		struct control_command command;
		struct blob_header policy;
	} whole;

	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 4 == 1 && size >= 1 + 8 + 8 + 8 + sizeof(struct subscriber_change))
		return whole_subscribers(data, size, seed);
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

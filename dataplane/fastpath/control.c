// SPDX-License-Identifier: Apache-2.0
// The control socket: see control.h.

#include "control.h"

#include "clock.h"
#include "control_batch.h"
#include "message.h"
#include "privileges.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// A client that began a batch and does not finish it in this time is not waited for.
#define BATCH_TIMEOUT_MS 5000

void
control_open(struct control *control, const char *path, struct workers *workers, struct policies *policies,
	     struct sampling *sampling)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*control = (struct control){.workers = workers, .policies = policies, .sampling = sampling};
	for (int c = 0; c < CONTROL_CLIENTS; c++)
		control->clients[c].fd = -1;
	if (strlen(path) >= sizeof(address.sun_path))
		fatal("the path %s is too long for a socket; use a shorter --run-dir", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	unlink(path);
	control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->listener < 0 || bind(control->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(control->listener, SOMAXCONN) != 0)
		fatal("cannot make the socket %s: %s", path, strerror(errno));
	privileges_give(path, 0660);
}

static void
disconnect(struct control_client *client)
{
	close(client->fd);
	free(client->bytes);
	*client = (struct control_client){.fd = -1};
}

// A place for another client: a free one, else that of whoever has been silent longest.
static struct control_client *
make_place(struct control *control)
{
	struct control_client *place = &control->clients[0];

	for (int c = 0; c < CONTROL_CLIENTS; c++) {
		struct control_client *client = &control->clients[c];
		if (client->fd < 0)
			return client;
		if (client->since_ms < place->since_ms)
			place = client;
	}
	disconnect(place);
	return place;
}

static void
accept_client(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	struct control_client *client = make_place(control);
	*client =
		(struct control_client){.fd = fd, .bytes = malloc(CONTROL_BYTES_MAX), .since_ms = clock_boottime_ms()};
	if (client->bytes == NULL)
		disconnect(client);
}

static enum control_status
order_restart(struct control *control, uint32_t length, const char **why)
{
	if (length != 0) {
		*why = "it has another length than an order to restart";
		return CONTROL_INVALID;
	}
	control->restart = true;
	return CONTROL_OK;
}

static struct control_answer
execute(struct control *control, const struct control_command *command)
{
	struct control_answer answer = {.status = CONTROL_UNKNOWN};
	const char *why = NULL;

	if (command->kind == CONTROL_POLICY)
		answer.status = policies_apply(control->policies, command + 1, command->length, &why);
	else if (command->kind == CONTROL_SAMPLE)
		answer.status = sampling_order(control->sampling, command + 1, command->length, &why);
	else if (command->kind == CONTROL_RELEASE)
		answer.status = releasing_order(control->workers, command + 1, command->length, &why);
	else if (command->kind == CONTROL_RESTORE)
		answer.status = restoring_order(control->workers, command + 1, command->length, &why);
	else if (command->kind == CONTROL_SUBSCRIBERS)
		answer.status =
			subscribing_order(control->workers, command + 1, command->length, &answer.refused, &why);
	else if (command->kind == CONTROL_SWEEP)
		answer.status = subscribing_sweep(control->workers, command + 1, command->length, &why);
	else if (command->kind == CONTROL_RESTART)
		answer.status = order_restart(control, command->length, &why);
	if (why != NULL)
		strncpy(answer.text, why, sizeof(answer.text) - 1);
	answer.generation = control->policies->generation;
	return answer;
}

// Whose commands are executed.
struct serving {
	struct control *control;
	const struct control_client *client;
};

static bool
send_answer(const struct control_client *client, const struct control_answer *answer)
{
	// Answers are small and the client reads each before its next batch; one that does not is let go.
	return send(client->fd, answer, sizeof(*answer), MSG_NOSIGNAL) == (ssize_t)sizeof(*answer);
}

static bool
execute_and_answer(void *context, const struct control_command *command)
{
	const struct serving *serving = context;
	struct control_answer answer = execute(serving->control, command);

	return send_answer(serving->client, &answer);
}

static void
refuse(const struct control_client *client, const char *text)
{
	struct control_answer answer = {.status = CONTROL_INVALID};

	strncpy(answer.text, text, sizeof(answer.text) - 1);
	send_answer(client, &answer);
}

// Executes the batches that have arrived whole and keeps the rest. False: the client is to be let go.
static bool
take_batches(struct control *control, struct control_client *client)
{
	struct serving serving = {.control = control, .client = client};
	struct control_taken taken = control_batch_take(client->bytes, client->received, execute_and_answer, &serving);

	if (taken.wrong != NULL)
		refuse(client, taken.wrong);
	client->received -= taken.used;
	memmove(client->bytes, client->bytes + taken.used, client->received);
	return !taken.over;
}

static void
receive(struct control *control, struct control_client *client)
{
	ssize_t n = recv(client->fd, client->bytes + client->received, CONTROL_BYTES_MAX - client->received, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		disconnect(client);
		return;
	}
	if (client->received == 0)
		client->since_ms = clock_boottime_ms();
	client->received += (size_t)n;
	if (!take_batches(control, client))
		disconnect(client);
}

static void
let_go_of_slow(struct control *control)
{
	for (int c = 0; c < CONTROL_CLIENTS; c++) {
		struct control_client *client = &control->clients[c];
		if (client->fd >= 0 && client->received > 0 &&
		    clock_boottime_ms() - client->since_ms > BATCH_TIMEOUT_MS)
			disconnect(client);
	}
}

void
control_serve(struct control *control, int timeout_ms)
{
	struct pollfd polled[CONTROL_CLIENTS + 1];

	for (int c = 0; c < CONTROL_CLIENTS; c++)
		polled[c] = (struct pollfd){.fd = control->clients[c].fd, .events = POLLIN};
	polled[CONTROL_CLIENTS] = (struct pollfd){.fd = control->listener, .events = POLLIN};
	if (poll(polled, CONTROL_CLIENTS + 1, timeout_ms) > 0) {
		for (int c = 0; c < CONTROL_CLIENTS; c++)
			if (polled[c].revents != 0)
				receive(control, &control->clients[c]);
		if (polled[CONTROL_CLIENTS].revents != 0)
			accept_client(control);
	}
	let_go_of_slow(control);
}

// SPDX-License-Identifier: Apache-2.0
// Crash points: see crash_points.h.

#include "crash_points.h"

#include "test.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void
run_child(void (*operation)(void *context), void *context)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(1);
	raise(SIGSTOP);
	operation(context);
	_exit(0);
}

// Lets the child run one instruction. False: it ended.
static bool
step(pid_t child)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSTOPPED(status))
		assert_int_equal(WSTOPSIG(status), SIGTRAP);
	else
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return WIFSTOPPED(status);
}

unsigned
crash_points(const void *shared, size_t size, void (*operation)(void *context),
	     void (*check)(void *context, const uint8_t *state, unsigned number), void *context)
{
	uint8_t *state = exact_memory(size);
	unsigned number = 0;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		run_child(operation, context);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSTOPPED(status)) {
		free(state);
		return 0;
	}
	// A failed assertion leaves the child; it must not outlive the test.
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_EXITKILL);
	memcpy(state, shared, size);
	check(context, state, number++);
	while (step(child)) {
		if (memcmp(state, shared, size) == 0)
			continue;
		memcpy(state, shared, size);
		check(context, state, number++);
	}
	free(state);
	return number;
}

// SPDX-License-Identifier: Apache-2.0
// The supervisor: see supervisor.h.

#include "supervisor.h"

#include "clock.h"
#include "fastpath.h"
#include "message.h"
#include "privileges.h"
#include "region_file.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS          100
#define HANG_TURNS       10    // looks: one second
#define START_MS         30000 // to get ready
#define STOP_MS          5000  // to end when asked
#define SOON_MS          5000  // after becoming ready
#define CRASHES_IN_A_ROW 5
#define PORT_RETRY_MS    1000

struct supervisor {
	const struct options *options;
	char directory[4000];
	struct region_file file;
	atomic_bool *ready; // shared with the child
	sigset_t signals;
	bool was_ready; // some child of ours once was
	int crashes;    // in a row, each soon after its start
};

// Asked: we were, by our signals; or the child was, by an order to restart or a signal of its own.
enum outcome { ENDED_WHEN_ASKED, ENDED_TO_RESTART, ENDED_BY_ITSELF, CRASHED, HUNG, KILLED_FROM_OUTSIDE };

// What the looks at one child have seen.
struct watchdog {
	uint64_t beats[WORKERS_MAX];
	int still; // looks in a row in which some worker's heartbeat stood still
	uint64_t started_ms;
	uint64_t ready_ms; // 0: not yet
};

static pid_t
start_child(struct supervisor *supervisor, enum region_bypass bypass)
{
	pid_t parent = getpid();

	atomic_store(supervisor->ready, false);
	pid_t child = fork();
	if (child < 0)
		fatal("cannot start another process: %s", strerror(errno));
	if (child > 0)
		return child;
	privileges_die_with(parent);
	exit(fastpath_run(supervisor->options, &supervisor->file, bypass, supervisor->ready));
}

static bool
stands_still(const struct supervisor *supervisor, struct watchdog *watchdog)
{
	bool still = false;

	for (uint32_t w = 0; w < supervisor->options->geometry.engine.workers; w++) {
		uint64_t beat = counter_read(&supervisor->file.region.counters[w].heartbeat);
		still |= beat == watchdog->beats[w];
		watchdog->beats[w] = beat;
	}
	return still;
}

static bool
hangs(const struct supervisor *supervisor, struct watchdog *watchdog)
{
	uint64_t now = clock_boottime_ms();

	if (!atomic_load(supervisor->ready))
		return now - watchdog->started_ms > START_MS;
	if (watchdog->ready_ms == 0)
		watchdog->ready_ms = now;
	watchdog->still = stands_still(supervisor, watchdog) ? watchdog->still + 1 : 0;
	return watchdog->still >= HANG_TURNS;
}

// Somebody's SIGSTOP looks like a hang and is no fault of the process.
static bool
stopped_from_outside(pid_t child)
{
	char path[64], line[256] = "";
	snprintf(path, sizeof(path), "/proc/%d/stat", child);
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	bool read = fgets(line, sizeof(line), f) != NULL;
	fclose(f);
	const char *name_end = strrchr(line, ')');
	return read && name_end != NULL && strlen(name_end) > 2 && name_end[2] == 'T';
}

static enum outcome
outcome_of(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == EXIT_SUCCESS ? ENDED_TO_RESTART : ENDED_BY_ITSELF;
	return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM ? KILLED_FROM_OUTSIDE : CRASHED;
}

static void
stop_child(pid_t child)
{
	uint64_t asked_ms = clock_boottime_ms();
	const struct timespec pause = {.tv_nsec = 10000000};

	kill(child, SIGTERM);
	kill(child, SIGCONT);
	while (waitpid(child, NULL, WNOHANG) == 0) {
		if (clock_boottime_ms() - asked_ms > STOP_MS) {
			kill(child, SIGKILL);
			waitpid(child, NULL, 0);
			return;
		}
		nanosleep(&pause, NULL);
	}
}

// Waits until the child ends, hangs, or we are asked to stop.
static enum outcome
watch_child(struct supervisor *supervisor, pid_t child, struct watchdog *watchdog)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
	int status;

	for (;;) {
		int signal = sigtimedwait(&supervisor->signals, NULL, &look);
		if (signal == SIGTERM || signal == SIGINT) {
			stop_child(child);
			return ENDED_WHEN_ASKED;
		}
		if (waitpid(child, &status, WNOHANG) == child) {
			// One that ends by itself has said why.
			if (WIFSIGNALED(status))
				message("the fast path was ended by signal %d", WTERMSIG(status));
			return outcome_of(status);
		}
		if (signal < 0 && hangs(supervisor, watchdog)) {
			bool outside = stopped_from_outside(child);
			message("the fast path %s", outside ? "was stopped from outside" : "hangs");
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return outside ? KILLED_FROM_OUTSIDE : HUNG;
		}
	}
}

static void
count_crash(struct supervisor *supervisor, enum outcome outcome, const struct watchdog *watchdog)
{
	bool soon = watchdog->ready_ms == 0 || clock_boottime_ms() - watchdog->ready_ms < SOON_MS;

	if (outcome == CRASHED || outcome == HUNG)
		supervisor->crashes = soon ? supervisor->crashes + 1 : 1;
	else if (!soon)
		supervisor->crashes = 0;
	if (supervisor->crashes == CRASHES_IN_A_ROW)
		message("it crashed %d times in a row: it now passes traffic unjudged, until the appliance is "
			"restarted",
			CRASHES_IN_A_ROW);
}

// A child that ends by itself could not have its ports or its memory, and has said why.
static bool
worth_another(struct supervisor *supervisor, enum outcome outcome, bool was_ready)
{
	const struct timespec pause = {.tv_nsec = PORT_RETRY_MS % 1000 * 1000000L, .tv_sec = PORT_RETRY_MS / 1000};

	if (outcome == ENDED_BY_ITSELF && !supervisor->was_ready)
		return false;
	// One that lived is followed at once; one that cannot even start is not tried without end and pause.
	if (outcome != ENDED_BY_ITSELF && (was_ready || supervisor->crashes < 2))
		return true;
	int signal = sigtimedwait(&supervisor->signals, NULL, &pause);
	return signal != SIGTERM && signal != SIGINT;
}

static int
keep_running(struct supervisor *supervisor)
{
	for (;;) {
		enum region_bypass bypass = supervisor->crashes >= CRASHES_IN_A_ROW ? BYPASS_CRASHES : BYPASS_NONE;
		struct watchdog watchdog = {.started_ms = clock_boottime_ms()};
		pid_t child = start_child(supervisor, bypass);
		enum outcome outcome = watch_child(supervisor, child, &watchdog);
		bool was_ready = atomic_load(supervisor->ready);

		supervisor->was_ready |= was_ready;
		if (outcome == ENDED_WHEN_ASKED)
			return EXIT_SUCCESS;
		// Memory that runs out while it starts looks like a kill from outside.
		if (outcome == KILLED_FROM_OUTSIDE && !was_ready)
			outcome = CRASHED;
		count_crash(supervisor, outcome, &watchdog);
		if (!worth_another(supervisor, outcome, was_ready))
			return supervisor->was_ready ? EXIT_SUCCESS : EXIT_FAILURE;
		region_file_check(&supervisor->file, &supervisor->options->geometry);
	}
}

int
supervisor_run(const struct options *options)
{
	struct supervisor supervisor = {.options = options};
	char socket[4096];

	privileges_limit();
	privileges_outlive_shortage();
	snprintf(supervisor.directory, sizeof(supervisor.directory), "%s/fastpath", options->run_dir);
	bool made = mkdir(options->run_dir, 0755) == 0;
	if (!made && errno != EEXIST)
		fatal("cannot make %s: %s; it needs root, or a --run-dir of its own", options->run_dir,
		      strerror(errno));
	// Whatever the umask is: the daemon must get in.
	if (made)
		chmod(options->run_dir, 0755);
	region_file_lock(supervisor.directory);
	region_file_open(&supervisor.file, supervisor.directory, &options->geometry);

	supervisor.ready =
		mmap(NULL, sizeof(*supervisor.ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (supervisor.ready == MAP_FAILED)
		fatal("no memory: %s", strerror(errno));
	sigemptyset(&supervisor.signals);
	sigaddset(&supervisor.signals, SIGTERM);
	sigaddset(&supervisor.signals, SIGINT);
	sigaddset(&supervisor.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &supervisor.signals, NULL);
	int status = keep_running(&supervisor);
	// The child made it as root, and cannot remove it any more.
	snprintf(socket, sizeof(socket), "%s/control.sock", supervisor.directory);
	unlink(socket);
	return status;
}

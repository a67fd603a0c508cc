// SPDX-License-Identifier: Apache-2.0
// Privileges: see privileges.h.

#include "privileges.h"

#include "message.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct passwd *
fastpath_user(void)
{
	const struct passwd *user = getpwnam(FASTPATH_USER);

	if (user == NULL)
		fatal("there is no user %s; scripts/setup.sh makes it", FASTPATH_USER);
	return user;
}

static gid_t
fastpath_group(void)
{
	const struct group *group = getgrnam(FASTPATH_GROUP);

	if (group == NULL)
		fatal("there is no group %s; scripts/setup.sh makes it", FASTPATH_GROUP);
	return group->gr_gid;
}

void
privileges_give(const char *path, unsigned mode)
{
	if (geteuid() == 0 && chown(path, 0, fastpath_group()) != 0)
		fatal("cannot give %s to group %s: %s", path, FASTPATH_GROUP, strerror(errno));
	if (chmod(path, mode) != 0)
		fatal("cannot set the mode of %s: %s", path, strerror(errno));
}

void
privileges_outlive_shortage(void)
{
	FILE *f = fopen("/proc/self/oom_score_adj", "we");

	if (f == NULL)
		return;
	fputs("-1000", f);
	fclose(f);
}

void
privileges_limit(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		fatal("cannot give up new privileges: %s", strerror(errno));
	// DPDK's virtio driver takes the right to every I/O port before main, and threads and children inherit it.
	iopl(0);
}

void
privileges_die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
}

void
privileges_drop(void)
{
	pid_t parent = getppid();

	if (geteuid() != 0)
		return;

	uid_t user = fastpath_user()->pw_uid;
	gid_t group = fastpath_group();
	// The virtio driver took it again. Then capabilities: they go with the user id.
	iopl(0);
	if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0)
		fatal("cannot become %s: %s", FASTPATH_USER, strerror(errno));
	if (setuid(0) == 0)
		fatal("could become root again, so it does not run");
	// The kernel forgets it when the user changes.
	privileges_die_with(parent);
}

// SPDX-License-Identifier: Apache-2.0
// postern-fastpath: the appliance's packet path, under its supervisor.

#include "options.h"
#include "supervisor.h"

#include <signal.h>

int
main(int argc, char **argv)
{
	struct options options;

	options_parse(&options, argc, argv);
	// Whoever reads our messages may go: traffic does not depend on him.
	signal(SIGPIPE, SIG_IGN);
	return supervisor_run(&options);
}

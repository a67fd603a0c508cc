// SPDX-License-Identifier: Apache-2.0
// postern-fastpath: the appliance's packet path, under its supervisor.

#include "options.h"
#include "supervisor.h"

int
main(int argc, char **argv)
{
	struct options options;

	options_parse(&options, argc, argv);
	return supervisor_run(&options);
}

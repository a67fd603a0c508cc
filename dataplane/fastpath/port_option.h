// SPDX-License-Identifier: Apache-2.0
// The text of a port on the command line.

#pragma once

#include <linux/if.h>

enum port_kind {
	PORT_TAP, // tap:[NETNS/]INTERFACE
};

struct port_option {
	const char *text; // as the operator wrote it
	enum port_kind kind;
	char namespace[64]; // name under /run/netns; empty: our own
	char interface[IFNAMSIZ];
};

// Reads `text`, which must live as long as `option`. A wrong one ends the process with a sentence that says what to type.
void port_option_parse(struct port_option *option, const char *text);

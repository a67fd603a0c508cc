// SPDX-License-Identifier: Apache-2.0
// The text of a port on the command line.

#pragma once

#include <linux/if.h>

enum port_kind {
	PORT_TAP,    // tap:[NETNS/]INTERFACE
	PORT_PACKET, // packet:[NETNS/]INTERFACE
	PORT_PCAP,   // pcap:IN_FILE:OUT_FILE
	PORT_PCI,    // pci:ADDRESS[/DRIVER]
};

struct port_option {
	const char *text; // as the operator wrote it
	enum port_kind kind;
	union {
		struct {
			char namespace[64]; // name under /run/netns; empty: our own
			char interface[IFNAMSIZ];
		};
		struct {
			char in_file[256];
			char out_file[256];
		};
		struct {
			char address[16]; // as 0000:03:00.0
			char driver[32];  // the kernel's; empty: the one that suits the machine
		};
	};
};

// Reads `text`, which must live as long as `option`. A wrong one ends the process with a sentence that says what to type.
void port_option_parse(struct port_option *option, const char *text);

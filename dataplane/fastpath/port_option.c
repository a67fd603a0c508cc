// SPDX-License-Identifier: Apache-2.0
// The text of a port: see port_option.h.

#include "port_option.h"

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

// Copies what lies before `end`, or all if it is NULL. False if it is empty or too long.
static bool
copy_part(char *to, size_t size, const char *from, const char *end)
{
	size_t length = end == NULL ? strlen(from) : (size_t)(end - from);

	if (length == 0 || length >= size)
		return false;
	memcpy(to, from, length);
	to[length] = 0;
	return true;
}

static void
parse_interface(struct port_option *option, const char *rest)
{
	const char *slash = strchr(rest, '/');

	if (slash != NULL && !copy_part(option->namespace, sizeof(option->namespace), rest, slash))
		fatal("the namespace in \"%s\" is empty or too long", option->text);
	if (!copy_part(option->interface, sizeof(option->interface), slash == NULL ? rest : slash + 1, NULL))
		fatal("the interface in \"%s\" needs a name of 1 to %zu bytes", option->text,
		      sizeof(option->interface) - 1);
}

static void
parse_files(struct port_option *option, const char *rest)
{
	const char *colon = strchr(rest, ':');

	if (colon == NULL || !copy_part(option->in_file, sizeof(option->in_file), rest, colon) ||
	    !copy_part(option->out_file, sizeof(option->out_file), colon + 1, NULL))
		fatal("a port of captures is pcap:IN_FILE:OUT_FILE, paths of at most %zu bytes, not \"%s\"",
		      sizeof(option->in_file) - 1, option->text);
}

static void
parse_device(struct port_option *option, const char *rest)
{
	const char *slash = strchr(rest, '/');
	unsigned domain, bus, device, function;
	char canonical[sizeof(option->address)];

	if (!copy_part(option->address, sizeof(option->address), rest, slash) ||
	    sscanf(option->address, "%4x:%2x:%2x.%1x", &domain, &bus, &device, &function) != 4 ||
	    snprintf(canonical, sizeof(canonical), "%04x:%02x:%02x.%x", domain, bus, device, function) < 0 ||
	    strcmp(canonical, option->address) != 0)
		fatal("a PCI port is pci:0000:03:00.0, as lspci -D writes addresses, not \"%s\"", option->text);
	if (slash == NULL)
		return;
	if (strcmp(slash, "/vfio-pci") != 0 && strcmp(slash, "/uio_pci_generic") != 0)
		fatal("the driver of a PCI port is vfio-pci or uio_pci_generic, not \"%s\"", slash + 1);
	copy_part(option->driver, sizeof(option->driver), slash + 1, NULL);
}

void
port_option_parse(struct port_option *option, const char *text)
{
	static const struct {
		const char *prefix;
		void (*parse)(struct port_option *option, const char *rest);
	} kinds[] = {
		[PORT_TAP] = {"tap:", parse_interface},
		[PORT_PACKET] = {"packet:", parse_interface},
		[PORT_PCAP] = {"pcap:", parse_files},
		[PORT_PCI] = {"pci:", parse_device},
	};

	*option = (struct port_option){.text = text};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		size_t length = strlen(kinds[k].prefix);
		if (strncmp(text, kinds[k].prefix, length) != 0)
			continue;
		option->kind = (enum port_kind)k;
		kinds[k].parse(option, text + length);
		return;
	}
	fatal("a port begins with tap:, packet:, pcap: or pci:, not \"%s\"; see postern-fastpath --help", text);
}

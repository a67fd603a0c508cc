// SPDX-License-Identifier: Apache-2.0
// The text of a port: see port_option.h.

#include "port_option.h"

#include "message.h"

#include <string.h>

// [NETNS/]INTERFACE
static void
parse_interface(struct port_option *option, const char *rest)
{
	const char *slash = strchr(rest, '/');
	const char *interface = slash == NULL ? rest : slash + 1;
	size_t namespace_length = slash == NULL ? 0 : (size_t)(slash - rest);

	if (namespace_length >= sizeof(option->namespace))
		fatal("the namespace in \"%s\" is too long", option->text);
	if (strlen(interface) == 0 || strlen(interface) >= sizeof(option->interface))
		fatal("the interface in \"%s\" needs a name of 1 to %zu bytes", option->text,
		      sizeof(option->interface) - 1);
	memcpy(option->namespace, rest, namespace_length);
	strcpy(option->interface, interface);
}

void
port_option_parse(struct port_option *option, const char *text)
{
	const char *rest = strncmp(text, "tap:", 4) == 0 ? text + 4 : NULL;

	if (rest == NULL)
		fatal("a port is tap:NETNS/INTERFACE, not \"%s\"", text);
	*option = (struct port_option){.text = text, .kind = PORT_TAP};
	parse_interface(option, rest);
}

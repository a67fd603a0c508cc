// SPDX-License-Identifier: Apache-2.0
// Messages: see message.h.

#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void
say(const char *format, va_list arguments)
{
	char line[512];

	// One write a line: the supervisor and its child share the stream.
	vsnprintf(line, sizeof(line), format, arguments);
	fprintf(stderr, "postern-fastpath: %s\n", line);
}

void
message(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void
fatal(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	exit(EXIT_FAILURE);
}

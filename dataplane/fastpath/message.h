// SPDX-License-Identifier: Apache-2.0
// What the fast path says to a person: one sentence a line on stderr. Never called by workers.

#pragma once

__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

// Says it and exits with 1. Only while starting.
__attribute__((format(printf, 1, 2), noreturn)) void fatal(const char *format, ...);

// SPDX-License-Identifier: Apache-2.0
// Usage: what a subscriber did in the services that his package measures, by the minute. Of a watch that is locked.
//
// Each function adds to the usages of those of `services` that are measured. A usage keeps its minute and the one before, so during a
// minute the one before is whole and stands still.

#pragma once

#include "watch.h"

#include <stdint.h>

// A session was opened, and passed.
void usage_session(struct watch *watch, const struct watch_context *context, uint64_t services);

// An attempt to open one was refused.
void usage_refused(struct watch *watch, const struct watch_context *context, uint64_t services);

// Frames of a session passed, so many bytes long.
void usage_bytes(struct watch *watch, const struct watch_context *context, uint64_t services, uint64_t bytes);

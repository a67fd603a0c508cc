// SPDX-License-Identifier: Apache-2.0
// The verdict on one packet that changes something: it opens a session, answers, ends or joins one, or meets a new policy.

#pragma once

#include "pipeline.h"

// `session`: the packet's entry, NULL if there is none. Makes and changes entries.
enum verdict judge_packet(struct pipeline *pipeline, const struct packet *packet, struct session *session);

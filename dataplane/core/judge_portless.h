// SPDX-License-Identifier: Apache-2.0
// The verdict on a packet without ports: no IP, another protocol, a later fragment, or one whose ports are hidden.

#pragma once

#include "pipeline.h"

// `packet`: of a kind below PACKET_TCP. Counts what it is.
enum verdict judge_portless(struct pipeline *pipeline, const struct packet *packet);

// Remembers the verdict on a first fragment for those that follow it.
void judge_remember(struct pipeline *pipeline, const struct packet *packet, enum verdict verdict);

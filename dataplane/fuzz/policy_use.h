// SPDX-License-Identifier: Apache-2.0
// A compiled policy at work: what it says of packets is obeyed by an engine that stays whole. For the fuzz targets that make
// policies of hostile bytes.

#pragma once

#include "policy.h"

// Judges sessions of subscribers at the edges of the policy's prefixes to ports at the edges of its ranges, and frees the policy.
void policy_use(struct policy *policy);

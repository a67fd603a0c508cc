// SPDX-License-Identifier: Apache-2.0
// Ordinary subscribers beside an attack: one who talks, one within his quota, one who has used it up. Each of their packets is
// judged by the engine and by the naive appliance, which knows nothing of the attack.

#pragma once

#include "fixture.h"
#include "naive.h"

#include <stdint.h>

#define BYSTANDERS 3

// Services of bystanders_policy: mail, of which QUOTA sessions in PERIOD_MS pass, and submission, of which so many are reported.
#define MAIL       25
#define SUBMISSION 587
#define QUOTA      10
#define PERIOD_MS  60000

struct bystanders {
	struct fixture *fixture;
	struct naive naive;
	uint32_t sequence;
	uint16_t port; // of the next session
};

// Subscribers as fixture_apply_quota has them, who age after 30 seconds.
void bystanders_policy(struct fixture *fixture);

// They open their sessions: of mail the first one two, one of which stays open, the second four, the third as many as pass.
void bystanders_start(struct bystanders *bystanders, struct fixture *fixture);

// The first one's open session goes on, SYN+ACK and all, and a page is fetched.
void bystanders_go_on(struct bystanders *bystanders);

// Each opens as many sessions of mail as he may, and is then refused; the first one's session is still known.
void bystanders_use_up_their_quotas(struct bystanders *bystanders);

// All their sessions and periods end by age: every table is as empty as at the start.
void bystanders_assert_baseline(struct fixture *fixture);

// SPDX-License-Identifier: Apache-2.0
// Adoption of subscribers: the workers' indexes and free lists are made from the records that another process left.

#pragma once

#include "engine.h"

#include <stdint.h>

// Every record goes to the worker that owns it, a free one to each worker in turn. Names come before mappings: one without its name is
// dropped. Of a wide mapping each worker takes one record; with more workers than before some wait for the daemon to map again, with
// fewer the records that are left are free.
void subscriber_adoption(struct engine *engine, struct subscriber *records, uint64_t now_ms,
			 struct engine_adoption *adoption);

// Once the watches are adopted: a subscriber whose watch was dropped, or is bound to another, begins without one.
void subscriber_adoption_unbind(const struct engine *engine, const struct engine_records *records);

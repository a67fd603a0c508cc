// SPDX-License-Identifier: Apache-2.0
// Changes: see subscriber_change.h.

#include "subscriber_change.h"

#include "subscriber_key.h"

#include <stddef.h>

static const char *
check(const struct subscriber_change *change)
{
	if (change->kind < CHANGE_NAME || change->kind > CHANGE_FORGET)
		return "a change is of an unknown kind";
	if (change->name == 0)
		return "a change names nobody";
	if (change->kind != CHANGE_MAP && change->kind != CHANGE_UNMAP)
		return NULL;
	return mapping_valid(&change->address, change->tags, change->prefix_length) ? NULL
										    : "a mapping is out of range";
}

const char *
subscriber_change_check(const struct subscriber_change changes[], uint32_t count)
{
	const char *wrong = NULL;

	for (uint32_t i = 0; i < count && wrong == NULL; i++)
		wrong = check(&changes[i]);
	return wrong;
}

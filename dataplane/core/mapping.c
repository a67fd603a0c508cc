// SPDX-License-Identifier: Apache-2.0
// Mappings: see mapping.h.

#include "mapping.h"

unsigned
mapping_next_form(const struct subscriber_table *table, unsigned from, bool ipv4)
{
	for (unsigned form = from; form < MAPPING_FORMS; form++) {
		uint64_t left = table->forms_used[form / 64] >> form % 64;
		form = left == 0 ? form | 63 : form + (unsigned)__builtin_ctzll(left);
		if (left != 0 && mapping_form_fits(form, ipv4))
			return form;
	}
	return MAPPING_FORMS;
}

uint32_t
mapping_search(const struct subscriber_table *table, const struct address *address, uint32_t tags)
{
	bool ipv4 = address_is_ipv4(address);

	if (address_is_name(address))
		return RECORD_NONE;
	for (unsigned form = 0; (form = mapping_next_form(table, form, ipv4)) < MAPPING_FORMS; form++) {
		const struct subscriber_key key = mapping_key(form, address, tags);
		uint32_t slot = subscriber_table_find(table, &key);
		if (slot != RECORD_NONE && subscriber_table_holder(table, slot) != RECORD_NONE)
			return slot;
	}
	return RECORD_NONE;
}

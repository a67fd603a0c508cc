// SPDX-License-Identifier: Apache-2.0
// What a subscriber's record is found by.
//
// Anonymous: the first address of its prefix within its tags. A name: its own address. A mapping: one of these, the more specific
// ones first, which is the order of their forms:
//   an address or prefix within its tags; an address or prefix, TAGS_ANY; a tag pair; a tag, the inner one TAG_ANY.

#pragma once

#include "records.h"

#include <stdbool.h>
#include <stdint.h>

// No padding: it is hashed as bytes.
struct subscriber_key {
	struct address address;
	uint32_t tags;
	uint32_t prefix_length; // with KEY_MAPPING: an anonymous subscriber may have the same
};

#define KEY_MAPPING ((uint32_t)SUBSCRIBER_MAPPING << 8)

// The key of an address whose subscribers have prefixes of this length.
static inline struct subscriber_key
subscriber_key(const struct address *address, uint8_t prefix_length, uint32_t tags)
{
	return (struct subscriber_key){
		.address = address_prefix(address, prefix_length),
		.tags = tags,
		.prefix_length = prefix_length,
	};
}

static inline struct subscriber_key
subscriber_key_of_name(uint32_t id)
{
	return (struct subscriber_key){.address = address_of_name(id), .prefix_length = 128};
}

static inline uint32_t
subscriber_key_length(const struct subscriber *record)
{
	return record->prefix_length | (record->kind == SUBSCRIBER_MAPPING ? KEY_MAPPING : 0);
}

static inline struct subscriber_key
subscriber_key_of(const struct subscriber *record)
{
	return (struct subscriber_key){
		.address = record->address,
		.tags = record->tags,
		.prefix_length = subscriber_key_length(record),
	};
}

// Two forms a prefix length, from 128 down to none: for exactly these tags, and for any.
#define MAPPING_FORMS (2 * (128 + 1))

static inline uint8_t
mapping_form_length(unsigned form)
{
	return (uint8_t)(128 - form / 2);
}

static inline bool
mapping_form_any(unsigned form)
{
	return form % 2 != 0;
}

// The key of a mapping of this form that a packet's address and tags would be found by.
static inline struct subscriber_key
mapping_key(unsigned form, const struct address *address, uint32_t tags)
{
	uint8_t length = mapping_form_length(form);
	struct subscriber_key key = subscriber_key(address, length, tags);

	key.prefix_length |= KEY_MAPPING;
	if (mapping_form_any(form))
		key.tags = length == 0 ? tags | TAG_ANY : TAGS_ANY;
	return key;
}

static inline unsigned
mapping_form_of(const struct subscriber_key *key)
{
	uint32_t length = key->prefix_length & ~KEY_MAPPING;
	bool any = length == 0 ? (key->tags & TAG_ANY) == TAG_ANY : key->tags == TAGS_ANY;

	return 2 * (128 - length) + any;
}

// False for a form whose prefixes are none of the address's family: an IPv6 prefix covers no IPv4 address.
static inline bool
mapping_form_fits(unsigned form, bool ipv4)
{
	uint8_t length = mapping_form_length(form);

	return !ipv4 || length == 0 || length > ADDRESS_IPV4_PREFIX;
}

// True for a mapping that every worker has a record of: packets that it holds for have more than one owner.
static inline bool
mapping_wide(const struct subscriber_key *key)
{
	uint32_t length = key->prefix_length & ~KEY_MAPPING;

	return length < 64 || (length < 128 && address_is_ipv4(&key->address));
}

// True for what may be mapped: an IPv4 /1 to /32, an IPv6 /32 to /128 outside of names' own addresses, tags alone.
static inline bool
mapping_valid(const struct address *address, uint32_t tags, uint8_t prefix_length)
{
	static const struct address none = {{0}};

	if (prefix_length == 0)
		return address_equal(address, &none) && tags >> 12 > 0 && tags >> 12 < TAG_ANY;
	if (prefix_length > 128 || address_is_name(address))
		return false;
	const struct address first = address_prefix(address, prefix_length);
	bool ranged = address_is_ipv4(address) ? prefix_length > ADDRESS_IPV4_PREFIX : prefix_length >= 32;
	bool tagged = tags >> 12 < TAG_ANY && (tags & TAG_ANY) != TAG_ANY;
	return ranged && address_equal(&first, address) && (tags == TAGS_ANY || tagged);
}

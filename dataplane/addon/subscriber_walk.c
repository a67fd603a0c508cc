// SPDX-License-Identifier: Apache-2.0
// The subscribers of a region, or those that are asked for, each with the periods that go on of him.

#include "plain_copy.h"
#include "policy_blob.h"
#include "prefix_table.h"
#include "subscriber_table.h"
#include "subscriber_view.h"

#include <stdlib.h>
#include <string.h>

// Subscribers that are read in one piece: 16 KiB.
#define SUBSCRIBERS_AT_ONCE 256

struct subscriber_walk {
	uint32_t next;  // slot: a subscriber's, or a watch's of those in breach
	uint32_t bad;   // records left out because they contradict themselves
	uint32_t waits; // for workers that were writing
	bool cut;       // it ended early: the file was cut short
	bool by_prefix, by_address, in_breach;
	struct prefix_table
		prefixes; // its values: one more than the length of a prefix that is wanted; 0: of one that is not
	struct address address;
	uint8_t *marked; // a bit a record: who is in breach, or which names were counted
	bool breaches_marked;
	uint32_t chunk, chunk_end; // slots that lie in the copies
	uint64_t copied_ms;        // not before they were copied: nothing in them is later
	struct subscriber copies[SUBSCRIBERS_AT_ONCE];
	_Alignas(16) uint8_t memory[]; // of `prefixes`
};

static bool
make_prefixes(struct subscriber_walk *walk, const struct subscriber_filter *filter)
{
	// One more: see prefix_table_build.
	struct blob_prefix *prefixes = calloc(filter->prefix_count + 1, sizeof(*prefixes));

	if (prefixes == NULL)
		return false;
	for (uint32_t i = 0; i < filter->prefix_count; i++) {
		const struct plain_prefix *from_js = &filter->prefixes[i];
		memcpy(prefixes[i].address.bytes, from_js->address, sizeof(from_js->address));
		prefixes[i].length = from_js->length;
		prefixes[i].value = from_js->wanted ? from_js->length + 1u : 0;
	}
	prefix_table_build(&walk->prefixes, walk->memory, prefixes, filter->prefix_count, PREFIX_LONGEST);
	free(prefixes);
	return true;
}

struct subscriber_walk *
subscriber_walk_new(const struct region_reader *reader, const struct subscriber_filter *filter, uint32_t from)
{
	size_t table = prefix_table_size(filter->prefix_count), size = sizeof(struct subscriber_walk) + table;
	struct subscriber_walk *walk = aligned_alloc(64, (size + 63) & ~(size_t)63);

	if (walk == NULL)
		return NULL;
	*walk = (struct subscriber_walk){
		.next = from,
		.by_prefix = filter->prefix_count > 0,
		.by_address = filter->containing != NULL,
		.in_breach = filter->in_breach,
		.marked = calloc(reader->header.engine.subscribers / 8 + 1, 1),
	};
	if (filter->containing != NULL)
		memcpy(walk->address.bytes, filter->containing, sizeof(walk->address.bytes));
	if (walk->marked != NULL && make_prefixes(walk, filter))
		return walk;
	subscriber_walk_free(walk);
	return NULL;
}

void
subscriber_walk_free(struct subscriber_walk *walk)
{
	if (walk != NULL)
		free(walk->marked);
	free(walk);
}

static bool
is_marked(const struct subscriber_walk *walk, uint32_t slot)
{
	return walk->marked[slot / 8] >> slot % 8 & 1;
}

static void
mark(struct subscriber_walk *walk, uint32_t slot)
{
	walk->marked[slot / 8] |= (uint8_t)(1u << slot % 8);
}

struct subscriber_walk_end
subscriber_walk_ended(const struct subscriber_walk *walk)
{
	return (struct subscriber_walk_end){.next = walk->next, .bad = walk->bad, .cut = walk->cut};
}

// The filter's word on a subscriber or a mapping, apart from breaches. Where addresses are asked for, a name is found by its mappings, and
// by its own address.
static bool
wanted(const struct subscriber_walk *walk, const struct subscriber *subscriber)
{
	bool mapping = subscriber->kind == SUBSCRIBER_MAPPING;

	if (mapping && subscriber->prefix_length == 0)
		return false;
	if (walk->by_address) {
		const struct address prefix = address_prefix(&walk->address, subscriber->prefix_length);
		return address_equal(&prefix, &subscriber->address) &&
		       address_is_ipv4(&walk->address) == address_is_ipv4(&subscriber->address);
	}
	if (!walk->by_prefix)
		return !mapping;
	uint64_t value = prefix_table_find(&walk->prefixes, &subscriber->address);
	return value != PREFIX_NONE && value != 0 && subscriber->prefix_length + 1u >= value &&
	       subscriber->kind != SUBSCRIBER_NAME;
}

// False: he is not in breach, though the filter says so, or cannot be believed.
static bool
take(const struct region_reader *reader, struct subscriber_walk *walk, uint32_t slot, struct subscriber_view *view,
     struct plain_record *record)
{
	enum sight sight = subscriber_view_look(reader, slot, &walk->waits, view);

	if (sight == SIGHT_BAD)
		walk->bad++;
	if (sight == SIGHT_CUT)
		walk->cut = true;
	return sight == SIGHT_WHOLE && (subscriber_view_tell(view, record) || !walk->in_breach);
}

static bool
take_wanted(const struct region_reader *reader, struct subscriber_walk *walk, uint32_t slot,
	    struct plain_record *record)
{
	struct subscriber_view view;

	return take(reader, walk, slot, &view, record) && view.subscriber.kind != SUBSCRIBER_MAPPING &&
	       wanted(walk, &view.subscriber);
}

// The name of a mapping. One that is gone since, or that another subscriber has taken the place of, is none.
static bool
take_name(const struct region_reader *reader, struct subscriber_walk *walk, const struct subscriber *mapping,
	  struct plain_record *record)
{
	struct record_handle name = subscriber_handle(mapping);
	bool any_tags = mapping->tags == TAGS_ANY;
	struct subscriber_view view;

	if (!subscriber_whole(mapping, walk->copied_ms) || name.slot >= reader->header.engine.subscribers ||
	    !take(reader, walk, name.slot, &view, record) || view.subscriber.kind != SUBSCRIBER_NAME ||
	    view.subscriber.generation != name.generation)
		return false;
	record->is_mapped = true;
	record->via = (struct plain_mapping){
		.where = plain_subscriber_of(&mapping->address, mapping->prefix_length, any_tags ? 0 : mapping->tags),
		.any_tags = any_tags,
	};
	return true;
}

// The slot's record in the copies; NULL at the table's end, or when the file was cut.
static const struct subscriber *
copy_of(const struct region_reader *reader, struct subscriber_walk *walk, uint32_t slot)
{
	uint32_t end = reader->header.engine.subscribers;

	if (slot >= end || walk->cut)
		return NULL;
	if (slot < walk->chunk || slot >= walk->chunk_end) {
		uint32_t count = end - slot < SUBSCRIBERS_AT_ONCE ? end - slot : SUBSCRIBERS_AT_ONCE;
		walk->cut = !record_copy_subscribers(reader, slot, count, walk->copies);
		walk->copied_ms = region_reader_now_ms();
		walk->chunk = slot;
		walk->chunk_end = slot + count;
	}
	return walk->cut ? NULL : &walk->copies[slot - walk->chunk];
}

// Those in breach are found by their watches, which are fewer.
static bool
next_in_breach(const struct region_reader *reader, struct subscriber_walk *walk, struct plain_record *record)
{
	for (;;) {
		uint32_t slot = record_next_breached(reader, walk->next, &walk->cut);
		union watch_copy copy;

		if (walk->cut || slot == reader->header.engine.watches)
			return false;
		walk->next = slot + 1;
		walk->cut = !record_copy_watch(reader, slot, &copy);
		if (!walk->cut && copy.watch.subscriber.slot < reader->header.engine.subscribers &&
		    take_wanted(reader, walk, copy.watch.subscriber.slot, record))
			return true;
	}
}

// Where addresses are asked for it takes the mappings too: who of them may be in breach is known beforehand.
static void
mark_breached(const struct region_reader *reader, struct subscriber_walk *walk)
{
	uint32_t slot = 0;
	union watch_copy copy;

	walk->breaches_marked = true;
	for (; (slot = record_next_breached(reader, slot, &walk->cut)) < reader->header.engine.watches && !walk->cut;
	     slot++) {
		walk->cut = !record_copy_watch(reader, slot, &copy);
		if (!walk->cut && copy.watch.subscriber.slot < reader->header.engine.subscribers)
			mark(walk, copy.watch.subscriber.slot);
	}
}

// The slot of the record that has the watch of the one in `slot`.
static uint32_t
holder_of(const struct subscriber *subscriber, uint32_t slot)
{
	return subscriber->kind == SUBSCRIBER_MAPPING ? subscriber_handle(subscriber).slot : slot;
}

bool
subscriber_walk_next(const struct region_reader *reader, struct subscriber_walk *walk, struct plain_record *record)
{
	const struct subscriber *copy;

	if (walk->in_breach && !walk->by_prefix && !walk->by_address)
		return next_in_breach(reader, walk, record);
	if (walk->in_breach && !walk->breaches_marked)
		mark_breached(reader, walk);
	while ((copy = copy_of(reader, walk, walk->next)) != NULL) {
		uint32_t slot = walk->next++;
		// One that was read with many others is worth a look of its own when it may be wanted.
		if (copy->state == RECORD_FREE || copy->prefix_length > 128 || !wanted(walk, copy))
			continue;
		uint32_t holder = holder_of(copy, slot);
		if (walk->in_breach && (holder >= reader->header.engine.subscribers || !is_marked(walk, holder)))
			continue;
		if (copy->kind == SUBSCRIBER_MAPPING ? take_name(reader, walk, copy, record)
						     : take_wanted(reader, walk, slot, record))
			return true;
	}
	return false;
}

// True for one who was not counted before by another mapping of his.
static bool
counts(const struct region_reader *reader, struct subscriber_walk *walk, const struct subscriber *copy)
{
	uint32_t name = holder_of(copy, 0);

	if (copy->kind != SUBSCRIBER_MAPPING)
		return true;
	if (name >= reader->header.engine.subscribers || is_marked(walk, name))
		return false;
	mark(walk, name);
	return true;
}

uint32_t
subscriber_walk_count(const struct region_reader *reader, struct subscriber_walk *walk)
{
	const struct subscriber *copy;
	uint32_t count = 0;

	for (; (copy = copy_of(reader, walk, walk->next)) != NULL; walk->next++)
		count += subscriber_whole(copy, walk->copied_ms) && wanted(walk, copy) && counts(reader, walk, copy);
	return count;
}

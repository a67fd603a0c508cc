// SPDX-License-Identifier: Apache-2.0
// Names and mappings of a fixture: see changes.h.

#include "changes.h"

#include "introducing.h"
#include "test.h"

struct subscriber_change
change_name(uint32_t name, uint16_t package)
{
	return (struct subscriber_change){.name = name, .package = package, .kind = CHANGE_NAME};
}

struct subscriber_change
change_forget(uint32_t name)
{
	return (struct subscriber_change){.name = name, .kind = CHANGE_FORGET};
}

struct subscriber_change
change_map(uint32_t name, const char *prefix, uint32_t tags)
{
	struct subscriber_change change = {.tags = tags, .name = name, .kind = CHANGE_MAP};

	if (prefix != NULL) {
		const struct blob_prefix where = prefix_of(prefix, 0);
		change.address = where.address;
		change.prefix_length = (uint8_t)where.length;
	}
	return change;
}

struct subscriber_change
change_unmap(uint32_t name, const char *prefix, uint32_t tags)
{
	struct subscriber_change change = change_map(name, prefix, tags);

	change.kind = CHANGE_UNMAP;
	return change;
}

uint32_t
fixture_change(struct fixture *fixture, uint32_t epoch, const struct subscriber_change changes[], uint32_t count)
{
	struct subscriber_order order = {
		.changes = changes,
		.count = count,
		.epoch = epoch,
		.workers = fixture->size.workers,
		.states = exact_memory(count * sizeof(*order.states)),
	};

	assert_null(subscriber_change_check(changes, count));
	subscriber_order_execute(&order, &fixture->engine, fixture->now_ms);
	uint32_t refused = subscriber_order_refused(&order);
	free(order.states);
	return refused;
}

void
fixture_sweep_names(struct fixture *fixture, uint32_t epoch)
{
	struct subscriber_order order = {.epoch = epoch, .workers = fixture->size.workers};

	subscriber_order_execute(&order, &fixture->engine, fixture->now_ms);
}

struct subscriber *
fixture_name(const struct fixture *fixture, uint32_t name)
{
	const struct address address = address_of_name(name);
	unsigned owner = pipeline_owner(&fixture->engine.secret, &address, fixture->size.workers);
	uint32_t slot = introducing_find(&fixture->engine.pipelines[owner], name).slot;

	return slot == RECORD_NONE ? NULL : &fixture->records.subscribers[slot];
}

// SPDX-License-Identifier: Apache-2.0
// Names, mappings and the anonymous around them against plain lists: whose each session is, and what is counted of everybody.

#include "changes.h"
#include "test.h"

#define NAMES     8
#define MAPPINGS  256
#define ANONYMOUS 64

static const struct engine_size size = {
	.workers = 1, .sessions = 4096, .subscribers = 2048, .watches = 512, .detectors = 4};

struct mapping {
	struct subscriber_change change;
	uint32_t epoch;
};

struct anonymous {
	struct subscriber_key key;
	uint32_t counted;
};

struct model {
	struct fixture fixture;
	uint64_t seed;
	uint32_t epoch;
	struct {
		bool there;
		uint32_t epoch, counted;
	} names[NAMES + 1];
	struct mapping mappings[MAPPINGS];
	uint32_t mapping_count;
	struct anonymous anonymous[ANONYMOUS];
	uint32_t anonymous_count;
	uint32_t unmapped;
};

static const char *const addresses[] = {
	"10.0.0.0",        "10.0.0.1",   "10.0.0.2",         "10.0.1.0",        "192.0.2.0",
	"192.0.2.1",       "2001:db8::", "2001:db8::1",      "2001:db8:0:1::",  "2001:db8:1::",
	"2001:db9:0:1::1", "2001:db9::", "2001:db8:0:100::", "2001:db9:0:ff::",
};
static const uint32_t packet_tags[] = {0, PAIR(5, 0), PAIR(5, 6), PAIR(7, 6), PAIR(5, 9), PAIR(6, 0)};
static const uint32_t tags_alone[] = {TAG(5), TAG(7), PAIR(5, 6), PAIR(5, 0), PAIR(7, 7)};
static const uint8_t ipv4_lengths[] = {128, 128, 127, 120, 104, 97}, ipv6_lengths[] = {128, 64, 63, 56, 48, 32};

#define PICK(model, array) ((array)[random_below(&(model)->seed, LENGTH(array))])

static struct subscriber_change
random_mapping(struct model *model, uint8_t kind)
{
	uint32_t name = 1 + random_below(&model->seed, NAMES);
	struct subscriber_change change = {.name = name, .kind = kind, .tags = PICK(model, tags_alone)};

	if (random_below(&model->seed, 8) == 0)
		return change;
	change.address = address_of(PICK(model, addresses));
	change.prefix_length = address_is_ipv4(&change.address) ? PICK(model, ipv4_lengths) : PICK(model, ipv6_lengths);
	change.address = address_prefix(&change.address, change.prefix_length);
	change.tags = random_below(&model->seed, 3) == 0 ? PICK(model, packet_tags) : TAGS_ANY;
	return change;
}

static struct mapping *
mapping_of(struct model *model, const struct subscriber_change *change)
{
	for (uint32_t i = 0; i < model->mapping_count; i++) {
		const struct subscriber_change *has = &model->mappings[i].change;
		if (address_equal(&has->address, &change->address) && has->tags == change->tags &&
		    has->prefix_length == change->prefix_length)
			return &model->mappings[i];
	}
	return NULL;
}

static void
drop(struct model *model, struct mapping *mapping)
{
	*mapping = model->mappings[--model->mapping_count];
}

// Returns whether it is refused.
static bool
follow(struct model *model, const struct subscriber_change *change)
{
	struct mapping *mapping = mapping_of(model, change);

	switch (change->kind) {
	case CHANGE_NAME:
		if (!model->names[change->name].there)
			model->names[change->name].counted = 0;
		model->names[change->name].there = true;
		model->names[change->name].epoch = model->epoch;
		return false;
	case CHANGE_MAP:
		if (!model->names[change->name].there)
			return true;
		if (mapping == NULL)
			mapping = &model->mappings[model->mapping_count++];
		assert_true(model->mapping_count <= MAPPINGS);
		*mapping = (struct mapping){*change, model->epoch};
		return false;
	case CHANGE_UNMAP:
		if (mapping != NULL && mapping->change.name == change->name)
			drop(model, mapping);
		return false;
	default:
		// An id is never given again here only because its mappings are taken away with it.
		model->names[change->name].there = false;
		for (uint32_t i = model->mapping_count; i-- > 0;)
			if (model->mappings[i].change.name == change->name)
				drop(model, &model->mappings[i]);
		return false;
	}
}

static bool
holds(const struct subscriber_change *mapping, const struct session_key *key)
{
	uint32_t tags = session_key_tags(key);

	if (mapping->prefix_length == 0)
		return mapping->tags == tags || ((mapping->tags & 0xfff) == 0xfff && mapping->tags >> 12 == tags >> 12);
	const struct address first = address_prefix(&key->subscriber, mapping->prefix_length);
	return address_is_ipv4(&mapping->address) == address_is_ipv4(&key->subscriber) &&
	       address_equal(&first, &mapping->address) && (mapping->tags == TAGS_ANY || mapping->tags == tags);
}

static bool
more_specific(const struct subscriber_change *one, const struct subscriber_change *other)
{
	bool one_any = one->prefix_length == 0 ? (one->tags & 0xfff) == 0xfff : one->tags == TAGS_ANY;

	return one->prefix_length != other->prefix_length ? one->prefix_length > other->prefix_length : !one_any;
}

// 0: nobody's.
static uint32_t
name_of(const struct model *model, const struct session_key *key)
{
	const struct subscriber_change *best = NULL;

	for (uint32_t i = 0; i < model->mapping_count; i++) {
		const struct subscriber_change *mapping = &model->mappings[i].change;
		if (holds(mapping, key) && (best == NULL || more_specific(mapping, best)))
			best = mapping;
	}
	return best == NULL ? 0 : best->name;
}

static void
count_anonymous(struct model *model, const struct session_key *key)
{
	bool ipv4 = address_is_ipv4(&key->subscriber);
	const struct subscriber_key who = subscriber_key(&key->subscriber, ipv4 ? 128 : 64, session_key_tags(key));
	const struct address ours = address_prefix(&key->subscriber, ipv4 ? 104 : 32);
	const struct address ten = address_of("10.0.0.0"), db8 = address_of("2001:db8::");
	uint32_t i = 0;

	if (!address_equal(&ours, ipv4 ? &ten : &db8)) {
		model->unmapped++;
		return;
	}
	while (i < model->anonymous_count && memcmp(&model->anonymous[i].key, &who, sizeof(who)) != 0)
		i++;
	model->anonymous[i].key = who;
	model->anonymous[i].counted++;
	model->anonymous_count += i == model->anonymous_count;
	assert_true(model->anonymous_count < ANONYMOUS);
}

static void
open_one(struct model *model, uint16_t port)
{
	uint32_t tags = PICK(model, packet_tags);
	struct talk talk = fixture_talk(PICK(model, addresses), port, 25);
	uint8_t verdict;

	if (tags != 0)
		talk.tags[0] = (struct frame_tag){0x88a8, (uint16_t)(tags >> 12)};
	if ((tags & 0xfff) != 0)
		talk.tags[1] = (struct frame_tag){0x8100, (uint16_t)(tags & 0xfff)};
	struct packet packet = fixture_packet(&talk, SIDE_SUBSCRIBER, SYN, random_below(&model->seed, 1u << 30));
	assert_int_equal(session_key_tags(&packet.key), tags);
	uint32_t name = name_of(model, &packet.key);
	if (name != 0)
		model->names[name].counted++;
	else
		count_anonymous(model, &packet.key);
	fixture_burst(&model->fixture, &packet, 1, &verdict);
	assert_int_equal(verdict, VERDICT_FORWARD);
}

static void
change_some(struct model *model)
{
	struct subscriber_change changes[24];
	uint32_t count = 1 + random_below(&model->seed, 16), refused = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t what = random_below(&model->seed, 8), name = 1 + random_below(&model->seed, NAMES);
		changes[i] =
			what < 2 ? change_name(name, 0) : random_mapping(model, what < 6 ? CHANGE_MAP : CHANGE_UNMAP);
	}
	for (uint32_t i = 0; i < count; i++)
		refused += follow(model, &changes[i]);
	assert_int_equal(fixture_change(&model->fixture, model->epoch, changes, count), refused);
	if (random_below(&model->seed, 16) != 0)
		return;
	const struct subscriber_change forget = change_forget(1 + random_below(&model->seed, NAMES));
	follow(model, &forget);
	assert_int_equal(fixture_change(&model->fixture, model->epoch, &forget, 1), 0);
	// As the daemon's next replay would.
	fixture_sweep_names(&model->fixture, model->epoch);
	for (uint32_t i = model->mapping_count; i-- > 0;)
		if (model->mappings[i].epoch != model->epoch)
			drop(model, &model->mappings[i]);
	for (uint32_t n = 1; n <= NAMES; n++)
		model->names[n].there &= model->names[n].epoch == model->epoch;
}

// All that there is once more, in another epoch, and what there is not is swept away.
static void
replay(struct model *model)
{
	struct subscriber_change changes[NAMES + MAPPINGS];
	uint32_t count = 0;

	model->epoch++;
	for (uint32_t n = 1; n <= NAMES; n++)
		if (model->names[n].there && random_below(&model->seed, 4) != 0)
			changes[count++] = change_name(n, 0);
	uint32_t names = count;
	for (uint32_t i = 0; i < model->mapping_count; i++)
		for (uint32_t n = 0; n < names; n++)
			if (changes[n].name == model->mappings[i].change.name && random_below(&model->seed, 4) != 0)
				changes[count++] = model->mappings[i].change;
	for (uint32_t i = 0; i < count; i++)
		assert_false(follow(model, &changes[i]));
	assert_int_equal(fixture_change(&model->fixture, model->epoch, changes, count), 0);
	fixture_sweep_names(&model->fixture, model->epoch);
	for (uint32_t i = model->mapping_count; i-- > 0;)
		if (model->mappings[i].epoch != model->epoch)
			drop(model, &model->mappings[i]);
	for (uint32_t n = 1; n <= NAMES; n++)
		model->names[n].there &= model->names[n].epoch == model->epoch;
}

static uint32_t
counted(const struct model *model, const struct subscriber *subscriber)
{
	struct record_handle handle = subscriber_handle(subscriber);

	if (handle.slot >= model->fixture.size.watches)
		return 0;
	const struct watch *watch = fixture_watch(&model->fixture, handle.slot);
	assert_int_equal(watch->generation, handle.generation);
	return watch->windows[0].counted;
}

static void
check(const struct model *model)
{
	for (uint32_t n = 1; n <= NAMES; n++) {
		const struct subscriber *record = fixture_name(&model->fixture, n);
		assert_int_equal(record != NULL, model->names[n].there);
		if (record != NULL)
			assert_int_equal(counted(model, record), model->names[n].counted);
	}
	for (uint32_t i = 0; i < model->anonymous_count; i++) {
		const struct subscriber_key *key = &model->anonymous[i].key;
		unsigned owner =
			pipeline_owner(&model->fixture.engine.secret, &key->address, model->fixture.size.workers);
		uint32_t slot = subscriber_table_find(&model->fixture.engine.pipelines[owner].subscribers, key);
		assert_int_not_equal(slot, RECORD_NONE);
		assert_int_equal(counted(model, &model->fixture.records.subscribers[slot]),
				 model->anonymous[i].counted);
	}
	assert_int_equal(FIXTURE_COUNTER(&model->fixture, sessions_unmapped), model->unmapped);
}

static void
restart(struct model *model)
{
	fixture_restart(&model->fixture, 1 + random_below(&model->seed, 4));
	assert_int_equal(model->fixture.adoption.dropped, 0);
	// What every worker has and some lack comes with the replay.
	replay(model);
}

static void
start(struct model *model, uint64_t seed)
{
	const struct policy_parts parts = {
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("2001:db8::/32", 0)),
		.groups = LIST(blob_group, {.prefix_length = 64}),
		.services = LIST(blob_service, {.port_ranges = 1, .protocol = POLICY_TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.packages = LIST(blob_package, {.detectors = 1}),
		.detectors = LIST(blob_detector, REPORTING(1, 0, 1u << 30, 1u << 30)),
	};

	*model = (struct model){.seed = seed, .epoch = 1};
	fixture_start(&model->fixture, &size);
	fixture_restart(&model->fixture, 1 + random_below(&model->seed, 4));
	fixture_apply(&model->fixture, &parts);
}

static void
random_changes_and_sessions_are_counted_as_in_plain_lists(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		static struct model model;
		start(&model, seed);
		for (uint16_t turn = 1; turn <= 600; turn++) {
			uint32_t what = random_below(&model.seed, 100);
			if (what < 80)
				open_one(&model, turn);
			else if (what < 97)
				change_some(&model);
			else if (what < 99)
				replay(&model);
			else
				restart(&model);
			model.fixture.now_ms += random_below(&model.seed, 20);
			fixture_sweep(&model.fixture);
			check(&model);
		}
		fixture_stop(&model.fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes_and_sessions_are_counted_as_in_plain_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

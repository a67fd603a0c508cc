// SPDX-License-Identifier: Apache-2.0
// policy.c: a damaged blob is refused or harmless, each rule refuses, limits hold, and what is compiled is what was said.

#include "policy.h"

#include "policy_parts.h"
#include "test.h"

// The shipped shape, with every array in use: what the other tests change.
static void *
good_blob(size_t *length)
{
	const struct policy_parts parts = {
		.revision = 77,
		.subscriber_ageing_seconds = 1800,
		.link_mode = {LINK_FORWARDING, LINK_BYPASS, LINK_CUTOFF, LINK_FORWARDING},
		.zone_prefixes = LIST(blob_prefix, prefix_of("192.0.2.0/24", 0), prefix_of("2001:db8:25::/48", 63)),
		.group_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("10.9.0.0/16", 1),
				       prefix_of("2001:db8::/32", 1)),
		.groups = LIST(blob_group, {.template_number = 1, .package = 0, .prefix_length = 64},
			       {.template_number = 65535, .package = 1, .prefix_length = 128}),
		.services = LIST(blob_service,
				 {.id = 1, .port_ranges = 2, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER},
				 {.id = 2,
				  .port_range = 1,
				  .port_ranges = 2,
				  .protocol = POLICY_UDP,
				  .zone_rule = ZONE_EXCLUDE}),
		.port_ranges = LIST(blob_port_range, {25, 25}, {465, 587}, {0, 65535}),
		.packages = LIST(blob_package, {.id = 10, .detector = 0, .detectors = 2, .measured = {3}},
				 {.id = 20, .detector = 1, .detectors = 2}),
		.detectors = LIST(blob_detector,
				  {.id = 1,
				   .threshold = 10,
				   .period_ms = 60000,
				   .signal = 1,
				   .window = 1,
				   .actions = ACTION_BLOCK},
				  {.id = 2,
				   .service = 1,
				   .threshold = 20,
				   .period_ms = 1000,
				   .signal = 1,
				   .window = 1,
				   .actions = 3},
				  {.id = 3,
				   .service = 0,
				   .threshold = 1,
				   .period_ms = UINT32_MAX,
				   .hold_ms = 7000,
				   .signal = 1,
				   .window = 2,
				   .count = 1}),
		.overrides =
			LIST(blob_override, OVERRIDE(1, POLICY_NONE, POLICY_NONE, .exempt = {1}),
			     OVERRIDE(2, POLICY_NONE, 1, .exempt = {0}), OVERRIDE(3, 63, POLICY_NONE, .blocked = {2})),
		.override_prefixes = LIST(blob_prefix, prefix_of("10.9.8.0/24", 0), prefix_of("10.9.8.7/32", 1)),
	};

	return policy_blob_of(&parts, length);
}

// Where the arrays of good_blob begin.
enum {
	ZONES = sizeof(struct blob_header),
	PREFIXES = ZONES + 2 * sizeof(struct blob_prefix),
	GROUPS = PREFIXES + 3 * sizeof(struct blob_prefix),
	SERVICES = GROUPS + 2 * sizeof(struct blob_group),
	RANGES = SERVICES + 2 * sizeof(struct blob_service),
	PACKAGES = RANGES + 3 * sizeof(struct blob_port_range),
	DETECTORS = PACKAGES + 2 * sizeof(struct blob_package),
	OVERRIDES = DETECTORS + 3 * sizeof(struct blob_detector),
	OVERRIDDEN = OVERRIDES + 3 * sizeof(struct blob_override),
	END = OVERRIDDEN + 2 * sizeof(struct blob_prefix),
};

// Compiles into memory of exactly the size asked for and looks everywhere.
static void
compile_and_use(const void *blob)
{
	static const char *const texts[] = {"0.0.0.0", "10.9.1.1",    "192.0.2.1", "255.255.255.255",
					    "::",      "2001:db8::1", "ffff::"};
	struct policy *policy = policy_compile(blob, exact_memory(policy_size(blob)), 3);
	uint64_t found = 0;

	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct session_key key = {
			.network = address_of(texts[i]), .network_port = 25, .tags_protocol = i % 2 ? 6 : 17};
		const struct group *group = policy_group(policy, &key.network);

		found += classifier_services(&policy->classifier, &key, i % SIDES);
		for (uint32_t d = 0; group != NULL && d < group->package->detector_count; d++)
			found += group->package->detectors[d].service;
	}
	// Read, so that no look-up is optimised away.
	assert_true(found < UINT64_MAX);
	free(policy);
}

static void
what_is_compiled_is_what_was_said(void **state)
{
	size_t length;
	void *blob = good_blob(&length);
	const struct address inner = address_of("10.9.1.1"), outer = address_of("10.8.1.1"),
			     other = address_of("11.0.0.0");

	(void)state;
	assert_null(policy_check(blob, length, POLICY_DETECTORS_MAX));
	struct policy *policy = policy_compile(blob, exact_memory(policy_size(blob)), 5);
	free(blob);
	assert_int_equal(policy->generation, 5);
	assert_int_equal(policy->revision, 77);
	assert_int_equal(policy->subscriber_ageing_ms, 1800000);
	assert_int_equal(policy->link_mode[1], LINK_BYPASS);
	assert_int_equal(policy->link_mode[2], LINK_CUTOFF);

	const struct group *group = policy_group(policy, &inner);
	assert_int_equal(group->template_number, 65535);
	assert_int_equal(group->prefix_length, 128);
	assert_int_equal(group->package->id, 20);
	assert_int_equal(group->package->detector_count, 2);
	assert_int_equal(group->package->detectors[0].id, 2);
	assert_int_equal(group->package->detectors[0].threshold, 20);
	assert_int_equal(group->package->detectors[0].period_ms, 1000);
	assert_int_equal(group->package->detectors[0].actions, ACTION_REPORT | ACTION_BLOCK);
	assert_int_equal(group->package->detectors[0].service, 1 << 1);
	assert_int_equal(group->package->detectors[1].service, 1 << 0);
	assert_int_equal(group->package->detectors[1].hold_ms, 7000);
	assert_int_equal(group->package->detectors[1].window, WINDOW_SLIDING);
	assert_int_equal(group->package->detectors[1].count, COUNT_ESTABLISHED);
	assert_int_equal(group->package->measured, 0);
	assert_int_equal(policy_group(policy, &outer)->package->measured, 3);
	assert_int_equal(policy_group(policy, &outer)->package->id, 10);
	assert_int_equal(group_prefix_length(policy_group(policy, &outer), &outer), 128);
	assert_null(policy_group(policy, &other));
	free(policy);
}

static void
an_empty_policy_is_a_policy(void **state)
{
	const struct address any = address_of("10.0.0.1");
	struct policy *policy = policy_of(&(struct policy_parts){0}, 1);

	(void)state;
	assert_null(policy_group(policy, &any));
	assert_int_equal(policy->subscriber_ageing_ms, UINT64_MAX);
	free(policy);
}

static void
a_cut_blob_is_refused(void **state)
{
	size_t length;
	uint8_t *blob = good_blob(&length);

	(void)state;
	assert_int_equal(length, END);
	for (size_t cut = 0; cut < length; cut++) {
		uint8_t *exact = exact_memory(cut);
		memcpy(exact, blob, cut);
		assert_non_null(policy_check(exact, cut, POLICY_DETECTORS_MAX));
		// Also when the header owns up to the shorter length.
		if (cut >= sizeof(struct blob_header)) {
			((struct blob_header *)exact)->length = (uint32_t)cut;
			assert_non_null(policy_check(exact, cut, POLICY_DETECTORS_MAX));
		}
		free(exact);
	}
	free(blob);
}

static void
a_blob_with_any_byte_changed_is_refused_or_harmless(void **state)
{
	static const uint8_t values[] = {0, 1, 2, 3, 4, 6, 17, 32, 63, 64, 65, 127, 128, 129, 254, 255};
	size_t length;
	uint8_t *blob = good_blob(&length);
	uint32_t refused = 0, used = 0;

	(void)state;
	for (size_t i = 0; i < length; i++) {
		uint8_t good = blob[i];
		for (size_t v = 0; v < LENGTH(values); v++) {
			blob[i] = values[v];
			if (policy_check(blob, length, POLICY_DETECTORS_MAX) != NULL) {
				refused++;
				continue;
			}
			compile_and_use(blob);
			used++;
		}
		blob[i] = good;
	}
	assert_true(refused > 1000);
	assert_true(used > 100);
	free(blob);
}

static void
a_blob_with_many_bytes_changed_is_refused_or_harmless(void **state)
{
	uint64_t seed = 13;
	size_t length;
	uint8_t *good = good_blob(&length), *blob = exact_memory(length);

	(void)state;
	for (int round = 0; round < 50000; round++) {
		memcpy(blob, good, length);
		for (uint32_t changes = 2 + random_below(&seed, 4); changes > 0; changes--)
			blob[ZONES + random_below(&seed, (uint32_t)length - ZONES)] = (uint8_t)random_below(&seed, 70);
		if (policy_check(blob, length, POLICY_DETECTORS_MAX) == NULL)
			compile_and_use(blob);
	}
	free(blob);
	free(good);
}

#define FIELD(array, index, type, field) (array) + (index) * sizeof(struct type) + offsetof(struct type, field)
#define SIZE(type, field)                sizeof(((struct type *)0)->field)

struct refusal {
	size_t at, size;
	uint32_t value;
};

#define HEADER(field, value)                                                                                           \
	{                                                                                                              \
		FIELD(0, 0, blob_header, field), SIZE(blob_header, field), value                                       \
	}
#define ITEM(array, index, type, field, value)                                                                         \
	{                                                                                                              \
		FIELD(array, index, type, field), SIZE(type, field), value                                             \
	}

static const struct refusal refusals[] = {
	{0, 1, 'Q'},
	{7, 1, '1'},
	HEADER(length, END - 4),
	HEADER(length, END + 4),
	HEADER(zone_prefixes, 1),
	HEADER(zone_prefixes, POLICY_PREFIXES_MAX + 1),
	HEADER(zone_prefixes, UINT32_MAX),
	HEADER(group_prefixes, POLICY_PREFIXES_MAX + 1),
	HEADER(groups, POLICY_GROUPS_MAX + 1),
	HEADER(services, POLICY_SERVICES_MAX + 1),
	HEADER(port_ranges, POLICY_PORT_RANGES_MAX + 1),
	HEADER(packages, POLICY_PACKAGES_MAX + 1),
	HEADER(detectors, POLICY_PACKAGES_MAX *POLICY_DETECTORS_MAX + 1),
	HEADER(detectors, UINT32_MAX / 20),
	HEADER(overrides, POLICY_OVERRIDES_MAX + 1),
	HEADER(override_prefixes, POLICY_PREFIXES_MAX + 1),
	{offsetof(struct blob_header, link_mode), 1, LINK_CUTOFF + 1},
	{offsetof(struct blob_header, link_mode) + LINKS_MAX - 1, 1, 255},
	ITEM(ZONES, 0, blob_prefix, length, 129),
	ITEM(ZONES, 0, blob_prefix, length, 118),
	ITEM(ZONES, 1, blob_prefix, value, POLICY_ZONES_MAX),
	ITEM(PREFIXES, 0, blob_prefix, length, UINT32_MAX),
	ITEM(PREFIXES, 0, blob_prefix, length, 100),
	ITEM(PREFIXES, 2, blob_prefix, value, 2),
	ITEM(GROUPS, 0, blob_group, template_number, 65536),
	ITEM(GROUPS, 0, blob_group, package, 2),
	ITEM(GROUPS, 1, blob_group, prefix_length, 31),
	ITEM(GROUPS, 1, blob_group, prefix_length, 129),
	ITEM(SERVICES, 0, blob_service, protocol, 1),
	ITEM(SERVICES, 0, blob_service, protocol, 0),
	ITEM(SERVICES, 0, blob_service, initiator, 3),
	ITEM(SERVICES, 1, blob_service, zone_rule, 3),
	ITEM(SERVICES, 1, blob_service, zone, 64),
	ITEM(SERVICES, 0, blob_service, port_range, 2),
	ITEM(SERVICES, 0, blob_service, port_range, 4),
	ITEM(SERVICES, 0, blob_service, port_range, UINT32_MAX),
	ITEM(SERVICES, 1, blob_service, port_ranges, 3),
	ITEM(SERVICES, 1, blob_service, port_ranges, UINT32_MAX),
	ITEM(RANGES, 0, blob_port_range, last, 24),
	ITEM(PACKAGES, 0, blob_package, detector, 2),
	ITEM(PACKAGES, 0, blob_package, detector, UINT32_MAX),
	ITEM(PACKAGES, 1, blob_package, detectors, 3),
	ITEM(PACKAGES, 1, blob_package, detectors, UINT32_MAX),
	ITEM(DETECTORS, 0, blob_detector, id, 0),
	ITEM(DETECTORS, 0, blob_detector, id, 2), // twice in one package
	ITEM(DETECTORS, 0, blob_detector, service, 2),
	ITEM(DETECTORS, 1, blob_detector, threshold, 0),
	ITEM(DETECTORS, 1, blob_detector, period_ms, 0),
	ITEM(DETECTORS, 2, blob_detector, signal, 0),
	ITEM(DETECTORS, 2, blob_detector, signal, 2),
	ITEM(DETECTORS, 2, blob_detector, window, 0),
	ITEM(DETECTORS, 2, blob_detector, window, 3),
	ITEM(DETECTORS, 2, blob_detector, count, 2),
	ITEM(DETECTORS, 2, blob_detector, actions, ACTION_RESET),
	ITEM(DETECTORS, 2, blob_detector, actions, ACTION_CUT),
	ITEM(DETECTORS, 2, blob_detector, actions, ACTION_BLOCK | ACTION_RESET_BOTH),
	ITEM(DETECTORS, 2, blob_detector, actions, ACTION_CUT << 1),
	ITEM(SERVICES, 0, blob_service, protocol, POLICY_UDP), // a detector waits for its handshakes
	ITEM(PACKAGES, 0, blob_package, measured[0], 1 << 2),
	ITEM(PACKAGES, 0, blob_package, measured[1], 1),
	ITEM(OVERRIDES, 0, blob_override, zone, POLICY_ZONES_MAX),
	ITEM(OVERRIDES, 1, blob_override, package, 2),
	ITEM(OVERRIDES, 0, blob_override, exempt[0], 1 << 2),
	ITEM(OVERRIDES, 2, blob_override, blocked[1], 1),
	ITEM(OVERRIDDEN, 0, blob_prefix, value, 3),
	ITEM(OVERRIDDEN, 1, blob_prefix, length, 100),
};

static void
each_rule_refuses_with_a_sentence(void **state)
{
	size_t length;
	uint8_t *good = good_blob(&length), *blob = exact_memory(length);

	(void)state;
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		memcpy(blob, good, length);
		memcpy(blob + refusals[i].at, &refusals[i].value, refusals[i].size);
		const char *wrong = policy_check(blob, length, POLICY_DETECTORS_MAX);
		if (wrong == NULL)
			fail_msg("row %zu is not refused", i);
		assert_true(strlen(wrong) > 10);
		assert_int_not_equal(wrong[strlen(wrong) - 1], '.');
	}
	free(blob);
	free(good);
}

static void
a_package_that_needs_more_room_than_a_watch_has_is_refused_by_name_of_the_option(void **state)
{
	size_t length;
	void *blob = good_blob(&length);
	const struct policy_parts measuring = {
		.services = LIST(blob_service, {.protocol = POLICY_TCP}, {.protocol = POLICY_TCP}),
		.packages = LIST(blob_package, {.measured = {3}}),
	};

	(void)state;
	assert_null(policy_check(blob, length, 2));
	assert_non_null(strstr(policy_check(blob, length, 1), "--detectors"));
	free(blob);
	blob = policy_blob_of(&measuring, &length);
	assert_null(policy_check(blob, length, 2));
	assert_non_null(strstr(policy_check(blob, length, 1), "--detectors"));
	free(blob);
}

// As much of everything as there may be, each service with every port range.
static void
the_limits_are_reached(void **state)
{
	static struct blob_service services[POLICY_SERVICES_MAX];
	static struct blob_port_range ranges[POLICY_PORT_RANGES_MAX];
	static struct blob_package packages[POLICY_PACKAGES_MAX];
	static struct blob_group groups[POLICY_GROUPS_MAX];
	static struct blob_detector detectors[POLICY_PACKAGES_MAX * POLICY_DETECTORS_MAX];
	static struct blob_prefix prefixes[POLICY_PREFIXES_MAX];

	(void)state;
	for (uint32_t i = 0; i < LENGTH(ranges); i++)
		ranges[i] = (struct blob_port_range){.first = (uint16_t)(60 * i), .last = (uint16_t)(60 * i + 30)};
	for (uint32_t i = 0; i < LENGTH(services); i++)
		services[i] = (struct blob_service){.port_ranges = LENGTH(ranges),
						    .protocol = i % 2 ? POLICY_TCP : POLICY_UDP};
	for (uint32_t i = 0; i < LENGTH(detectors); i++)
		detectors[i] = (struct blob_detector){.id = i + 1,
						      .service = i % 64,
						      .threshold = 1,
						      .period_ms = 1,
						      .signal = SIGNAL_SESSIONS,
						      .window = WINDOW_FIXED};
	for (uint32_t i = 0; i < LENGTH(packages); i++)
		packages[i] =
			(struct blob_package){.detector = i * POLICY_DETECTORS_MAX, .detectors = POLICY_DETECTORS_MAX};
	for (uint32_t i = 0; i < LENGTH(groups); i++)
		groups[i] = (struct blob_group){.package = i % LENGTH(packages), .prefix_length = 64};
	for (uint32_t i = 0; i < LENGTH(prefixes); i++) {
		uint8_t address[4] = {(uint8_t)(1 + (i >> 16)), (uint8_t)(i >> 8), (uint8_t)i, 0};
		prefixes[i] =
			(struct blob_prefix){address_from_ipv4(address), ADDRESS_IPV4_PREFIX + 24, i % LENGTH(groups)};
	}
	const struct policy_parts parts = {
		.group_prefixes = {prefixes, LENGTH(prefixes)},
		.groups = {groups, LENGTH(groups)},
		.services = {services, LENGTH(services)},
		.port_ranges = {ranges, LENGTH(ranges)},
		.packages = {packages, LENGTH(packages)},
		.detectors = {detectors, LENGTH(detectors)},
	};
	struct policy *policy = policy_of(&parts, 1);

	for (uint32_t i = 0; i < LENGTH(prefixes); i += 997)
		assert_ptr_equal(policy_group(policy, &prefixes[i].address), &policy->groups[i % LENGTH(groups)]);
	struct session_key key = {.network_port = 6030, .tags_protocol = POLICY_TCP};
	assert_int_equal(classifier_services(&policy->classifier, &key, SIDE_SUBSCRIBER), 0xaaaaaaaaaaaaaaaa);
	key.network_port = 6031;
	assert_int_equal(classifier_services(&policy->classifier, &key, SIDE_SUBSCRIBER), 0);
	free(policy);
}

static uint8_t
byte(uint32_t number, int place)
{
	return (uint8_t)(number >> 8 * place);
}

// A zone of as many prefixes as there may be, every service and as many overrides, in one slot.
static void
a_zone_of_all_prefixes_and_all_overrides_are_found(void **state)
{
	static struct blob_service services[POLICY_SERVICES_MAX];
	static struct blob_prefix zone[POLICY_PREFIXES_MAX], overridden[POLICY_OVERRIDES_MAX];
	static struct blob_override overrides[POLICY_OVERRIDES_MAX];

	(void)state;
	for (uint32_t i = 0; i < LENGTH(services); i++)
		services[i] = (struct blob_service){.port_ranges = 1,
						    .protocol = POLICY_TCP,
						    .zone_rule = i % 2 ? ZONE_EXCLUDE : ZONE_INCLUDE,
						    .zone = 63};
	// Every other host of 192.0.0.0/8's first 200,000.
	for (uint32_t i = 0; i < LENGTH(zone); i++) {
		uint8_t host[4] = {192, byte(2 * i, 2), byte(2 * i, 1), byte(2 * i, 0)};
		zone[i] = (struct blob_prefix){address_from_ipv4(host), 128, 63};
	}
	// A host each of 10.0.0.0/8, and all of them with the last.
	for (uint32_t i = 0; i < LENGTH(overrides); i++) {
		uint8_t host[4] = {10, byte(i, 2), byte(i, 1), byte(i, 0)};
		overridden[i] = (struct blob_prefix){address_from_ipv4(host), 128, i};
		overrides[i] = (struct blob_override)OVERRIDE(i, POLICY_NONE, POLICY_NONE, .exempt = {0});
		overrides[i].exempt[i % 64 / 32] = UINT32_C(1) << i % 32;
	}
	overridden[LENGTH(overridden) - 1] = prefix_of("10.0.0.0/8", LENGTH(overrides) - 1);
	overrides[LENGTH(overrides) - 1].blocked[1] = UINT32_C(1) << 31;
	overrides[LENGTH(overrides) - 1].exempt[0] = 0;
	const struct policy_parts parts = {
		.zone_prefixes = {zone, LENGTH(zone)},
		.services = {services, LENGTH(services)},
		.port_ranges = LIST(blob_port_range, {25, 25}),
		.overrides = {overrides, LENGTH(overrides)},
		.override_prefixes = {overridden, LENGTH(overridden)},
	};
	struct policy *policy = policy_of(&parts, 1);

	for (uint32_t i = 0; i < 2 * LENGTH(zone); i += 331) {
		uint8_t host[4] = {192, byte(i, 2), byte(i, 1), byte(i, 0)};
		struct session_key key = {
			.network = address_from_ipv4(host), .network_port = 25, .tags_protocol = POLICY_TCP};
		assert_int_equal(classifier_services(&policy->classifier, &key, SIDE_SUBSCRIBER),
				 i % 2 ? 0xaaaaaaaaaaaaaaaa : 0x5555555555555555);
	}
	const uint64_t last = UINT64_C(1) << 63;
	for (uint32_t i = 0; i < LENGTH(overrides) - 1; i += 7) {
		struct overriding found = policy_overriding(policy, NULL, &overridden[i].address, 0);
		uint64_t exempt = UINT64_C(1) << i % 64;
		assert_int_equal(found.exempt, exempt);
		assert_int_equal(found.blocked, last & ~exempt);
	}
	free(policy);
}

static void
a_blob_longer_than_a_slot_is_refused(void **state)
{
	const size_t length = POLICY_BYTES_MAX + 4;
	struct blob_header *blob = exact_memory(length);

	(void)state;
	memcpy(blob->magic, POLICY_MAGIC, sizeof(blob->magic));
	blob->length = (uint32_t)length;
	assert_non_null(policy_check(blob, length, POLICY_DETECTORS_MAX));
	free(blob);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_compiled_is_what_was_said),
		cmocka_unit_test(an_empty_policy_is_a_policy),
		cmocka_unit_test(a_cut_blob_is_refused),
		cmocka_unit_test(a_blob_with_any_byte_changed_is_refused_or_harmless),
		cmocka_unit_test(a_blob_with_many_bytes_changed_is_refused_or_harmless),
		cmocka_unit_test(each_rule_refuses_with_a_sentence),
		cmocka_unit_test(a_package_that_needs_more_room_than_a_watch_has_is_refused_by_name_of_the_option),
		cmocka_unit_test(the_limits_are_reached),
		cmocka_unit_test(a_zone_of_all_prefixes_and_all_overrides_are_found),
		cmocka_unit_test(a_blob_longer_than_a_slot_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// override_table.c: the stated ranks one by one, then random overrides against a look at every one, through a compiled policy.

#include "policy.h"

#include "policy_parts.h"
#include "test.h"

#include <rte_common.h>

#define SMTP 1u
#define WEB  2u
#define DNS  4u

#define SERVICES_THREE LIST(blob_service, {.protocol = POLICY_TCP}, {.protocol = POLICY_TCP}, {.protocol = POLICY_UDP})

static struct overriding
found_for(const struct policy *policy, const char *text, uint64_t now_ms)
{
	const struct address address = address_of(text);

	return policy_overriding(policy, NULL, &address, now_ms);
}

static void
assert_services(const struct policy *policy, const char *text, uint64_t exempt, uint64_t blocked)
{
	struct overriding found = found_for(policy, text, 0);

	assert_int_equal(found.exempt, exempt);
	assert_int_equal(found.blocked, blocked);
}

static void
nobody_is_overridden_without_overrides(void **state)
{
	struct policy *policy = policy_of(&(const struct policy_parts){.services = SERVICES_THREE}, 1);

	(void)state;
	assert_services(policy, "10.0.0.1", 0, 0);
	assert_services(policy, "2001:db8::1", 0, 0);
	free(policy);
}

static void
the_longest_prefix_that_names_a_service_decides_it(void **state)
{
	const struct policy_parts parts = {
		.services = SERVICES_THREE,
		.overrides = LIST(blob_override, OVERRIDE(1, POLICY_NONE, POLICY_NONE, .blocked = {SMTP | WEB}),
				  OVERRIDE(2, POLICY_NONE, POLICY_NONE, .exempt = {SMTP}),
				  OVERRIDE(3, POLICY_NONE, POLICY_NONE, .blocked = {SMTP | DNS})),
		.override_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("10.1.0.0/16", 1),
					  prefix_of("10.1.1.1/32", 2)),
	};
	struct policy *policy = policy_of(&parts, 1);

	(void)state;
	assert_services(policy, "9.255.255.255", 0, 0);
	assert_services(policy, "10.0.0.1", 0, SMTP | WEB);
	assert_services(policy, "10.1.0.1", SMTP, WEB);
	assert_services(policy, "10.1.1.1", 0, SMTP | WEB | DNS);
	assert_services(policy, "10.1.1.2", SMTP, WEB);
	free(policy);
}

static void
an_address_beats_a_zone_and_a_block_an_exemption_of_one_rank(void **state)
{
	const struct policy_parts parts = {
		.zone_prefixes = LIST(blob_prefix, prefix_of("10.1.0.0/16", 5), prefix_of("10.1.1.0/24", 63)),
		.services = SERVICES_THREE,
		.overrides = LIST(blob_override, OVERRIDE(1, 5, POLICY_NONE, .blocked = {SMTP}),
				  OVERRIDE(2, 63, POLICY_NONE, .exempt = {SMTP | WEB | DNS}),
				  OVERRIDE(3, 5, POLICY_NONE, .blocked = {WEB}),
				  OVERRIDE(4, POLICY_NONE, POLICY_NONE, .exempt = {SMTP}),
				  OVERRIDE(5, POLICY_NONE, POLICY_NONE, .exempt = {SMTP}, .blocked = {SMTP})),
		.override_prefixes = LIST(blob_prefix, prefix_of("0.0.0.0/0", 3), prefix_of("10.1.1.1/32", 4)),
	};
	struct policy *policy = policy_of(&parts, 1);

	(void)state;
	assert_services(policy, "10.1.2.1", SMTP, WEB);
	assert_services(policy, "10.1.1.2", SMTP | DNS, WEB);
	assert_services(policy, "10.1.1.1", DNS, SMTP | WEB);
	// A prefix of all IPv4 addresses has no IPv6 address in it.
	assert_services(policy, "2001:db8::1", 0, 0);
	free(policy);
}

static void
an_expired_override_leaves_the_word_to_the_next(void **state)
{
	const struct policy_parts parts = {
		.services = SERVICES_THREE,
		.packages = LIST(blob_package, {.id = 10}, {.id = 20}),
		.overrides = LIST(blob_override, OVERRIDE(1, POLICY_NONE, 1, .blocked = {SMTP}),
				  {.id = 2,
				   .zone = POLICY_NONE,
				   .package = 0,
				   .exempt = {SMTP},
				   // 2^32 + 1000 ms
				   .until_ms = {1000, 1}}),
		.override_prefixes = LIST(blob_prefix, prefix_of("10.0.0.0/8", 0), prefix_of("10.0.0.1/32", 1)),
	};
	const uint64_t until_ms = (UINT64_C(1) << 32) + 1000;
	struct policy *policy = policy_of(&parts, 1);

	(void)state;
	struct overriding found = found_for(policy, "10.0.0.1", until_ms - 1);
	assert_int_equal(found.exempt, SMTP);
	assert_int_equal(found.blocked, 0);
	assert_int_equal(found.package->id, 10);
	found = found_for(policy, "10.0.0.1", until_ms);
	assert_int_equal(found.exempt, 0);
	assert_int_equal(found.blocked, SMTP);
	assert_int_equal(found.package->id, 20);
	assert_null(found_for(policy, "11.0.0.1", 0).package);
	free(policy);
}

#define OVERRIDES 24
#define PREFIXES  32
#define ZONES     4
#define SERVICES  40

struct random_parts {
	struct blob_package packages[3];
	struct blob_prefix zones[8], prefixes[PREFIXES];
	struct blob_override overrides[OVERRIDES];
};

// Few addresses, so that prefixes nest and repeat.
static struct address
random_address(uint64_t *seed)
{
	struct address address = {.bytes = {[10] = 0xff, [11] = 0xff}};

	if (random_below(seed, 3) == 0)
		address = (struct address){0};
	if (random_below(seed, 4) == 0)
		address.bytes[0] = 0x20;
	address.bytes[12] = (uint8_t)random_below(seed, 2);
	address.bytes[15] = (uint8_t)random_below(seed, 4);
	return address;
}

static struct blob_prefix
random_prefix(uint64_t *seed, uint32_t values)
{
	static const uint8_t lengths[] = {0, 3, 95, 96, 103, 104, 126, 127, 128};
	struct address address = random_address(seed);
	uint32_t length = lengths[random_below(seed, LENGTH(lengths))];

	return (struct blob_prefix){address_prefix(&address, length), length, random_below(seed, values)};
}

static struct policy_parts
random_policy(struct random_parts *random, uint64_t *seed)
{
	static const struct blob_service services[SERVICES] = {[0 ... SERVICES - 1] = {.protocol = POLICY_TCP}};

	for (uint32_t i = 0; i < LENGTH(random->zones); i++)
		random->zones[i] = random_prefix(seed, ZONES);
	for (uint32_t i = 0; i < PREFIXES; i++)
		random->prefixes[i] = random_prefix(seed, OVERRIDES);
	for (uint32_t i = 0; i < OVERRIDES; i++)
		random->overrides[i] = (struct blob_override){
			.id = i,
			.zone = random_below(seed, 3) == 0 ? random_below(seed, ZONES) : POLICY_NONE,
			.package = random_below(seed, 4) == 0 ? random_below(seed, 3) : POLICY_NONE,
			.exempt = {random_below(seed, 8), random_below(seed, 2)},
			.blocked = {random_below(seed, 8) & random_below(seed, 8), 0},
			.until_ms = {random_below(seed, 10), random_below(seed, 4) == 0 ? 0 : UINT32_MAX},
		};
	return (struct policy_parts){
		.zone_prefixes = {random->zones, LENGTH(random->zones)},
		.services = {services, LENGTH(services)},
		.packages = {random->packages, LENGTH(random->packages)},
		.overrides = {random->overrides, OVERRIDES},
		.override_prefixes = {random->prefixes, PREFIXES},
	};
}

static bool
covers(const struct blob_prefix *prefix, const struct address *address)
{
	struct address first = address_prefix(address, prefix->length);
	bool ipv4 = prefix->length >= ADDRESS_IPV4_PREFIX && address_is_ipv4(&prefix->address);

	return address_is_ipv4(address) == ipv4 && address_equal(&first, &prefix->address);
}

// The rank of the override for the address; -1: it does not cover it. Its longest prefix speaks for it.
static int
naive_rank(const struct random_parts *random, uint32_t override, const struct address *address)
{
	int rank = -1;

	for (uint32_t i = 0; i < LENGTH(random->zones); i++)
		if (random->zones[i].value == random->overrides[override].zone && covers(&random->zones[i], address))
			rank = RTE_MAX(rank, 0);
	for (uint32_t i = 0; i < PREFIXES; i++)
		if (random->prefixes[i].value == override && covers(&random->prefixes[i], address))
			rank = RTE_MAX(rank, 1 + (int)random->prefixes[i].length);
	return rank;
}

// The greatest rank at which a live override has one of these bits in `exempt` or `blocked`, and whether one there blocks.
static int
naive_service(const struct random_parts *random, uint32_t service, const struct address *address, uint64_t now_ms,
	      bool *blocked)
{
	int best = -1;

	*blocked = false;
	for (uint32_t i = 0; i < OVERRIDES; i++) {
		const struct blob_override *override = &random->overrides[i];
		bool blocks = blob_u64(override->blocked) >> service & 1;
		int rank = naive_rank(random, i, address);
		if (now_ms >= blob_u64(override->until_ms) || rank < best ||
		    !(blocks || (blob_u64(override->exempt) >> service & 1)) || rank < 0)
			continue;
		*blocked = blocks || (rank == best && *blocked);
		best = rank;
	}
	return best;
}

static int
naive_package_rank(const struct random_parts *random, const struct address *address, uint64_t now_ms)
{
	int best = -1;

	for (uint32_t i = 0; i < OVERRIDES; i++)
		if (random->overrides[i].package != POLICY_NONE && now_ms < blob_u64(random->overrides[i].until_ms))
			best = RTE_MAX(best, naive_rank(random, i, address));
	return best;
}

// One of the packages that overrides of this rank give.
static bool
naive_gives(const struct random_parts *random, const struct address *address, uint64_t now_ms, int rank,
	    uint32_t package)
{
	for (uint32_t i = 0; i < OVERRIDES; i++)
		if (random->overrides[i].package == package && now_ms < blob_u64(random->overrides[i].until_ms) &&
		    naive_rank(random, i, address) == rank)
			return true;
	return false;
}

static void
compare(const struct random_parts *random, const struct policy *policy, const struct address *address, uint64_t now_ms)
{
	struct overriding found = policy_overriding(policy, NULL, address, now_ms);
	int package_rank = naive_package_rank(random, address, now_ms);

	for (uint32_t service = 0; service < SERVICES; service++) {
		bool blocked;
		bool named = naive_service(random, service, address, now_ms, &blocked) >= 0;
		assert_int_equal(found.blocked >> service & 1, named && blocked);
		assert_int_equal(found.exempt >> service & 1, named && !blocked);
	}
	assert_int_equal(found.package != NULL, package_rank >= 0);
	if (found.package != NULL)
		assert_true(naive_gives(random, address, now_ms, package_rank,
					(uint32_t)(found.package - policy->packages)));
}

static void
random_overrides_come_to_what_a_look_at_every_one_comes_to(void **state)
{
	uint64_t seed = 6;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct random_parts random = {0};
		const struct policy_parts parts = random_policy(&random, &seed);
		struct policy *policy = policy_of(&parts, 1);
		for (int look = 0; look < 40; look++) {
			struct address address = random_address(&seed);
			compare(&random, policy, &address, random_below(&seed, 11));
		}
		free(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_overridden_without_overrides),
		cmocka_unit_test(the_longest_prefix_that_names_a_service_decides_it),
		cmocka_unit_test(an_address_beats_a_zone_and_a_block_an_exemption_of_one_rank),
		cmocka_unit_test(an_expired_override_leaves_the_word_to_the_next),
		cmocka_unit_test(random_overrides_come_to_what_a_look_at_every_one_comes_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

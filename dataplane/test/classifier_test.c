// SPDX-License-Identifier: Apache-2.0
// classifier.c against a naive look at every service, and the words "outbound" and "off-net".

#include "classifier.h"

#include "policy_parts.h"
#include "test.h"

#define UDP POLICY_UDP
#define TCP POLICY_TCP

static struct session_key
key_of(uint8_t protocol, uint16_t subscriber_port, uint16_t network_port, const char *network)
{
	return (struct session_key){
		.subscriber = address_of("10.0.0.1"),
		.network = address_of(network),
		.subscriber_port = subscriber_port,
		.network_port = network_port,
		// Tags, to show that they are no part of the protocol.
		.tags_protocol = 0xabcdef00 | protocol,
	};
}

struct row {
	const char *name;
	struct session_key key;
	enum side opener;
	uint64_t services;
};

static void
services_are_found_by_port_side_and_zone(void **state)
{
	// 0 smtp, 1 outbound smtp, 2 off-net outbound smtp, 3 mail to the home servers, 4 inbound smtp, 5 dns, 6 all of tcp
	const struct policy_parts parts = {
		.zone_prefixes = LIST(blob_prefix, prefix_of("192.0.2.0/24", 3), prefix_of("2001:db8:25::/48", 3),
				      prefix_of("192.0.2.128/25", 9)),
		.services = LIST(blob_service, {.id = 1, .port_range = 0, .port_ranges = 2, .protocol = TCP},
				 {.id = 2, .port_ranges = 2, .protocol = TCP, .initiator = INITIATOR_SUBSCRIBER},
				 {.port_ranges = 2,
				  .protocol = TCP,
				  .initiator = INITIATOR_SUBSCRIBER,
				  .zone_rule = ZONE_EXCLUDE,
				  .zone = 3},
				 {.port_ranges = 2, .protocol = TCP, .zone_rule = ZONE_INCLUDE, .zone = 3},
				 {.port_ranges = 1, .protocol = TCP, .initiator = INITIATOR_NETWORK},
				 {.port_range = 2, .port_ranges = 1, .protocol = UDP},
				 {.port_range = 3, .port_ranges = 1, .protocol = TCP}),
		.port_ranges = LIST(blob_port_range, {25, 25}, {587, 588}, {53, 53}, {0, 65535}),
	};
	struct policy *policy = policy_of(&parts, 1);
	const struct row rows[] = {
		{"out, off-net", key_of(TCP, 40000, 25, "198.51.100.1"), SIDE_SUBSCRIBER, 0x47},
		{"out, home server", key_of(TCP, 40000, 25, "192.0.2.7"), SIDE_SUBSCRIBER, 0x4b},
		{"out, home server by IPv6", key_of(TCP, 40000, 587, "2001:db8:25::1"), SIDE_SUBSCRIBER, 0x4b},
		{"out, in a second zone too", key_of(TCP, 40000, 588, "192.0.2.200"), SIDE_SUBSCRIBER, 0x4b},
		{"out, port above the range", key_of(TCP, 40000, 589, "192.0.2.7"), SIDE_SUBSCRIBER, 0x40},
		{"out, port below the range", key_of(TCP, 40000, 24, "192.0.2.7"), SIDE_SUBSCRIBER, 0x40},
		{"in, from anywhere", key_of(TCP, 25, 40000, "198.51.100.1"), SIDE_NETWORK, 0x51},
		{"in, from a home server", key_of(TCP, 587, 40000, "192.0.2.7"), SIDE_NETWORK, 0x49},
		{"in, the client's port is 25", key_of(TCP, 40000, 25, "198.51.100.1"), SIDE_NETWORK, 0x40},
		{"dns", key_of(UDP, 40000, 53, "198.51.100.1"), SIDE_SUBSCRIBER, 0x20},
		{"port 25 of UDP", key_of(UDP, 40000, 25, "198.51.100.1"), SIDE_SUBSCRIBER, 0},
		{"port 53 of TCP", key_of(TCP, 40000, 53, "198.51.100.1"), SIDE_SUBSCRIBER, 0x40},
		{"port 0", key_of(TCP, 40000, 0, "198.51.100.1"), SIDE_SUBSCRIBER, 0x40},
		{"port 65535", key_of(TCP, 40000, 65535, "198.51.100.1"), SIDE_SUBSCRIBER, 0x40},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint64_t services = classifier_services(&policy->classifier, &rows[i].key, rows[i].opener);
		if (services != rows[i].services)
			fail_msg("%s: services %#lx, not %#lx", rows[i].name, services, rows[i].services);
	}
	free(policy);
}

static void
a_policy_without_services_finds_none(void **state)
{
	struct policy *policy = policy_of(&(struct policy_parts){0}, 1);

	(void)state;
	for (uint32_t port = 0; port <= UINT16_MAX; port++) {
		struct session_key key =
			key_of(port % 2 == 0 ? TCP : UDP, (uint16_t)port, (uint16_t)~port, "192.0.2.1");
		assert_int_equal(classifier_services(&policy->classifier, &key, port % 3 == 0), 0);
	}
	free(policy);
}

struct random_policy {
	struct blob_service services[POLICY_SERVICES_MAX];
	struct blob_port_range ranges[40];
	struct blob_prefix zones[12];
	struct policy_parts parts;
};

// Ports near one another, so that ranges overlap, touch and repeat; few zones, so that they are shared.
static uint16_t
random_port(uint64_t *seed)
{
	static const uint16_t ports[] = {0, 1, 2, 24, 25, 26, 465, 587, 588, 1023, 1024, 32767, 65534, 65535};

	return ports[random_below(seed, LENGTH(ports))];
}

static const char *const places[] = {"192.0.2.0",       "192.0.2.1",   "192.0.2.77",    "192.0.3.255", "10.0.0.0",
				     "255.255.255.255", "2001:db8::1", "2001:db8:25::", "::",          "ffff::"};

static void
fill(struct random_policy *random, uint64_t *seed)
{
	static const uint32_t lengths[] = {0, 8, 24, 32};

	for (size_t i = 0; i < LENGTH(random->ranges); i++) {
		uint16_t a = random_port(seed), b = random_port(seed);
		random->ranges[i] = (struct blob_port_range){.first = a < b ? a : b, .last = a < b ? b : a};
	}
	for (size_t i = 0; i < LENGTH(random->zones); i++) {
		struct address address = address_of(places[random_below(seed, LENGTH(places))]);
		uint32_t length = lengths[random_below(seed, LENGTH(lengths))] + (address_is_ipv4(&address) ? 96 : 0);
		random->zones[i] =
			(struct blob_prefix){address_prefix(&address, length), length, 60 + random_below(seed, 4)};
	}
	for (size_t i = 0; i < LENGTH(random->services); i++) {
		uint32_t first = random_below(seed, LENGTH(random->ranges) + 1);
		uint32_t most = LENGTH(random->ranges) - first < 4 ? LENGTH(random->ranges) - first : 4;
		random->services[i] = (struct blob_service){
			.port_range = first,
			.port_ranges = random_below(seed, most + 1),
			.protocol = random_below(seed, 3) == 0 ? UDP : TCP,
			.initiator = (uint8_t)random_below(seed, 3),
			.zone_rule = (uint8_t)random_below(seed, 3),
			.zone = (uint8_t)(60 + random_below(seed, 4)),
		};
	}
	random->parts = (struct policy_parts){
		.zone_prefixes = {random->zones, LENGTH(random->zones)},
		.services = {random->services, 1 + random_below(seed, POLICY_SERVICES_MAX)},
		.port_ranges = {random->ranges, LENGTH(random->ranges)},
	};
}

static bool
in_zone(const struct random_policy *random, const struct address *address, uint8_t zone)
{
	for (size_t i = 0; i < LENGTH(random->zones); i++) {
		struct address first = address_prefix(address, random->zones[i].length);
		if (random->zones[i].value == zone && address_equal(&first, &random->zones[i].address) &&
		    address_is_ipv4(address) == address_is_ipv4(&random->zones[i].address))
			return true;
	}
	return false;
}

static bool
belongs(const struct random_policy *random, const struct blob_service *service, const struct session_key *key,
	enum side opener)
{
	uint16_t server_port = opener == SIDE_SUBSCRIBER ? key->network_port : key->subscriber_port;
	bool port = false, inside = in_zone(random, &key->network, service->zone);

	for (uint32_t r = service->port_range; r < service->port_range + service->port_ranges; r++)
		port |= random->ranges[r].first <= server_port && server_port <= random->ranges[r].last;
	return service->protocol == session_key_protocol(key) && port &&
	       (service->initiator != INITIATOR_SUBSCRIBER || opener == SIDE_SUBSCRIBER) &&
	       (service->initiator != INITIATOR_NETWORK || opener == SIDE_NETWORK) &&
	       (service->zone_rule != ZONE_INCLUDE || inside) && (service->zone_rule != ZONE_EXCLUDE || !inside);
}

static void
random_policies_find_what_a_look_at_each_service_does(void **state)
{
	static struct random_policy random;
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 300; round++) {
		fill(&random, &seed);
		struct policy *policy = policy_of(&random.parts, 1);

		for (int session = 0; session < 100; session++) {
			struct session_key key =
				key_of(random_below(&seed, 3) == 0 ? UDP : TCP, random_port(&seed), random_port(&seed),
				       places[random_below(&seed, LENGTH(places))]);
			enum side opener = random_below(&seed, SIDES);
			uint64_t wanted = 0;
			for (uint32_t s = 0; s < random.parts.services.count; s++)
				wanted |= (uint64_t)belongs(&random, &random.services[s], &key, opener) << s;
			assert_int_equal(classifier_services(&policy->classifier, &key, opener), wanted);
		}
		free(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services_are_found_by_port_side_and_zone),
		cmocka_unit_test(a_policy_without_services_finds_none),
		cmocka_unit_test(random_policies_find_what_a_look_at_each_service_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a policy blob of any contents in the right shape is refused with a sentence, or compiles into a policy that
// finds the groups and services which a look at every prefix and range finds, and that an engine can obey.
//
// Input: a byte whose bit 0 says that the numbers are brought into their ranges, the lengths of the nine arrays, a byte of
// ageing, four of link modes, then the arrays' bytes.

#include "policy.h"

#include "input.h"
#include "policy_parts.h"
#include "policy_use.h"

struct arrays {
	struct blob_prefix zone_prefixes[6], group_prefixes[6];
	struct blob_group groups[4];
	struct blob_service services[5];
	struct blob_port_range port_ranges[6];
	struct blob_package packages[3];
	struct blob_detector detectors[6];
	struct blob_override overrides[5];
	struct blob_prefix override_prefixes[6];
};

#define DETECTORS 4 // as many as the engine of policy_use has room for

#define MOST(array) (sizeof(((struct arrays *)0)->array) / sizeof(*((struct arrays *)0)->array))

static void
tame_prefixes(struct blob_prefix *prefixes, uint32_t count, uint32_t values)
{
	for (uint32_t i = 0; i < count; i++) {
		prefixes[i].length %= 129;
		prefixes[i].address = address_prefix(&prefixes[i].address, prefixes[i].length);
		prefixes[i].value %= values;
	}
}

static void
tame_overrides(struct arrays *arrays, const struct policy_parts *parts)
{
	for (uint32_t i = 0; i < parts->overrides.count; i++) {
		struct blob_override *override = &arrays->overrides[i];
		override->zone = override->zone & 1 ? POLICY_NONE : override->zone % POLICY_ZONES_MAX;
		override->package = override->package % (parts->packages.count + 1);
		if (override->package == parts->packages.count)
			override->package = POLICY_NONE;
		override->exempt[0] &= (1u << parts->services.count) - 1;
		override->blocked[0] &= (1u << parts->services.count) - 1;
		override->exempt[1] = override->blocked[1] = 0;
	}
	tame_prefixes(arrays->override_prefixes, parts->override_prefixes.count,
		      parts->overrides.count + (parts->overrides.count == 0));
}

// So that what lies behind the checks is reached. A count of 0 stays a reason to refuse.
static void
tame(struct arrays *arrays, const struct policy_parts *parts)
{
	tame_prefixes(arrays->zone_prefixes, parts->zone_prefixes.count, POLICY_ZONES_MAX);
	tame_prefixes(arrays->group_prefixes, parts->group_prefixes.count,
		      parts->groups.count + (parts->groups.count == 0));
	for (uint32_t i = 0; i < parts->groups.count; i++)
		arrays->groups[i] = (struct blob_group){
			.template_number = arrays->groups[i].template_number & UINT16_MAX,
			.package = arrays->groups[i].package % (parts->packages.count + (parts->packages.count == 0)),
			.prefix_length = 32 + arrays->groups[i].prefix_length % 97,
		};
	for (uint32_t i = 0; i < parts->services.count; i++) {
		struct blob_service *service = &arrays->services[i];
		service->port_range %= parts->port_ranges.count + 1;
		service->port_ranges %= parts->port_ranges.count - service->port_range + 1;
		service->protocol = service->protocol & 1 ? POLICY_TCP : POLICY_UDP;
		service->initiator %= 3;
		service->zone_rule %= 3;
		service->zone %= POLICY_ZONES_MAX;
	}
	for (uint32_t i = 0; i < parts->packages.count; i++) {
		struct blob_package *package = &arrays->packages[i];
		package->detector %= parts->detectors.count + 1;
		package->detectors %= parts->detectors.count - package->detector + 1;
		package->measured[0] &= (1u << parts->services.count) - 1;
		package->measured[1] = 0;
	}
	for (uint32_t i = 0; i < parts->detectors.count; i++) {
		struct blob_detector *detector = &arrays->detectors[i];
		detector->service %= parts->services.count + (parts->services.count == 0);
		detector->signal = SIGNAL_SESSIONS;
		detector->window = detector->window & 1 ? WINDOW_FIXED : WINDOW_SLIDING;
		detector->actions &= ACTION_REPORT | ACTION_BLOCK | ACTION_CUT;
		detector->actions |= detector->actions & ACTION_CUT ? ACTION_BLOCK : 0;
		detector->count %= COUNT_ESTABLISHED + 1;
	}
	tame_overrides(arrays, parts);
}

// The families never meet: an IPv6 prefix covers no IPv4 address.
static bool
covers(const struct blob_prefix *prefix, const struct address *address)
{
	struct address first = address_prefix(address, prefix->length);
	bool ipv4 = prefix->length >= ADDRESS_IPV4_PREFIX && address_is_ipv4(&prefix->address);

	return address_is_ipv4(address) == ipv4 && address_equal(&first, &prefix->address);
}

// In 100::/64, where names have their own addresses (RFC 6666): no packet's address is anybody's there.
static bool
is_nobodys(const struct address *address)
{
	static const uint8_t discarded[8] = {0x01};

	return memcmp(address->bytes, discarded, sizeof(discarded)) == 0;
}

static void
check_group(const struct policy *policy, const struct policy_parts *parts, const struct address *address)
{
	const struct blob_prefix *best = NULL;

	for (uint32_t i = 0; i < parts->group_prefixes.count; i++) {
		const struct blob_prefix *prefix = &parts->group_prefixes.items[i];
		if (covers(prefix, address) && (best == NULL || prefix->length > best->length ||
						(prefix->length == best->length && prefix->value < best->value)))
			best = prefix;
	}
	if (is_nobodys(address))
		best = NULL;
	CHECK(policy_group(policy, address) == (best == NULL ? NULL : &policy->groups[best->value]));
}

// The rank of an override for the address, 0 for a zone's; -1: it does not cover it.
static int
rank_of(const struct policy_parts *parts, uint32_t override, const struct address *address)
{
	int rank = -1;

	for (uint32_t z = 0; z < parts->zone_prefixes.count && rank < 0; z++)
		if (parts->zone_prefixes.items[z].value == parts->overrides.items[override].zone &&
		    covers(&parts->zone_prefixes.items[z], address))
			rank = 0;
	for (uint32_t p = 0; p < parts->override_prefixes.count; p++) {
		const struct blob_prefix *prefix = &parts->override_prefixes.items[p];
		if (prefix->value == override && covers(prefix, address) && (int)prefix->length >= rank)
			rank = 1 + (int)prefix->length;
	}
	return rank;
}

// For each service, whether an override of the greatest rank that names it blocks it, or else exempts it.
static void
check_overriding(const struct policy *policy, const struct policy_parts *parts, const struct address *address)
{
	const uint64_t now_ms = 1000;
	struct overriding found = policy_overriding(policy, NULL, address, now_ms);

	for (uint32_t service = 0; service < parts->services.count; service++) {
		int best = -1;
		bool blocked = false;
		for (uint32_t i = 0; i < parts->overrides.count; i++) {
			const struct blob_override *override = &parts->overrides.items[i];
			bool blocks = blob_u64(override->blocked) >> service & 1;
			bool names = blocks || (blob_u64(override->exempt) >> service & 1);
			int rank = rank_of(parts, i, address);
			if (!names || rank < 0 || rank < best || blob_u64(override->until_ms) <= now_ms)
				continue;
			blocked = blocks || (rank == best && blocked);
			best = rank;
		}
		CHECK((found.blocked >> service & 1) == (best >= 0 && blocked));
		CHECK((found.exempt >> service & 1) == (best >= 0 && !blocked));
	}
}

static bool
belongs(const struct policy_parts *parts, const struct blob_service *service, const struct session_key *key,
	enum side opener)
{
	uint16_t server = opener == SIDE_SUBSCRIBER ? key->network_port : key->subscriber_port;
	bool port = false, inside = false;

	for (uint32_t r = service->port_range; r < service->port_range + service->port_ranges; r++)
		port |= parts->port_ranges.items[r].first <= server && server <= parts->port_ranges.items[r].last;
	for (uint32_t z = 0; z < parts->zone_prefixes.count; z++)
		inside |= parts->zone_prefixes.items[z].value == service->zone &&
			  covers(&parts->zone_prefixes.items[z], &key->network);
	return service->protocol == session_key_protocol(key) && port &&
	       (service->initiator != INITIATOR_SUBSCRIBER || opener == SIDE_SUBSCRIBER) &&
	       (service->initiator != INITIATOR_NETWORK || opener == SIDE_NETWORK) &&
	       (service->zone_rule != ZONE_INCLUDE || inside) && (service->zone_rule != ZONE_EXCLUDE || !inside);
}

static void
check_services(const struct policy *policy, const struct policy_parts *parts, const struct address *network,
	       uint16_t port)
{
	for (int i = 0; i < 4; i++) {
		const struct session_key key = {
			.network = *network,
			.subscriber_port = port,
			.network_port = (uint16_t)~port,
			.tags_protocol = i & 1 ? POLICY_TCP : POLICY_UDP,
		};
		enum side opener = i & 2 ? SIDE_SUBSCRIBER : SIDE_NETWORK;
		uint64_t wanted = 0;
		for (uint32_t s = 0; s < parts->services.count; s++)
			wanted |= (uint64_t)belongs(parts, &parts->services.items[s], &key, opener) << s;
		CHECK(classifier_services(&policy->classifier, &key, opener) == wanted);
	}
}

// At both ends of each range.
static void
check_ports(const struct policy *policy, const struct policy_parts *parts, const struct address *network)
{
	for (uint32_t r = 0; r < parts->port_ranges.count; r++) {
		const struct blob_port_range *range = &parts->port_ranges.items[r];
		const uint16_t ports[] = {range->first, range->last, range->first - 1, range->last + 1};
		for (int p = 0; p < 4; p++) {
			check_services(policy, parts, network, ports[p]);
			check_services(policy, parts, network, (uint16_t)~ports[p]);
		}
	}
}

// At both ends of each prefix and one beyond.
static void
check_prefixes(const struct policy *policy, const struct policy_parts *parts, const struct blob_prefix *prefixes,
	       uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		unsigned __int128 first = address_number(&prefixes[i].address);
		unsigned __int128 size =
			prefixes[i].length == 0 ? 0 : (unsigned __int128)1 << (128 - prefixes[i].length);
		const unsigned __int128 probes[] = {first, first - 1, first + size - 1, first + size};
		for (int p = 0; p < 4; p++) {
			struct address address;
			unsigned __int128 number = probes[p];
			for (int b = 15; b >= 0; b--, number >>= 8)
				address.bytes[b] = (uint8_t)number;
			check_group(policy, parts, &address);
			check_overriding(policy, parts, &address);
			check_ports(policy, parts, &address);
		}
	}
}

static void
read_parts(struct input *input, struct arrays *arrays, struct policy_parts *parts)
{
	bool tamed = input_u8(input) & 1;

	*parts = (struct policy_parts){
		.zone_prefixes = {arrays->zone_prefixes, input_u8(input) % (MOST(zone_prefixes) + 1)},
		.group_prefixes = {arrays->group_prefixes, input_u8(input) % (MOST(group_prefixes) + 1)},
		.groups = {arrays->groups, input_u8(input) % (MOST(groups) + 1)},
		.services = {arrays->services, input_u8(input) % (MOST(services) + 1)},
		.port_ranges = {arrays->port_ranges, input_u8(input) % (MOST(port_ranges) + 1)},
		.packages = {arrays->packages, input_u8(input) % (MOST(packages) + 1)},
		.detectors = {arrays->detectors, input_u8(input) % (MOST(detectors) + 1)},
		.overrides = {arrays->overrides, input_u8(input) % (MOST(overrides) + 1)},
		.override_prefixes = {arrays->override_prefixes, input_u8(input) % (MOST(override_prefixes) + 1)},
		.subscriber_ageing_seconds = input_u8(input),
	};
	input_bytes(input, parts->link_mode, sizeof(parts->link_mode));
	input_bytes(input, arrays->zone_prefixes, parts->zone_prefixes.count * sizeof(*arrays->zone_prefixes));
	input_bytes(input, arrays->group_prefixes, parts->group_prefixes.count * sizeof(*arrays->group_prefixes));
	input_bytes(input, arrays->groups, parts->groups.count * sizeof(*arrays->groups));
	input_bytes(input, arrays->services, parts->services.count * sizeof(*arrays->services));
	input_bytes(input, arrays->port_ranges, parts->port_ranges.count * sizeof(*arrays->port_ranges));
	input_bytes(input, arrays->packages, parts->packages.count * sizeof(*arrays->packages));
	input_bytes(input, arrays->detectors, parts->detectors.count * sizeof(*arrays->detectors));
	input_bytes(input, arrays->overrides, parts->overrides.count * sizeof(*arrays->overrides));
	input_bytes(input, arrays->override_prefixes,
		    parts->override_prefixes.count * sizeof(*arrays->override_prefixes));
	if (tamed)
		tame(arrays, parts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct arrays arrays;
	struct policy_parts parts;
	size_t length;

	read_parts(&input, &arrays, &parts);
	void *blob = policy_blob_of(&parts, &length);
	const char *wrong = policy_check(blob, length, DETECTORS);
	if (wrong != NULL) {
		CHECK(wrong[0] != 0 && wrong[strlen(wrong) - 1] != '.');
		free(blob);
		return 0;
	}
	free(blob);
	struct policy *policy = policy_of(&parts, 1);
	check_prefixes(policy, &parts, parts.zone_prefixes.items, parts.zone_prefixes.count);
	check_prefixes(policy, &parts, parts.group_prefixes.items, parts.group_prefixes.count);
	check_prefixes(policy, &parts, parts.override_prefixes.items, parts.override_prefixes.count);
	policy_use(policy);
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The classifier: see classifier.h.

#include "classifier.h"

#include <stdlib.h>

size_t
classifier_ports_size(uint32_t port_ranges)
{
	// Each range begins once and ends once; one more for port 0 of either protocol.
	return (2 * (size_t)port_ranges + 2) * sizeof(struct port_boundary);
}

static int
compare(const void *a, const void *b)
{
	const struct port_boundary *x = a, *y = b;
	return (x->first > y->first) - (x->first < y->first);
}

// Marks where the ranges of one protocol begin and end; the services between marks are filled in after sorting.
static void
add_marks(struct port_table *table, const struct blob_service *services, uint32_t count,
	  const struct blob_port_range *ranges, uint8_t protocol)
{
	table->boundaries[table->count++].first = 0;
	for (uint32_t s = 0; s < count; s++) {
		if (services[s].protocol != protocol)
			continue;
		for (uint32_t r = 0; r < services[s].port_ranges; r++) {
			const struct blob_port_range *range = &ranges[services[s].port_range + r];
			table->boundaries[table->count++].first = range->first;
			if (range->last < UINT16_MAX)
				table->boundaries[table->count++].first = range->last + 1u;
		}
	}
}

static uint64_t
services_of_port(uint32_t port, const struct blob_service *services, uint32_t count,
		 const struct blob_port_range *ranges, uint8_t protocol)
{
	uint64_t set = 0;

	for (uint32_t s = 0; s < count; s++) {
		for (uint32_t r = 0; services[s].protocol == protocol && r < services[s].port_ranges; r++) {
			const struct blob_port_range *range = &ranges[services[s].port_range + r];
			if (range->first <= port && port <= range->last)
				set |= UINT64_C(1) << s;
		}
	}
	return set;
}

static void
build_ports(struct port_table *table, struct port_boundary *memory, const struct blob_service *services, uint32_t count,
	    const struct blob_port_range *ranges, uint8_t protocol)
{
	uint32_t kept = 0;

	*table = (struct port_table){.boundaries = memory};
	add_marks(table, services, count, ranges, protocol);
	qsort(table->boundaries, table->count, sizeof(*table->boundaries), compare);
	for (uint32_t i = 0; i < table->count; i++) {
		uint32_t first = table->boundaries[i].first;
		if (kept > 0 && table->boundaries[kept - 1].first == first)
			continue;
		table->boundaries[kept++] = (struct port_boundary){
			.services = services_of_port(first, services, count, ranges, protocol),
			.first = first,
		};
	}
	table->count = kept;
}

void
classifier_build(struct classifier *classifier, void *ports_memory, const struct blob_service *services, uint32_t count,
		 const struct blob_port_range *ranges)
{
	build_ports(&classifier->tcp, ports_memory, services, count, ranges, POLICY_TCP);
	build_ports(&classifier->udp, classifier->tcp.boundaries + classifier->tcp.count, services, count, ranges,
		    POLICY_UDP);

	for (uint32_t s = 0; s < count; s++) {
		uint64_t bit = UINT64_C(1) << s, zone = UINT64_C(1) << services[s].zone;

		if (services[s].initiator != INITIATOR_NETWORK)
			classifier->initiated_by[SIDE_SUBSCRIBER] |= bit;
		if (services[s].initiator != INITIATOR_SUBSCRIBER)
			classifier->initiated_by[SIDE_NETWORK] |= bit;
		if (services[s].zone_rule != ZONE_ANY)
			classifier->zoned |= bit;
		classifier->inside[s] = services[s].zone_rule == ZONE_INCLUDE ? zone : ~UINT64_C(0);
		classifier->outside[s] = services[s].zone_rule == ZONE_EXCLUDE ? zone : 0;
	}
}

static uint64_t
port_table_find(const struct port_table *table, uint16_t port)
{
	const struct port_boundary *base = table->boundaries;

	for (uint32_t n = table->count; n > 1;) {
		uint32_t half = n / 2;
		base += base[half].first <= port ? half : 0;
		n -= half;
	}
	return base->services;
}

// Takes out the services whose zone rule the address does not meet.
static uint64_t
apply_zones(const struct classifier *classifier, uint64_t services, const struct address *address)
{
	uint64_t zones = prefix_table_find(&classifier->zones, address);

	for (uint64_t left = services & classifier->zoned; left != 0; left &= left - 1) {
		unsigned s = (unsigned)__builtin_ctzll(left);
		bool included = classifier->inside[s] == ~UINT64_C(0) || (zones & classifier->inside[s]) != 0;
		if (!included || (zones & classifier->outside[s]) != 0)
			services &= ~(UINT64_C(1) << s);
	}
	return services;
}

uint64_t
classifier_services(const struct classifier *classifier, const struct session_key *key, enum side initiator)
{
	const struct port_table *ports = session_key_protocol(key) == POLICY_TCP ? &classifier->tcp : &classifier->udp;
	uint16_t port = initiator == SIDE_SUBSCRIBER ? key->network_port : key->subscriber_port;
	uint64_t services = port_table_find(ports, port) & classifier->initiated_by[initiator];

	return services & classifier->zoned ? apply_zones(classifier, services, &key->network) : services;
}

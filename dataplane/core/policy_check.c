// SPDX-License-Identifier: Apache-2.0
// What a policy blob must be before anything is built from it: see policy_check in policy.h.

#include "policy.h"
#include "policy_arrays.h"

#include <stdbool.h>
#include <string.h>

static const char *
check_shape(const void *bytes, size_t length)
{
	const struct blob_header *h = bytes;

	if (length < sizeof(*h) || length > POLICY_BYTES_MAX)
		return "its length is out of range";
	if (memcmp(h->magic, POLICY_MAGIC, sizeof(h->magic)) != 0)
		return "it is not a policy of this version";
	if (h->zone_prefixes > POLICY_PREFIXES_MAX || h->group_prefixes > POLICY_PREFIXES_MAX ||
	    h->groups > POLICY_GROUPS_MAX || h->services > POLICY_SERVICES_MAX ||
	    h->port_ranges > POLICY_PORT_RANGES_MAX || h->packages > POLICY_PACKAGES_MAX ||
	    h->detectors > POLICY_PACKAGES_MAX * POLICY_DETECTORS_MAX || h->overrides > POLICY_OVERRIDES_MAX ||
	    h->override_prefixes > POLICY_PREFIXES_MAX)
		return "it holds more than its limits allow";
	if (h->length != length || blob_open(bytes).length != length)
		return "its length does not fit its contents";
	for (int link = 0; link < LINKS_MAX; link++)
		if (h->link_mode[link] > LINK_CUTOFF)
			return "a link mode is unknown";
	return NULL;
}

static const char *
check_prefixes(const struct blob_prefix *prefixes, uint32_t count, uint32_t values)
{
	for (uint32_t i = 0; i < count; i++) {
		struct address first;

		if (prefixes[i].length > 128 || prefixes[i].value >= values)
			return "a prefix is out of range";
		first = address_prefix(&prefixes[i].address, prefixes[i].length);
		if (!address_equal(&first, &prefixes[i].address))
			return "a prefix has host bits set";
	}
	return NULL;
}

static const char *
check_groups(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->groups; i++) {
		const struct blob_group *group = &blob->groups[i];
		if (group->template_number > UINT16_MAX || group->package >= blob->header->packages ||
		    group->prefix_length < 32 || group->prefix_length > 128)
			return "an anonymous group is out of range";
	}
	return NULL;
}

static const char *
check_services(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->services; i++) {
		const struct blob_service *service = &blob->services[i];
		if ((service->protocol != POLICY_TCP && service->protocol != POLICY_UDP) ||
		    service->initiator > INITIATOR_NETWORK || service->zone_rule > ZONE_EXCLUDE ||
		    service->zone >= POLICY_ZONES_MAX || service->port_range > blob->header->port_ranges ||
		    service->port_ranges > blob->header->port_ranges - service->port_range)
			return "a service is out of range";
	}
	for (uint32_t i = 0; i < blob->header->port_ranges; i++)
		if (blob->port_ranges[i].first > blob->port_ranges[i].last)
			return "a port range is upside down";
	return NULL;
}

// A watch has one window a detector id: two detectors with one id would count in the same.
static bool
ids_differ(const struct blob_detector *detectors, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (detectors[i].id == detectors[j].id)
				return false;
	return true;
}

static bool
are_services(uint64_t set, const struct blob *blob)
{
	return blob->header->services == POLICY_SERVICES_MAX || set >> blob->header->services == 0;
}

static const char *
check_packages(const struct blob *blob, uint32_t detectors)
{
	for (uint32_t i = 0; i < blob->header->packages; i++) {
		const struct blob_package *package = &blob->packages[i];
		if (package->detectors > POLICY_DETECTORS_MAX || package->detector > blob->header->detectors ||
		    package->detectors > blob->header->detectors - package->detector ||
		    !are_services(blob_u64(package->measured), blob))
			return "a package is out of range";
		if (package->detectors > detectors)
			return "a package has more detectors than the fast path was started for with --detectors";
		if ((uint32_t)__builtin_popcountll(blob_u64(package->measured)) > detectors)
			return "a package measures more services than the fast path was started for with --detectors";
		if (!ids_differ(blob->detectors + package->detector, package->detectors))
			return "a package has two detectors with one id";
	}
	return NULL;
}

static bool
actions_agree(uint8_t actions)
{
	if (actions & (ACTION_RESET | ACTION_CUT) && !(actions & ACTION_BLOCK))
		return false;
	if (actions & ACTION_RESET_BOTH && !(actions & ACTION_RESET))
		return false;
	return actions < ACTION_CUT << 1;
}

static const char *
check_detectors(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->detectors; i++) {
		const struct blob_detector *detector = &blob->detectors[i];
		if (detector->id == 0 || detector->service >= blob->header->services || detector->threshold == 0 ||
		    detector->period_ms == 0 || detector->signal != SIGNAL_SESSIONS ||
		    (detector->window != WINDOW_FIXED && detector->window != WINDOW_SLIDING) ||
		    detector->count > COUNT_ESTABLISHED)
			return "a detector is out of range";
		if (detector->count == COUNT_ESTABLISHED && blob->services[detector->service].protocol != POLICY_TCP)
			return "a detector waits for handshakes of a service that is not of TCP";
		if (!actions_agree(detector->actions))
			return "a detector's actions contradict each other";
	}
	return NULL;
}

static const char *
check_overrides(const struct blob *blob)
{
	for (uint32_t i = 0; i < blob->header->overrides; i++) {
		const struct blob_override *override = &blob->overrides[i];
		if ((override->zone != POLICY_NONE && override->zone >= POLICY_ZONES_MAX) ||
		    (override->package != POLICY_NONE && override->package >= blob->header->packages) ||
		    !are_services(blob_u64(override->exempt), blob) || !are_services(blob_u64(override->blocked), blob))
			return "an override is out of range";
	}
	return NULL;
}

const char *
policy_check(const void *bytes, size_t length, uint32_t detectors)
{
	const char *wrong = check_shape(bytes, length);
	if (wrong != NULL)
		return wrong;

	struct blob blob = blob_open(bytes);
	wrong = check_prefixes(blob.zone_prefixes, blob.header->zone_prefixes, POLICY_ZONES_MAX);
	if (wrong == NULL)
		wrong = check_prefixes(blob.group_prefixes, blob.header->group_prefixes, blob.header->groups);
	if (wrong == NULL)
		wrong = check_prefixes(blob.override_prefixes, blob.header->override_prefixes, blob.header->overrides);
	if (wrong == NULL)
		wrong = check_groups(&blob);
	if (wrong == NULL)
		wrong = check_services(&blob);
	if (wrong == NULL)
		wrong = check_packages(&blob, detectors);
	if (wrong == NULL)
		wrong = check_detectors(&blob);
	if (wrong == NULL)
		wrong = check_overrides(&blob);
	return wrong;
}

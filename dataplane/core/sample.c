// SPDX-License-Identifier: Apache-2.0
// Samples: see sample.h.

#include "sample.h"

const char *
sample_filter_check(const struct sample_filter *filter)
{
	if (filter->prefix_length > 128)
		return "the filter's prefix is longer than an address";
	struct address prefix = address_prefix(&filter->address, filter->prefix_length);
	if (!address_equal(&prefix, &filter->address))
		return "the filter's address has bits behind its prefix";
	return NULL;
}

static bool
in_set(uint32_t set, unsigned member)
{
	return set == 0 || (set >> member & 1);
}

static bool
in_prefix(const struct sample_filter *filter, const struct address *address)
{
	struct address prefix = address_prefix(address, filter->prefix_length);

	return address_equal(&prefix, &filter->address);
}

static bool
has_ports(const struct packet *packet)
{
	return packet->kind == PACKET_TCP || packet->kind == PACKET_UDP;
}

static uint16_t
source_port(const struct packet *packet)
{
	return packet->side == SIDE_SUBSCRIBER ? packet->key.subscriber_port : packet->key.network_port;
}

static bool
in_source_ports(const struct sample_filter *filter, const struct packet *packet)
{
	const uint16_t *wanted = filter->source_ports;

	if (wanted[0] == 0 && wanted[1] == 0)
		return true;
	return has_ports(packet) && source_port(packet) != 0 &&
	       (source_port(packet) == wanted[0] || source_port(packet) == wanted[1]);
}

bool
sample_filter_matches(const struct sample_filter *filter, const struct packet *packet, unsigned verdict)
{
	const struct session_key *key = &packet->key;

	// What a standing order chooses by comes first: it is asked about every packet.
	if (!in_set(filter->kinds, packet->kind) || !in_source_ports(filter, packet) ||
	    !in_set(filter->verdicts, verdict) || !in_set(filter->links, packet->link))
		return false;
	if (filter->prefix_length != 0 &&
	    (!packet_owned(packet) || (!in_prefix(filter, &key->subscriber) && !in_prefix(filter, &key->network))))
		return false;
	if (filter->protocol != 0 && (!packet_owned(packet) || session_key_protocol(key) != filter->protocol))
		return false;
	return filter->port == 0 ||
	       (has_ports(packet) && (key->subscriber_port == filter->port || key->network_port == filter->port));
}

static bool
is_zero(const struct address *address)
{
	static const struct address zero;

	return address_equal(address, &zero);
}

bool
sample_from_stranger(const struct sample_sources *sources, const struct packet *packet)
{
	if (is_zero(&sources->addresses[0]))
		return false;
	if (packet->side != SIDE_NETWORK || !packet_owned(packet))
		return true;
	for (int s = 0; s < SAMPLE_SOURCES && !is_zero(&sources->addresses[s]); s++)
		if (address_equal(&sources->addresses[s], &packet->key.network))
			return false;
	return true;
}

void
sample_describe(struct sample *sample, struct pipeline *pipeline, const struct packet *packet, unsigned verdict)
{
	const struct session *session = NULL;

	if (pipeline != NULL && has_ports(packet))
		session = session_table_find(&pipeline->sessions, &packet->key, packet->hash, TAG_NO_SLOT);
	sample->services =
		session == NULL ? 0 : classifier_services(&pipeline->policy->classifier, &packet->key, session->opener);
	sample->state = session == NULL ? SESSION_FREE : session->state;
	sample->subscriber = packet_owned(packet) ? packet->key.subscriber : (struct address){0};
	sample->tags = packet_owned(packet) ? session_key_tags(&packet->key) : 0;
	sample->link = packet->link;
	sample->side = packet->side;
	sample->kind = packet->kind;
	sample->verdict = (uint8_t)verdict;
	sample->reserved = 0;
	sample->generation = pipeline == NULL || pipeline->policy == NULL ? 0 : pipeline->policy->generation;
}

// SPDX-License-Identifier: Apache-2.0
// The quota, told naively: see quota_model.h.

#include "quota_model.h"

#include "input.h"

// NULL: there are too many.
static struct modelled *
subscriber_of(struct quota_model *model, const struct packet *packet)
{
	uint8_t length = address_is_ipv4(&packet->key.subscriber) ? 128 : MODELLED_IPV6_PREFIX;
	struct subscriber_key key = subscriber_key(&packet->key.subscriber, length, session_key_tags(&packet->key));

	for (uint32_t i = 0; i < model->subscribers; i++)
		if (memcmp(&model->subscriber[i].key, &key, sizeof(key)) == 0)
			return &model->subscriber[i];
	if (model->subscribers == MODELLED_MAX)
		return NULL;
	model->subscriber[model->subscribers] = (struct modelled){.key = key};
	return &model->subscriber[model->subscribers++];
}

// False also when there are too many to tell.
static bool
first_of_key(struct quota_model *model, const struct packet *packet)
{
	for (uint32_t i = 0; i < model->keys; i++)
		if (memcmp(&model->opened[i], &packet->key, sizeof(packet->key)) == 0)
			return false;
	if (model->keys == MODELLED_KEYS_MAX)
		return false;
	model->opened[model->keys++] = packet->key;
	return true;
}

static bool
opens(const struct packet *packet)
{
	return packet->kind == PACKET_TCP && (packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

// What hides its ports or TCP's flags may be counted or not.
static bool
plain(const struct packet *packet)
{
	return !packet->evasive && packet->kind != PACKET_EVASIVE;
}

static void
check_opening(struct quota_model *model, struct modelled *subscriber, int q, enum verdict verdict, uint64_t now_ms)
{
	const struct quota *quota = &model->quotas[q];
	uint64_t started_ms = subscriber->windows[q].started_ms;
	uint32_t counted = subscriber->windows[q].counted;
	bool in_period = counted > 0 && now_ms < started_ms + quota->period_ms;
	bool used_up = in_period && counted >= quota->threshold;

	if (verdict == VERDICT_REFUSE) {
		CHECK(quota->block && used_up);
		return;
	}
	CHECK(!(quota->block && used_up) || model->lossy);
	subscriber->windows[q].started_ms = in_period ? started_ms : now_ms;
	subscriber->windows[q].counted = in_period ? counted + 1 : 1;
}

void
quota_model_check(struct quota_model *model, const struct packet *packet, enum verdict verdict, uint64_t now_ms)
{
	if (!packet_owned(packet))
		return;

	struct modelled *subscriber = subscriber_of(model, packet);
	if (subscriber == NULL)
		return;
	if (!plain(packet))
		subscriber->doubtful = true;
	if (!opens(packet))
		return;
	if (!first_of_key(model, packet))
		subscriber->doubtful = true;
	if (packet->side == SIDE_NETWORK || subscriber->doubtful)
		return;
	for (int q = 0; q < QUOTAS; q++)
		if (packet->key.network_port == model->quotas[q].port)
			check_opening(model, subscriber, q, verdict, now_ms);
}

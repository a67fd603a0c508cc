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

static bool
in_period(const struct quota_model *model, const struct modelled *subscriber, int q, uint64_t now_ms)
{
	return subscriber->windows[q].counted > 0 &&
	       now_ms < subscriber->windows[q].started_ms + model->quotas[q].period_ms;
}

static bool
refuses(const struct quota_model *model, const struct modelled *subscriber, int q, uint64_t now_ms)
{
	return model->quotas[q].block && in_period(model, subscriber, q, now_ms) &&
	       subscriber->windows[q].counted >= model->quotas[q].threshold;
}

// Whatever was forgotten, who is refused has used up the quota within a period's time.
static bool
may_refuse(const struct quota_model *model, const struct modelled *subscriber, int q, uint64_t now_ms)
{
	uint32_t passed = subscriber->windows[q].passed, threshold = model->quotas[q].threshold;

	return model->quotas[q].block && passed >= threshold &&
	       now_ms < subscriber->windows[q].passed_ms[(passed - threshold) % QUOTA_THRESHOLD_MAX] +
				model->quotas[q].period_ms;
}

// An opening that concerns the quotas in `concerned` (bit q).
static void
check_opening(struct quota_model *model, struct modelled *subscriber, unsigned concerned, enum verdict verdict,
	      uint64_t now_ms)
{
	bool refused = false, may_be = false;

	for (int q = 0; q < QUOTAS; q++) {
		refused |= (concerned >> q & 1) && refuses(model, subscriber, q, now_ms);
		may_be |= (concerned >> q & 1) && may_refuse(model, subscriber, q, now_ms);
	}
	CHECK(verdict != VERDICT_REFUSE || (model->lossy ? may_be : refused));
	CHECK(verdict == VERDICT_REFUSE || !refused || model->lossy);
	for (int q = 0; q < QUOTAS && verdict != VERDICT_REFUSE; q++) {
		if (!(concerned >> q & 1))
			continue;
		if (!in_period(model, subscriber, q, now_ms)) {
			subscriber->windows[q].started_ms = now_ms;
			subscriber->windows[q].counted = 0;
		}
		subscriber->windows[q].counted++;
		subscriber->windows[q].passed_ms[subscriber->windows[q].passed++ % QUOTA_THRESHOLD_MAX] = now_ms;
	}
}

// Hidden ports may be any.
static unsigned
concerned_by(const struct quota_model *model, const struct packet *packet)
{
	unsigned concerned = 0;

	for (int q = 0; q < QUOTAS; q++)
		if (packet->kind == PACKET_EVASIVE || packet->key.network_port == model->quotas[q].port)
			concerned |= 1u << q;
	return concerned;
}

void
quota_model_check(struct quota_model *model, const struct packet *packet, enum verdict verdict, uint64_t now_ms)
{
	if (!packet_owned(packet))
		return;

	struct modelled *subscriber = subscriber_of(model, packet);
	if (subscriber == NULL)
		return;
	if (packet->kind != PACKET_EVASIVE && !opens(packet))
		return;
	if (opens(packet) && !first_of_key(model, packet))
		subscriber->doubtful = true;
	if (packet->side == SIDE_SUBSCRIBER && !subscriber->doubtful)
		check_opening(model, subscriber, concerned_by(model, packet), verdict, now_ms);
}

void
quota_model_release(struct quota_model *model, const struct subscriber_key *key, int quota)
{
	for (uint32_t i = 0; i < model->subscribers; i++)
		if (memcmp(&model->subscriber[i].key, key, sizeof(*key)) == 0)
			model->subscriber[i].windows[quota].counted = model->subscriber[i].windows[quota].passed = 0;
}

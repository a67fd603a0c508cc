// SPDX-License-Identifier: Apache-2.0
// Gives real clients VLAN tags, PPPoE and MPLS where the kernel has no devices for them: pushed behind the stack on egress,
// popped in front of it on ingress. Compiled and attached by tagger.ts, which gives the tags: INNER_PROTOCOL and INNER_VLAN,
// and for two tags OUTER_PROTOCOL and OUTER_VLAN; and perhaps PPPOE or MPLS.
//
// The kernel's helpers move only VLAN tags without regard to the MTU and to what lies behind them. A PPPoE header with PPP's
// protocol is as long as two tags, an MPLS label as long as one: they are pushed as tags and rewritten, and the other way round.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Verdicts of a direct-action classifier (linux/pkt_cls.h).
#define PASS 0
#define DROP 2

#define TYPE_OFFSET 12

#if defined(PPPOE)
#define SHIM_TYPE 0x8864
#define SHIM_TAGS 2
#elif defined(MPLS)
#define SHIM_TYPE 0x8847
#define SHIM_TAGS 1
#endif

#ifdef SHIM_TYPE
// From the shim's EtherType to IP: the shim as 16-bit words, then the EtherType of IP when it is written as tags.
#define SHIM_WORDS (2 * SHIM_TAGS + 1)
#define SHIM_BYTES (2 * SHIM_WORDS)

// Where the shim begins when all tags are pushed: the outermost tag is beside the packet, not in it.
#ifdef OUTER_PROTOCOL
#define SHIM_OFFSET (TYPE_OFFSET + 4)
#else
#define SHIM_OFFSET TYPE_OFFSET
#endif

static __always_inline int
write_shim(struct __sk_buff *skb, __u16 type)
{
#ifdef PPPOE
	__u16 length = skb->len - SHIM_OFFSET - 8; // PPP's protocol and the packet
	__u16 shim[SHIM_WORDS] = {SHIM_TYPE, 0x1100, 7, length, type == ETH_P_IP ? 0x0021 : 0x0057};
#else
	__u16 shim[SHIM_WORDS] = {SHIM_TYPE, 100 >> 4, (100 & 0xf) << 12 | 0x100 | 64};
#endif

	for (int i = 0; i < SHIM_WORDS; i++)
		shim[i] = bpf_htons(shim[i]);
	return bpf_skb_store_bytes(skb, SHIM_OFFSET, shim, sizeof(shim), 0);
}

// Two pushed tags make the kernel look for tags in the packet, and there it finds the shim's.
static __always_inline int
pop_shim(struct __sk_buff *skb)
{
	__u16 tags[SHIM_WORDS];
	__u8 version;

	if (bpf_skb_load_bytes(skb, TYPE_OFFSET, tags, sizeof(tags)) || tags[0] != bpf_htons(SHIM_TYPE))
		return PASS;
	if (bpf_skb_load_bytes(skb, TYPE_OFFSET + SHIM_BYTES, &version, sizeof(version)))
		return DROP;
	for (int i = 0; i < SHIM_TAGS; i++) {
		tags[2 * i] = bpf_htons(ETH_P_8021Q);
		tags[2 * i + 1] = bpf_htons(1);
	}
	tags[SHIM_WORDS - 1] = bpf_htons(version >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);
	if (bpf_skb_store_bytes(skb, TYPE_OFFSET, tags, sizeof(tags), 0))
		return DROP;
	for (int i = 0; i < 2; i++)
		if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 1))
			return DROP;
	for (int i = 0; i < 2 + SHIM_TAGS; i++)
		if (bpf_skb_vlan_pop(skb))
			return DROP;
	return PASS;
}
#endif

SEC("push")
int
push_tags(struct __sk_buff *skb)
{
#ifdef SHIM_TYPE
	__u16 type = bpf_ntohs(skb->protocol);
	_Bool ip = type == ETH_P_IP || type == ETH_P_IPV6;

	for (int i = 0; ip && i < SHIM_TAGS; i++)
		if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 1))
			return DROP;
#endif
	if (bpf_skb_vlan_push(skb, bpf_htons(INNER_PROTOCOL), INNER_VLAN))
		return DROP;
#ifdef OUTER_PROTOCOL
	if (bpf_skb_vlan_push(skb, bpf_htons(OUTER_PROTOCOL), OUTER_VLAN))
		return DROP;
#endif
#ifdef SHIM_TYPE
	if (ip && write_shim(skb, type))
		return DROP;
#endif
	return PASS;
}

SEC("pop")
int
pop_tags(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_pop(skb))
		return DROP;
#ifdef OUTER_PROTOCOL
	if (bpf_skb_vlan_pop(skb))
		return DROP;
#endif
#ifdef SHIM_TYPE
	return pop_shim(skb);
#else
	return PASS;
#endif
}

// SPDX-License-Identifier: Apache-2.0
// Gives real clients VLAN tags where the kernel has no 802.1Q devices: pushed behind the stack on egress, popped in
// front of it on ingress. Compiled and attached by tagger.ts, which gives the tags: INNER_PROTOCOL and INNER_VLAN, and for
// two tags OUTER_PROTOCOL and OUTER_VLAN.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Verdicts of a direct-action classifier (linux/pkt_cls.h).
#define PASS 0
#define DROP 2

SEC("push")
int
push_tags(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(INNER_PROTOCOL), INNER_VLAN))
		return DROP;
#ifdef OUTER_PROTOCOL
	if (bpf_skb_vlan_push(skb, bpf_htons(OUTER_PROTOCOL), OUTER_VLAN))
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
	return PASS;
}

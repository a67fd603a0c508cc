// SPDX-License-Identifier: Apache-2.0
// Writes the inputs that fuzzing starts from, as DIRECTORY/TARGET/NAME: honest ones of each kind, from which hostile ones are a few
// changes away. Run by scripts/test/fuzz.ts. What was found is kept beside this file, in found/TARGET.

#include "control_protocol.h"
#include "frame.h"
#include "input.h"
#include "policy_parts.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/stat.h>

#define V4 .source = "10.0.0.1", .destination = "198.51.100.25", .source_port = 40000, .destination_port = 25
#define V6 .source = "2001:db8::1", .destination = "2001:db8:f::25", .source_port = 40000, .destination_port = 25

struct seed {
	size_t length;
	uint8_t bytes[4096];
};

static const char *directory;

static void
put(struct seed *seed, const void *bytes, size_t length)
{
	if (length > 0)
		memcpy(seed->bytes + seed->length, bytes, length);
	seed->length += length;
}

#define PUT(seed, ...) put(seed, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void
make_directory(const char *path)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		err(1, "%s", path);
}

static void
save(const char *target, const char *name, const struct seed *seed)
{
	char path[4096];

	make_directory(directory);
	snprintf(path, sizeof(path), "%s/%s", directory, target);
	make_directory(path);
	snprintf(path, sizeof(path), "%s/%s/%s", directory, target, name);
	FILE *f = fopen(path, "we");
	if (f == NULL || fwrite(seed->bytes, 1, seed->length, f) != seed->length || fclose(f) != 0)
		err(1, "%s", path);
}

static const struct {
	const char *name;
	struct frame_spec spec;
} frames[] = {
	{"tcp", {V4, .protocol = IPPROTO_TCP, .tcp_flags = 2, .tcp_options = 20}},
	{"udp", {V4, .protocol = IPPROTO_UDP, .payload = 12}},
	{"icmp", {V4, .protocol = IPPROTO_ICMP}},
	{"ipv4-options", {V4, .protocol = IPPROTO_TCP, .ip_options = 40}},
	{"first-fragment", {V4, .protocol = IPPROTO_TCP, .fragment = 0x2000, .payload = 16}},
	{"fragment-over-flags", {V4, .protocol = IPPROTO_TCP, .fragment = 0x2001, .payload = 16}},
	{"later-fragment", {V4, .protocol = IPPROTO_UDP, .fragment = 0x2002, .payload = 16}},
	{"ipv6-tcp", {V6, .protocol = IPPROTO_TCP}},
	{"ipv6-udp", {V6, .protocol = IPPROTO_UDP}},
	{"ipv6-hop-by-hop", {V6, .protocol = IPPROTO_TCP, .extensions = {{.type = 0, .bytes = 8}}}},
	{"ipv6-chain",
	 {V6, .protocol = IPPROTO_TCP, .extensions = {{.type = 43, .bytes = 24}, {.type = 60, .bytes = 8}}}},
	{"ipv6-authenticated", {V6, .protocol = IPPROTO_UDP, .extensions = {{.type = 51, .bytes = 24}}}},
	{"ipv6-first-fragment", {V6, .protocol = IPPROTO_TCP, .extensions = {{.type = 44, .bytes = 8, .offset = 1}}}},
	{"ipv6-later-fragment", {V6, .protocol = IPPROTO_TCP, .extensions = {{.type = 44, .bytes = 8, .offset = 9}}}},
	{"pppoe", {V4, .protocol = IPPROTO_TCP, .pppoe = 2}},
	{"qinq-pppoe", {V6, .protocol = IPPROTO_UDP, .pppoe = 2, .tags = {{0x88a8, 5}, {0x8100, 6}}}},
	{"mpls", {V4, .protocol = IPPROTO_TCP, .labels = 2}},
	{"gre", {V4, .protocol = IPPROTO_GRE}},
	{"6in4", {V4, .protocol = IPPROTO_IPV6}},
	{"one-tag", {V4, .protocol = IPPROTO_TCP, .tags = {{0x8100, 100}}}},
	{"two-tags", {V6, .protocol = IPPROTO_UDP, .tags = {{0x88a8, 5}, {0x8100, 6}}}},
	{"three-tags", {V4, .protocol = IPPROTO_TCP, .tags = {{0x9100, 1}, {0x8100, 2}, {0x8100, 3}}}},
};

static void
packet_seeds(void)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		struct seed seed = {0};
		struct frame frame;
		frame_build(&frame, &frames[i].spec);
		// Side, and nothing elsewhere.
		PUT(&seed, 0, 0, 0);
		put(&seed, frame.bytes, frame.length);
		save("packet", frames[i].name, &seed);
	}
}

// The steps of pipeline.c, by number.
enum { TALK, CROWD, TIME, FRAME, POLICY, RESTART, RELEASE };

static void
pipeline_seeds(void)
{
	struct seed breach = {0}, release = {0}, dialogue = {0}, restart = {0}, full = {0}, raw = {0};

	// Sizes 24, one worker; a quota of 3 that blocks; ten sessions; the period's end; ten more.
	PUT(&breach, 0x54, POLICY, 0x22, 0x3f, CROWD, 1, 0, 10, TIME, 0x60, 0x82, CROWD, 1, 50, 10, TIME, 0xff, 0xff);
	// The same; released, breached and released again after the period's end.
	PUT(&release, 0x54, POLICY, 0x22, 0x3f, CROWD, 1, 0, 10, RELEASE, 1, 0, CROWD, 1, 50, 10, RELEASE, 1, 1, TIME,
	    0x60, 0xea, RELEASE, 1, 0, CROWD, 1, 100, 10);
	// SYN, SYN+ACK, ACK, FINs of one session, and its SYN again.
	PUT(&dialogue, 0x55, TALK, 0, 1, 0x02, 9, TALK, 0, 0x81, 0x12, 9, TALK, 0, 1, 0x10, 9, TALK, 0, 1, 0x11, 9,
	    TALK, 0, 0x81, 0x11, 9, TALK, 0, 2, 0x02, 9, TALK, 0x30, 0x40, 0, 7);
	// Who is in breach stays so over a restart with two workers and one with one.
	PUT(&restart, 0x54, CROWD, 1, 0, 10, CROWD, 0x41, 0, 20, RESTART, 1, CROWD, 1, 60, 10, POLICY, 0x75, 0x07,
	    CROWD, 1, 90, 5, RESTART, 0, CROWD, 1, 120, 10);
	// Thirty subscribers where two have room.
	PUT(&full, 0x00, CROWD, 0x80, 0, 30, CROWD, 0xc0, 30, 30, TIME, 0x10, 0x27, CROWD, 0x80, 0, 30);
	PUT(&raw, 0x55);
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		struct frame frame;
		frame_build(&frame, &frames[i].spec);
		PUT(&raw, FRAME, (uint8_t)(frame.length < 0x7f ? frame.length : 0x7f));
		put(&raw, frame.bytes, frame.length < 0x7f ? frame.length : 0x7f);
	}
	save("pipeline", "breach-and-its-end", &breach);
	save("pipeline", "dialogue", &dialogue);
	save("pipeline", "releases", &release);
	save("pipeline", "restarts", &restart);
	save("pipeline", "full-tables", &full);
	save("pipeline", "frames-of-every-kind", &raw);
}

static const struct policy_parts policy = {
	.subscriber_ageing_seconds = 30,
	.groups = LIST(blob_group, {.prefix_length = 64}, {.prefix_length = 56, .package = 1}),
	.services =
		LIST(blob_service, {.port_ranges = 2, .protocol = POLICY_TCP, .initiator = INITIATOR_SUBSCRIBER},
		     {.port_range = 1, .port_ranges = 1, .protocol = POLICY_UDP, .zone_rule = ZONE_EXCLUDE, .zone = 3}),
	.port_ranges = LIST(blob_port_range, {25, 25}, {587, 588}),
	.packages = LIST(blob_package, {.detectors = 2, .measured = {3}}, {.id = 1, .detector = 1, .detectors = 1}),
	.detectors = LIST(blob_detector, BLOCKING(1, 0, 2, 60000), BLOCKING(2, 1, 5, 1000)),
	.overrides = LIST(blob_override, OVERRIDE(1, POLICY_NONE, 1, .exempt = {1}),
			  OVERRIDE(2, 3, POLICY_NONE, .blocked = {2})),
};

static struct policy_parts
whole_policy(void)
{
	static struct blob_prefix zones[2], groups[3], overridden[2];
	struct policy_parts parts = policy;

	zones[0] = prefix_of("192.0.2.0/24", 3);
	zones[1] = prefix_of("2001:db8:25::/48", 3);
	groups[0] = prefix_of("10.0.0.0/8", 0);
	groups[1] = prefix_of("10.1.0.0/16", 1);
	groups[2] = prefix_of("2001:db8::/32", 1);
	overridden[0] = prefix_of("10.1.2.0/24", 0);
	overridden[1] = prefix_of("10.1.2.3/32", 0);
	parts.override_prefixes.items = overridden;
	parts.override_prefixes.count = 2;
	parts.zone_prefixes.items = zones;
	parts.zone_prefixes.count = 2;
	parts.group_prefixes.items = groups;
	parts.group_prefixes.count = 3;
	return parts;
}

static void
policy_seeds(void)
{
	const struct policy_parts parts = whole_policy();
	size_t length;
	uint8_t *blob = policy_blob_of(&parts, &length);

	for (uint8_t tamed = 0; tamed < 2; tamed++) {
		struct seed seed = {0};
		PUT(&seed, tamed, 2, 3, 2, 2, 2, 2, 2, 2, 2, 30, 0, 0, 0, 0);
		put(&seed, blob + sizeof(struct blob_header), length - sizeof(struct blob_header));
		save("policy", tamed ? "whole-tamed" : "whole", &seed);
	}
	free(blob);
}

static void
put_batch(struct seed *seed, uint16_t kind, const void *payload, uint32_t length)
{
	const struct control_command command = {.length = length, .kind = kind};
	const struct control_batch batch = {
		.length = (uint32_t)(sizeof(batch) + sizeof(command)) + length,
		.version = CONTROL_VERSION,
		.commands = 1,
	};

	put(seed, &batch, sizeof(batch));
	put(seed, &command, sizeof(command));
	put(seed, payload, length);
}

static void
control_seeds(void)
{
	const struct policy_parts parts = whole_policy(), none = {0};
	struct seed whole = {0}, pieces = {0}, empty = {0}, orders = {0}, unknown = {0};
	const struct control_release release = {.address = address_of("10.0.0.66"), .prefix_length = 128};
	size_t length, empty_length;
	void *blob = policy_blob_of(&parts, &length), *empty_blob = policy_blob_of(&none, &empty_length);

	// In one piece, and in pieces of 7 bytes.
	PUT(&whole, 0);
	put_batch(&whole, CONTROL_POLICY, blob, (uint32_t)length);
	PUT(&pieces, 7);
	put_batch(&pieces, CONTROL_POLICY, blob, (uint32_t)length);
	put_batch(&pieces, CONTROL_POLICY, empty_blob, (uint32_t)empty_length);
	PUT(&empty, 0);
	put_batch(&empty, CONTROL_POLICY, empty_blob, (uint32_t)empty_length);
	PUT(&orders, 0);
	put_batch(&orders, CONTROL_RELEASE, &release, sizeof(release));
	put_batch(&orders, CONTROL_RESTART, NULL, 0);
	PUT(&unknown, 3);
	put_batch(&unknown, 77, "what", 4);
	save("control", "a-policy", &whole);
	save("control", "two-policies-in-pieces", &pieces);
	save("control", "an-empty-policy", &empty);
	save("control", "orders", &orders);
	save("control", "an-unknown-kind", &unknown);
	free(blob);
	free(empty_blob);
}

// The parts of region.c, by number.
enum { HEADER, GEOMETRY, COUNTERS, RING, OTHER_RING, SUBSCRIBERS, WATCHES };
#define SCRIBBLE(part, length) ((part) | ((length)-1) << 3)

static void
region_seeds(void)
{
	struct seed untouched = {0}, locked = {0}, strangers = {0}, lapped = {0}, header = {0};

	// A watch's lock; its subscriber; a subscriber's watch and generation; a ring's next; the number of watches.
	PUT(&untouched, SCRIBBLE(COUNTERS, 1), 0, 0, 0);
	PUT(&locked, SCRIBBLE(WATCHES, 4), 0, 0, 1, 0, 0, 0);
	PUT(&strangers, SCRIBBLE(WATCHES, 8), 36, 0, 0xff, 0xff, 0xff, 0xff, 9, 0, 0, 0, SCRIBBLE(SUBSCRIBERS, 8), 24,
	    0, 3, 0, 0, 0, 1, 0, 0, 0);
	PUT(&lapped, SCRIBBLE(RING, 8), 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, SCRIBBLE(OTHER_RING, 8), 0, 0, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff);
	PUT(&header, SCRIBBLE(GEOMETRY, 4), 13, 0, 0xff, 0xff, 0xff, 0xff, SCRIBBLE(HEADER, 8), 32, 0, 1, 2, 3, 4, 5, 6,
	    7, 8);
	save("region", "untouched", &untouched);
	save("region", "a-lock-nobody-gives-back", &locked);
	save("region", "strangers", &strangers);
	save("region", "rings-far-ahead", &lapped);
	save("region", "another-geometry", &header);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		errx(1, "usage: fuzz-seeds DIRECTORY");
	directory = argv[1];
	packet_seeds();
	pipeline_seeds();
	policy_seeds();
	control_seeds();
	region_seeds();
	return 0;
}

// What replies mean: who is called what, and what he has for how long.

import test from "ava";
import type { Reply4 } from "../../mgmt/dhcp/dhcpv4.ts";
import { readReply4 } from "../../mgmt/dhcp/dhcpv4.ts";
import { type Reply6, readReply6 } from "../../mgmt/dhcp/dhcpv6.ts";
import { lease4, leaseEvent, leases6 } from "../../mgmt/dhcp/lease.ts";
import { identity4, identity6, type NameSource, nameOf } from "../../mgmt/dhcp/name.ts";
import type { SubscriberEvent } from "../../mgmt/subscribers/feed.ts";
import { mappingText } from "../../mgmt/subscribers/mapping.ts";
import { ack4, association, duid, iaaddr, iaprefix, message4, message6, options4, relayed } from "./messages.ts";

const MAC = "0200000000a7";

function reply4(...given: Parameters<typeof ack4>): Reply4 {
  return readReply4(ack4(...given)) as Reply4;
}

function reply6(message: Buffer): Reply6 {
  return readReply6(message) as Reply6;
}

function named4(source: NameSource, ack: Partial<Parameters<typeof ack4>[0]>): string | undefined {
  return nameOf(identity4(reply4({ address: "10.0.0.7", mac: MAC, ...ack })), source);
}

test("what can be printed is a name as it is, other bytes are in hexadecimal", (t) => {
  t.is(named4("circuit-id", { circuitId: "olt-3 1/1/7" }), "olt-3 1/1/7");
  t.is(named4("circuit-id", { circuitId: Buffer.from("000400640103", "hex") }), "0x000400640103");
  t.is(named4("circuit-id", { circuitId: "it's" }), "0x69742773", "a name has no quotes");
  t.is(named4("circuit-id", { circuitId: "0x69742773" }), "0x30783639373432373733", "no two are called alike");
  t.is(named4("circuit-id", { circuitId: "a".repeat(64) }), "a".repeat(64));
  t.is(named4("circuit-id", { circuitId: "a".repeat(65) }), undefined, "longer than a name");
  t.is(named4("circuit-id", { circuitId: Buffer.alloc(31) }), `0x${"00".repeat(31)}`);
  t.is(named4("circuit-id", { circuitId: Buffer.alloc(32) }), undefined);
  t.is(named4("circuit-id", { remoteId: "home 7" }), undefined, "it is not said");
  t.is(named4("remote-id", { remoteId: "home 7" }), "home 7");
});

test("a line is known with its relay: another relay's line of the same number is another's", (t) => {
  const line4 = (giaddr: string, circuitId: Buffer | string = "1/1/7") =>
    named4("relay-circuit-id", { giaddr, circuitId });
  t.is(line4("10.0.0.1"), "10.0.0.1 1/1/7");
  t.is(line4("10.0.1.1"), "10.0.1.1 1/1/7");
  t.is(line4("10.0.0.1", Buffer.of(0, 7)), "10.0.0.1 0x0007");
  t.is(line4("10.0.0.1", "a".repeat(56)), undefined, "longer than a name");
  t.is(named4("relay-circuit-id", { giaddr: "10.0.0.1" }), undefined, "he who renews past the relay");
  t.is(line4("0.0.0.0"), undefined, "nobody knows whose line");
  const line6 = (...links: string[]) => {
    const relay = (message: Buffer, link: string) => relayed(message, { link, interfaceId: "1/1/7" });
    return nameOf(identity6(reply6(links.reduce(relay, message6(7, [1, duid(MAC)])))), "relay-circuit-id");
  };
  t.is(line6("2001:db8::1"), "2001:db8::1 1/1/7");
  t.is(line6("2001:db8::1", "2001:db8::2"), "2001:db8::1 1/1/7", "the relay next to the client");
  t.is(line6("::", "2001:db8::2"), "2001:db8::2 1/1/7", "that has an address");
  t.is(line6("::"), undefined);
});

test("a client that sends no identifier is known as one that sends its hardware address", (t) => {
  const sent = named4("client-id", { clientId: Buffer.from(`01${MAC}`, "hex") });
  t.is(sent, `0x01${MAC}`);
  t.is(named4("client-id", {}), sent);
});

test("one subscriber has one name in both families where the same is said of him", (t) => {
  const reply = relayed(message6(7, [1, duid(MAC)]), { interfaceId: "line 7", remoteId: "home 7" });
  const identity = identity6(reply6(reply));
  t.is(nameOf(identity, "circuit-id"), named4("circuit-id", { circuitId: "line 7" }));
  t.is(nameOf(identity, "remote-id"), named4("remote-id", { remoteId: "home 7" }));
  t.is(nameOf(identity, "mac"), "02:00:00:00:00:a7");
  t.is(named4("mac", {}), "02:00:00:00:00:a7");
  const clientId = Buffer.concat([Buffer.of(255, 0, 0, 0, 1), duid(MAC)]);
  t.is(nameOf(identity, "client-id"), named4("client-id", { clientId }), "RFC 4361");
});

test("a DUID that has no Ethernet address gives no MAC address", (t) => {
  const macOf = (hex: string) => nameOf(identity6(reply6(message6(7, [1, Buffer.from(hex, "hex")]))), "mac");
  t.is(macOf(`0001000112345678${MAC}`), "02:00:00:00:00:a7", "a DUID-LLT has one");
  for (const hex of ["", "0003", `00030006${MAC}`, `00020001${MAC}`, `0001000112345678${MAC}00`]) {
    t.is(macOf(hex), undefined, hex);
  }
});

/** An event without what tells sessions apart. */
function told(event: SubscriberEvent | undefined) {
  if (event?.kind === "login") {
    const { name, mappings, at, expiresAt } = event;
    return [name, ...mappings.map(({ key, attribute }) => `${attribute} ${mappingText(key)}`), at, expiresAt];
  }
  return event?.kind === "renew" ? ["renew", event.expiresAt] : event?.kind;
}

function event4(ack: Parameters<typeof ack4>[0], source: NameSource = "mac") {
  const lease = lease4(reply4({ mac: MAC, ...ack }));
  return lease && leaseEvent(lease, source, 1000);
}

test("an acknowledgement gives an address for the time of the lease", (t) => {
  t.deepEqual(told(event4({ address: "10.0.0.7" })), ["02:00:00:00:00:a7", "yiaddr 10.0.0.7", 1000, 3_601_000]);
  t.deepEqual(told(event4({ address: "10.0.0.7", lease: 0xffff_ffff }))?.at(-1), null as never, "for good");
});

test("offers, refusals and answers to who only asks give none", (t) => {
  for (const type of [2, 6]) t.is(event4({ address: "10.0.0.7", type }), undefined, `${type}`);
  t.is(event4({ address: "0.0.0.0" }), undefined, "no address");
  const inform = readReply4(message4({ address: "10.0.0.7", options: options4([53, 5]) })) as Reply4;
  t.is(lease4(inform), undefined, "no lease");
});

test("an address that no subscriber can have is not given", (t) => {
  for (const address of ["127.0.0.1", "224.0.0.5", "255.255.255.255", "0.0.0.9"]) {
    t.is(event4({ address }), undefined, address);
  }
  for (const address of ["::1", "fe80::7", "ff02::1", "100::7", "::ffff:10.0.0.7"]) {
    const [lease] = leases6(reply6(message6(7, [1, duid(MAC)], association(3, iaaddr(address, 60)))));
    t.is(lease && leaseEvent(lease, "mac", 0), undefined, address);
  }
  const [short] = leases6(reply6(message6(7, [1, duid(MAC)], association(25, iaprefix("2001::/31", 60)))));
  t.is(short && leaseEvent(short, "mac", 0), undefined, "a prefix too short for a mapping");
});

test("a reply of DHCPv6 gives each address and prefix for its own time, and takes back what has none", (t) => {
  const reply = message6(
    7,
    [1, duid(MAC)],
    association(3, iaaddr("2001:db8::7", 60), iaaddr("2001:db8::8", 0)),
    association(25, iaprefix("2001:db8:30:ff::/56", 0xffff_ffff)),
  );
  const events = leases6(reply6(reply)).map((lease) => told(leaseEvent(lease, "mac", 1000)));
  t.deepEqual(events, [
    ["02:00:00:00:00:a7", "IAADDR 2001:db8::7", 1000, 61_000],
    "logout",
    ["02:00:00:00:00:a7", "IAPREFIX 2001:db8:30::/56", 1000, null],
  ]);
  t.deepEqual(leases6(reply6(message6(7, association(3, iaaddr("2001:db8::7", 60))))), [], "nobody's");
});

test("a reply past the relay renews the lease that one through it gave", (t) => {
  const given = event4({ address: "10.0.0.7", giaddr: "10.0.0.1", circuitId: "line 7" }, "relay-circuit-id");
  const renewed = event4({ address: "10.0.0.7", lease: 7200 }, "relay-circuit-id");
  t.deepEqual(told(renewed), ["renew", 7_201_000]);
  const sessionOf = (event: typeof given) => event?.session;
  t.deepEqual(sessionOf(renewed), sessionOf(given));
  t.notDeepEqual(sessionOf(event4({ address: "10.0.0.8" })), sessionOf(given), "another address is another lease");
  t.notDeepEqual(
    sessionOf(event4({ address: "10.0.0.7", mac: "0200000000a8" })),
    sessionOf(given),
    "and another client",
  );
});

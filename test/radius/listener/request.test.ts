// What an Accounting-Request tells: whose which addresses are, since when, and by whom.
import test from "ava";
import fc from "fast-check";
import type { RadiusClient } from "../../../mgmt/config/sections/radius-accounting.ts";
import { attribute, readingsOf } from "../../../mgmt/radius/attributes.ts";
import { toldBy } from "../../../mgmt/radius/listener/request.ts";
import type { Attribute } from "../../../mgmt/radius/packet.ts";
import { mappingText } from "../../../mgmt/subscribers/mapping.ts";
import { radiusTarget } from "../../fuzz/radius.ts";
import { address, CLIENT, client, login, named, packages, request, said, session } from "./parts.ts";

const AT = Date.UTC(2026, 10, 22, 12);

function told(status: Parameters<typeof request>[0], attributes: Attribute[], changes: Partial<RadiusClient> = {}) {
  return toldBy(request(status, attributes), { client: client(changes), packages, receivedAt: AT });
}

/** What a login maps, and what is wrong with it. */
function mapped(...attributes: Attribute[]) {
  const { event, troubles } = told("start", [named("alice"), session("1"), ...attributes]);
  return event?.kind === "login"
    ? [...event.mappings.map(({ key, attribute }) => `${attribute} ${mappingText(key)}`), ...troubles]
    : [];
}

const raw = (type: number, hex: string): Attribute => ({ type, value: Buffer.from(hex.replaceAll(" ", ""), "hex") });
const mask = (...bytes: number[]) => attribute("Framed-IP-Netmask", Uint8Array.from(bytes));

for (const status of ["start", "interim"] as const) {
  test(`${status} is a login with its session and what it maps`, (t) => {
    const { event, nas, troubles } = told(status, login());
    const his = { feed: "radius", nas: "bras-1", id: "0001" };
    const mappings = ["Framed-IP-Address 10.1.2.3"];
    t.deepEqual(said(event), { kind: "login", name: "alice", mappings, session: his, at: AT, expiresAt: null });
    t.is(nas, "bras-1");
    t.deepEqual(troubles, []);
  });
}

test("a Stop is a logout of its session, and never before the login that was told within the same second", (t) => {
  const { event } = told("stop", [session("0001"), attribute("Acct-Delay-Time", 5)]);
  const his = { feed: "radius", nas: CLIENT, id: "0001" };
  t.deepEqual(event, { kind: "logout", session: his, at: AT - 4000 });
});

for (const status of ["on", "off"] as const) {
  test(`Accounting-${status} clears its NAS, and not the login that was told within the same second`, (t) => {
    const { event } = told(status, [attribute("NAS-Identifier", "bras-1"), attribute("Acct-Delay-Time", 2)]);
    t.deepEqual(event, { kind: "clear", feed: "radius", nas: "bras-1", at: AT - 3000 });
  });
}

test("what happened longer ago than there is time is of its beginning; Event-Timestamp is not looked at", (t) => {
  const at = (...more: Attribute[]) => (told("start", login("alice", "1", ...more)).event as { at: number }).at;
  t.is(at(attribute("Acct-Delay-Time", 90)), AT - 90_000);
  t.is(at(attribute("Acct-Delay-Time", 0xffffffff)), 0);
  t.is(at(attribute("Event-Timestamp", 1)), AT);
});

test("a NAS is known by its address, else by its name, else by the client's address", (t) => {
  const ip = attribute("NAS-IP-Address", Uint8Array.of(192, 0, 2, 99));
  const ip6 = attribute("NAS-IPv6-Address", Uint8Array.from([0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 9]));
  const name = attribute("NAS-Identifier", "bras-1");
  const none = attribute("NAS-IP-Address", Uint8Array.of(0, 0, 0, 0));
  const nas = (...attributes: Attribute[]) => told("on", attributes).nas;
  t.is(nas(name, ip6, ip), "192.0.2.99");
  t.is(nas(name, ip6), "2001:db8::9");
  t.is(nas(none, name), "bras-1");
  t.is(nas(), CLIENT);
  t.is(nas(raw(4, "c0 00 02"), raw(32, "")), CLIENT, "damaged ones are none");
});

test("NASes and sessions with different bytes are different, whatever the bytes", (t) => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 253 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const nas = (value: Buffer) => told("on", [{ type: 32, value }]).nas;
      t.is(nas(one) === nas(other), one.equals(other));
      t.regex(nas(one), /^[ -~]+$/);
    }),
  );
});

test("an address is his; one that the NAS or he is yet to choose is none", (t) => {
  t.deepEqual(mapped(address(10, 1, 2, 3)), ["Framed-IP-Address 10.1.2.3"]);
  t.deepEqual(mapped(address(255, 255, 255, 255)), []);
  t.deepEqual(mapped(address(255, 255, 255, 254)), []);
  t.deepEqual(mapped(address(0, 0, 0, 0)), []);
  t.deepEqual(mapped(raw(8, "0a 01 02")), ["impossible-address"]);
  t.deepEqual(mapped(raw(8, "0a 01 02 03 04"), address(10, 1, 2, 3)), [
    "Framed-IP-Address 10.1.2.3",
    "impossible-address",
  ]);
});

test("a mask makes a network his only of the network's own address: else it is the link's, which he shares", (t) => {
  t.deepEqual(mapped(address(10, 1, 2, 0), mask(255, 255, 255, 0)), ["Framed-IP-Address 10.1.2.0/24"]);
  t.deepEqual(mapped(address(10, 1, 2, 8), mask(255, 255, 255, 248)), ["Framed-IP-Address 10.1.2.8/29"]);
  t.deepEqual(mapped(address(10, 1, 2, 3), mask(255, 255, 255, 0)), ["Framed-IP-Address 10.1.2.3"]);
  t.deepEqual(mapped(address(10, 1, 2, 3), mask(255, 255, 255, 255)), ["Framed-IP-Address 10.1.2.3"]);
  t.deepEqual(mapped(address(10, 1, 0, 0), mask(255, 0, 255, 0)), ["Framed-IP-Address 10.1.0.0"]);
  t.deepEqual(mapped(address(10, 0, 0, 0), mask(0, 0, 0, 0)), ["Framed-IP-Address 10.0.0.0"]);
});

test("IPv6 prefixes and addresses are his, each by its attribute, beside IPv4", (t) => {
  const framed = raw(97, "00 40 20010db8 00300001 00000000 00000000");
  const short = raw(97, "00 38 20010db8 004000");
  const delegated = raw(123, "00 38 20010db8 00500100");
  const address6 = raw(168, "20010db8 00000000 00000000 00000005");
  t.deepEqual(mapped(address(10, 1, 2, 3), framed, short, delegated, address6), [
    "Framed-IP-Address 10.1.2.3",
    "Framed-IPv6-Prefix 2001:db8:30:1::/64",
    "Framed-IPv6-Prefix 2001:db8:40::/56",
    "Delegated-IPv6-Prefix 2001:db8:50:100::/56",
    "Framed-IPv6-Address 2001:db8::5",
  ]);
});

const impossible: Readonly<Record<string, Attribute>> = {
  "without a length": raw(97, "00"),
  "of nothing": raw(97, ""),
  "longer than an address": raw(97, "00 81 20010db8 00300001 00000000 00000000"),
  "of more bytes than an address": raw(97, "00 40 20010db8 00300001 00000000 00000000 00"),
  "of fewer bytes than its length": raw(97, "00 40 20010db8 003000"),
  "with host bits": raw(97, "00 40 20010db8 00300001 00000000 00000001"),
  "wider than a /32": raw(97, "00 1f 20010db8"),
  "of everything": raw(123, "00 00"),
  "with IPv4 addresses in it": raw(123, "00 40 00000000 00000000"),
  "of IPv4 in IPv6's form": raw(168, "00000000 00000000 0000ffff 0a010203"),
  "of names' own addresses": raw(168, "01000000 00000000 00000000 00000001"),
  "of 15 bytes": raw(168, "20010db8 00000000 00000000 000000"),
};

for (const [what, prefix] of Object.entries(impossible)) {
  test(`an IPv6 prefix or address ${what} is passed over, and told`, (t) => {
    t.deepEqual(mapped(prefix, address(10, 1, 2, 3)), ["Framed-IP-Address 10.1.2.3", "impossible-address"]);
  });
}

test("a request that lacks what it is about is passed over, and says why", (t) => {
  t.deepEqual(told("start", [named("alice")]).troubles, ["no-session"]);
  t.deepEqual(told("stop", []).troubles, ["no-session"]);
  t.deepEqual(told("start", [session("1")]).troubles, ["no-name"]);
  t.deepEqual(told("start", login(), { nameAttribute: "calling-station-id" }).troubles, ["no-name"]);
  for (const type of [0, 4, 6, 9, 15, 0xffffffff]) t.deepEqual(told(type, login()).troubles, ["other-status"]);
});

test("a name may be in Calling-Station-Id", (t) => {
  const line = attribute("Calling-Station-Id", "02-00-00-00-00-01");
  const { event } = told("start", login("alice", "1", line), { nameAttribute: "calling-station-id" });
  t.like(event, { name: "02-00-00-00-00-01" });
});

const own = (vendor: number, ...attributes: Attribute[]): Attribute => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(vendor);
  const values = attributes.map(({ type, value }) => Buffer.concat([Buffer.of(type, value.length + 2), value]));
  return { type: 26, value: Buffer.concat([head, ...values]) };
};
const words = (type: number, text: string): Attribute => ({ type, value: Buffer.from(text) });

test("a package is known by its name or its number, in the attribute that is configured", (t) => {
  const packageOf = (packageAttribute: string, ...more: Attribute[]) => {
    const { event, troubles } = told("start", login("alice", "1", ...more), { packageAttribute });
    return event?.kind === "login" ? [...[event.package ?? []].flat(), ...troubles] : [];
  };
  t.deepEqual(packageOf("class", words(25, "gold")), [3]);
  t.deepEqual(packageOf("class", words(25, "3")), [3]);
  t.deepEqual(packageOf("class", words(11, "gold")), []);
  t.deepEqual(packageOf("class", words(25, "of the NAS's own"), words(25, "gold")), [3]);
  t.deepEqual(packageOf("class", words(25, "silver")), ["unknown-package"]);
  t.deepEqual(packageOf("filter-id", words(11, "residential")), [0]);
  t.deepEqual(packageOf("filter-id", words(11, "GOLD")), ["unknown-package"]);
  const other = own(9, words(1, "gold"));
  t.deepEqual(packageOf("9.250", other, own(9, words(1, "other"), words(250, "gold"))), [3]);
  t.deepEqual(packageOf("9.250", own(9, raw(250, "00 00 00 03"))), [3]);
  t.deepEqual(packageOf("9.250", own(9, raw(250, "00 00 00 04"))), ["unknown-package"]);
  t.deepEqual(packageOf("9.250", own(10, words(250, "gold")), raw(26, "00 00 09"), raw(26, "00 00 00 09 fa 01")), []);
});

test("no packet is read beyond its end: random and mutated ones tell something or nothing, and it is possible", (t) => {
  fc.assert(fc.property(radiusTarget.inputs, radiusTarget.check), { numRuns: 5000 });
  t.pass();
});

test("a prefix that is written is read", (t) => {
  const prefixes = fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(128)).map(([bytes, length]) => ({
    bytes: Buffer.from(bytes.map((byte, index) => byte & ~(0xff >> Math.min(8, Math.max(0, length - 8 * index))))),
    length,
  }));
  fc.assert(
    fc.property(prefixes, (prefix) => {
      t.deepEqual(readingsOf([attribute("Framed-IPv6-Prefix", prefix)], "Framed-IPv6-Prefix"), [prefix]);
    }),
  );
});

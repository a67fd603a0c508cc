// Who gets as far as the handshake: by where he comes from, and by how many are on the way already.
import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import { sourceOf } from "../../mgmt/access/source.ts";
import { vtyDefaults } from "../../mgmt/config/sections/vty.ts";
import { Admission, type Guest, REGULARS_MAX } from "../../mgmt/ssh/admission.ts";
import { Pace } from "../../mgmt/ssh/pace.ts";

/** Of the quiet zone. */
const NOC = "10.0.0.7";

interface Came extends Guest {
  identity: unknown;
}

/** A crowd from these addresses, in this order, the addresses of those who were let go, and how often a zone was looked at. */
function crowd(...addresses: readonly string[]) {
  const cut: string[] = [];
  const looked = { times: 0 };
  const gate = {
    mayCome: () => undefined,
    isOfQuietZone: (address: string) => {
      looked.times++;
      return address === NOC;
    },
  };
  const admission = new Admission({ gate, facts: () => ({ vty: vtyDefaults, accessZones: [] }) });
  const guests: Came[] = addresses.map((address) => {
    const origin = { address, source: sourceOf(address), ofQuietZone: address === NOC };
    return { origin, identity: undefined, cut: () => void cut.push(address) };
  });
  const comes = (address: string) => admission.admit(address, guests) !== undefined;
  return { admission, guests, cut, looked, comes };
}

const times = (count: number, address: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => address(i));

test("whoever is in the zone may connect, and nobody else; without a zone everybody may", (t) => {
  const from = (accessZone: string | null) => {
    const accessZones = [{ name: "office", prefixes: ["192.0.2.0/24", "2001:db8::/48"] }];
    const gate = { mayCome: () => undefined, isOfQuietZone: () => false };
    const admission = new Admission({ gate, facts: () => ({ vty: { ...vtyDefaults, accessZone }, accessZones }) });
    return (address: string) => admission.admit(address, []) !== undefined;
  };
  t.deepEqual(["192.0.2.7", "2001:db8::7", "198.51.100.7", "2001:db8:1::7"].map(from("office")), [
    ...[true, true, false, false],
  ]);
  t.true(from(null)("198.51.100.7"));
  t.false(from("nowhere")("192.0.2.7"), "a zone that is not there lets nobody in");
});

test("whom the gate keeps out cannot connect", (t) => {
  const facts = () => ({ vty: vtyDefaults, accessZones: [] });
  const mayCome = (address: string) => (address === "192.0.2.7" ? 10 : undefined);
  const admission = new Admission({ facts, gate: { mayCome, isOfQuietZone: () => false } });
  t.is(admission.admit("192.0.2.7", []), undefined);
  t.like(admission.admit("192.0.2.8", []), { source: "192.0.2.8" });
});

test("sixty-four strangers come from one source, which of IPv6 is a /64; others and those who are known do not count", (t) => {
  for (const [address, other, addressOf] of [
    ["192.0.2.7", "192.0.2.8", () => "192.0.2.7"],
    ["2001:db8::99", "2001:db8:0:1::1", (index: number) => `2001:db8::${index + 1}`],
  ] as const) {
    const { guests, cut, comes } = crowd(...times(64, addressOf));
    t.false(comes(address));
    t.true(comes(other));
    for (const guest of guests) guest.identity = "somebody";
    t.true(comes(address));
    t.deepEqual(cut, []);
  }
});

test("of 128 strangers the oldest of the busiest source makes room for a newcomer", (t) => {
  const { cut, comes } = crowd("198.51.100.1", ...times(64, () => "192.0.2.7"), ...times(63, (i) => `203.0.113.${i}`));
  t.true(comes("198.51.100.2"));
  t.deepEqual(cut, ["192.0.2.7"]);
});

test("of 128 strangers from as many sources the oldest makes room from where nobody has logged in lately", (t) => {
  const { admission, guests, cut, comes } = crowd(...times(128, (i) => `203.0.113.${i}`));
  const [first, second, third] = guests;
  t.true(comes("198.51.100.1"));
  t.deepEqual(cut.splice(0), ["203.0.113.0"]);
  if (first) admission.left({ ...first, identity: "somebody" });
  t.true(comes("198.51.100.1"));
  t.deepEqual(cut.splice(0), ["203.0.113.1"]);
  if (second) guests.push({ ...second, identity: "somebody" });
  t.true(comes("198.51.100.1"));
  t.deepEqual(cut.splice(0), ["203.0.113.2"]);
  if (third) admission.left(third);
  t.true(comes("198.51.100.1"));
  t.deepEqual(cut, ["203.0.113.2"], "who left as a stranger is one");
});

test("to have a source forgotten from where somebody logged in takes as many others", (t) => {
  const { admission, guests, cut, comes } = crowd(...times(128, (i) => `203.0.113.${i}`));
  const [first, second] = guests;
  const leaves = (guest: Guest | undefined, source: string) =>
    guest && admission.left({ ...guest, origin: { ...guest.origin, source }, identity: "somebody" });
  leaves(first, "203.0.113.0");
  for (let n = 1; n < REGULARS_MAX; n++) leaves(second, `${n}`);
  t.true(comes("198.51.100.1"));
  t.deepEqual(cut.splice(0), ["203.0.113.1"]);
  leaves(second, "one more");
  t.true(comes("198.51.100.1"));
  t.deepEqual(cut, ["203.0.113.0"]);
});

test("those of the quiet zone take no places of others, are never cut, and have room made for them", (t) => {
  const zone = crowd(...times(63, () => NOC), ...times(128, (i) => `203.0.113.${i}`));
  t.true(zone.comes(NOC));
  t.deepEqual(zone.cut, []);
  t.true(zone.comes("198.51.100.1"));
  t.deepEqual(zone.cut, ["203.0.113.0"], "though the zone's source is the busiest");

  const full = crowd(NOC, ...times(255, (i) => `203.0.113.${i}`));
  full.guests.forEach((guest, index) => {
    if (index > 100) guest.identity = "somebody";
  });
  t.false(full.comes("198.51.100.1"));
  t.true(full.comes(NOC));
  t.deepEqual(full.cut, ["203.0.113.0"]);
});

test("where somebody comes from is found out once, however many came before", (t) => {
  const { guests, looked, comes } = crowd(...times(128, (i) => `2001:db8:${i}::1`));
  for (const { origin } of guests) {
    Object.defineProperty(origin, "address", { get: () => t.fail("an address is looked at again") });
  }
  t.true(comes("2001:db8:ffff::1"));
  t.is(looked.times, 1);
});

test("there is an end to those who are known, too", (t) => {
  const { guests, comes } = crowd(...times(256, () => "192.0.2.7"));
  for (const guest of guests) guest.identity = "somebody";
  t.false(comes("192.0.2.8"));
});

test("handshakes begin one after the other, in the order in which they were asked for; who goes before his turn has none", async (t) => {
  const begun: string[] = [];
  const rests: (() => void)[] = [];
  const pace = new Pace(20, () => new Promise((resolve) => rests.push(resolve)));
  const next = async () => {
    rests.shift()?.();
    await turn();
  };
  const [, takeBack] = ["first", "second", "third"].map((name) => pace.ask(() => begun.push(name)));
  t.deepEqual(begun, ["first"]);
  takeBack?.();
  await next();
  t.deepEqual(begun, ["first", "third"]);
  await next();
  pace.ask(() => begun.push("fourth"));
  t.deepEqual(begun, ["first", "third", "fourth"]);
});

// Who gets as far as the handshake: by where he comes from, and by how many are on the way already.
import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import { vtyDefaults } from "../../mgmt/config/sections/vty.ts";
import { type Guest, makeRoom, mayConnect } from "../../mgmt/ssh/admission.ts";
import { Pace } from "../../mgmt/ssh/pace.ts";

const open = { mayCome: () => undefined };

interface Came extends Guest {
  identity: unknown;
}

/** A crowd from these addresses, in this order, and the addresses of those who were let go. */
function crowd(...addresses: readonly string[]) {
  const cut: string[] = [];
  const guests: Came[] = addresses.map((from) => ({ from, identity: undefined, cut: () => void cut.push(from) }));
  return { guests, cut };
}

const times = (count: number, address: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => address(i));

test("whoever is in the zone may connect, and nobody else; without a zone everybody may", (t) => {
  const from = (accessZone: string | null) => {
    const accessZones = [{ name: "office", prefixes: ["192.0.2.0/24", "2001:db8::/48"] }];
    return (address: string) =>
      mayConnect(address, { gate: open, facts: () => ({ vty: { ...vtyDefaults, accessZone }, accessZones }) });
  };
  t.deepEqual(["192.0.2.7", "2001:db8::7", "198.51.100.7", "2001:db8:1::7"].map(from("office")), [
    ...[true, true, false, false],
  ]);
  t.true(from(null)("198.51.100.7"));
  t.false(from("nowhere")("192.0.2.7"), "a zone that is not there lets nobody in");
});

test("whom the gate keeps out cannot connect", (t) => {
  const facts = () => ({ vty: vtyDefaults, accessZones: [] });
  const gate = { mayCome: (address: string) => (address === "192.0.2.7" ? 10 : undefined) };
  t.false(mayConnect("192.0.2.7", { facts, gate }));
  t.true(mayConnect("192.0.2.8", { facts, gate }));
});

test("sixty-four strangers come from one source, which of IPv6 is a /64; others and those who are known do not count", (t) => {
  for (const [address, other, addressOf] of [
    ["192.0.2.7", "192.0.2.8", () => "192.0.2.7"],
    ["2001:db8::99", "2001:db8:0:1::1", (index: number) => `2001:db8::${index + 1}`],
  ] as const) {
    const { guests, cut } = crowd(...times(64, addressOf));
    t.false(makeRoom(address, guests));
    t.true(makeRoom(other, guests));
    for (const guest of guests) guest.identity = "somebody";
    t.true(makeRoom(address, guests));
    t.deepEqual(cut, []);
  }
});

test("of 128 strangers the oldest of the busiest source makes room for a newcomer", (t) => {
  const { guests, cut } = crowd("198.51.100.1", ...times(64, () => "192.0.2.7"), ...times(63, (i) => `203.0.113.${i}`));
  t.true(makeRoom("198.51.100.2", guests));
  t.deepEqual(cut, ["192.0.2.7"]);
});

test("there is an end to those who are known, too", (t) => {
  const { guests } = crowd(...times(256, () => "192.0.2.7"));
  for (const guest of guests) guest.identity = "somebody";
  t.false(makeRoom("192.0.2.8", guests));
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

// Names in a region: found by their mappings, told under their own addresses.

import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import { loadNative } from "../../mgmt/engine/native.ts";
import type { SubscriberRecord, UsageRecord } from "../../mgmt/engine/region_data.ts";
import { ChangeWriter } from "../../mgmt/engine/subscriber_change.ts";
import { parseMapping } from "../../mgmt/subscribers/mapping.ts";
import { quota, serveRegion, type Traffic, temporaryDirectory } from "./regions.ts";

/** Name 1 has 10.0.0.1, 10.0.0.2 and an IPv6 prefix, name 2 has 10.0.0.8/30 within tags too, and name 3 tags alone. */
const mappings: readonly (readonly [name: number, mapping: string])[] = [
  [1, "10.0.0.1"],
  [1, "10.0.0.2"],
  [1, "2001:db8:30::/56"],
  [2, "10.0.0.8/30"],
  [2, "10.0.0.20@100.7"],
  [3, "VLAN 100"],
];

function changes(): Uint8Array {
  const writer = new ChangeWriter();
  for (const id of [1, 2, 3]) writer.name(id, 0);
  for (const [id, text] of mappings) {
    const key = parseMapping(text);
    if (!key) throw new Error(text);
    writer.map(id, key);
  }
  return writer.take();
}

async function attached(t: ExecutionContext, sessions: number, traffic: Traffic = {}): Promise<Attachment> {
  const path = join(await temporaryDirectory(t), "region");
  await serveRegion(path, quota(sessions), { changes: changes(), ...traffic });
  const attachment = new Attachment(path);
  t.teardown(() => attachment.close());
  return attachment;
}

const addresses = (records: readonly Pick<SubscriberRecord, "subscriber">[]) =>
  records.map(({ subscriber }) => subscriber.address).sort();

test("a name is found by an address that it has, and told with the mapping that has it", async (t) => {
  const attachment = await attached(t, 100, { first: 1, subscribers: 10, sessions: 2 });
  const via = async (containing: string) => {
    const { subscribers } = await attachment.subscribers({ containing }, 0, 10);
    return subscribers.map(({ subscriber, package: packageId, via }) => ({ ...subscriber, packageId, via }));
  };
  const untagged = { outerVlan: 0, innerVlan: 0 };
  const name = (id: number) => ({ address: `100::${id}`, prefixLength: 128, ...untagged, packageId: 0 });
  const host = (address: string) => ({ address, prefixLength: 32, tags: null });
  t.deepEqual(await via("10.0.0.2"), [{ ...name(1), via: host("10.0.0.2") }]);
  t.deepEqual(await via("10.0.0.9"), [{ ...name(2), via: { ...host("10.0.0.8"), prefixLength: 30 } }]);
  t.deepEqual(await via("2001:db8:30:42::1"), [
    { ...name(1), via: { address: "2001:db8:30::", prefixLength: 56, tags: null } },
  ]);
  t.deepEqual(await via("10.0.0.20"), [
    { ...name(2), via: { ...host("10.0.0.20"), tags: { outerVlan: 100, innerVlan: 7 } } },
  ]);
  const anonymous = { address: "10.0.0.3", prefixLength: 32, ...untagged, packageId: null };
  t.deepEqual(await via("10.0.0.3"), [{ ...anonymous, via: null }]);
  t.deepEqual(await via("100::3"), [{ ...name(3), via: null }]);
  t.deepEqual(await via("10.0.0.12"), []);
});

test("a name is found in a range by each of its mappings that lies there, and counted once", async (t) => {
  const attachment = await attached(t, 100, { first: 1, subscribers: 6, sessions: 1 });
  const within = ["10.0.0.0/24"];
  const { subscribers } = await attachment.subscribers({ within }, 0, 100);
  t.deepEqual(subscribers.map(({ subscriber, via }) => [subscriber.address, via?.address ?? null].join(" ")).sort(), [
    ...["10.0.0.3 ", "10.0.0.4 ", "10.0.0.5 ", "10.0.0.6 "],
    ...["100::1 10.0.0.1", "100::1 10.0.0.2", "100::2 10.0.0.20", "100::2 10.0.0.8"],
  ]);
  t.is(await attachment.subscriberCount({ within }), 6);
  t.is(await attachment.subscriberCount({ within, except: ["10.0.0.2/32"] }), 6);
  t.is(await attachment.subscriberCount({ within: ["2001:db8::/32"] }), 1);
  t.is(await attachment.subscriberCount({ within: ["100::/64"] }), 0);
  t.is(await attachment.subscriberCount({}), 7);
  const everybody = await attachment.subscribers({}, 0, 100);
  t.deepEqual(addresses(everybody.subscribers), [
    ...["10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"],
    ...["100::1", "100::2", "100::3"],
  ]);
});

test("a name in breach is told so by each of its addresses, one in none is not", async (t) => {
  const attachment = await attached(t, 3, { first: 2, subscribers: 1, sessions: 5 });
  const inBreach = true;
  for (const containing of ["10.0.0.1", "10.0.0.2", "2001:db8:30::1", "100::1"]) {
    const { subscribers } = await attachment.subscribers({ containing, inBreach }, 0, 10);
    t.deepEqual(addresses(subscribers), ["100::1"], containing);
    t.like(subscribers[0]?.windows, [{ counted: 3, refused: 2, inBreach }]);
  }
  t.deepEqual((await attachment.subscribers({ containing: "10.0.0.8", inBreach }, 0, 10)).subscribers, []);
  const within = await attachment.subscribers({ within: ["10.0.0.0/24"], inBreach }, 0, 10);
  t.deepEqual(addresses(within.subscribers), ["100::1", "100::1"]);
  t.deepEqual(addresses((await attachment.subscribers({ inBreach }, 0, 10)).subscribers), ["100::1"]);
  const { breaches } = await attachment.breached();
  t.deepEqual(addresses(breaches), ["100::1"]);
  t.like(breaches[0], { counted: 3, refused: 2, detector: 2, subscriber: { prefixLength: 128, outerVlan: 0 } });
});

test("what a name's addresses use is told together, under its own", async (t) => {
  const attachment = await attached(t, 100, { first: 1, subscribers: 3, sessions: 4 });
  const present = Math.floor(loadNative().bootTimeMs() / 60_000);
  const rows: UsageRecord[] = [];
  // The sessions may have been opened in the minute before.
  for (const minute of [present - 1, present]) {
    const { usage } = await attachment.usage(minute, 0, 10);
    const { top } = await attachment.tops({ minute, service: usage[0]?.service ?? 1, metric: "sessions", count: 10 });
    t.deepEqual(addresses(top), addresses(usage));
    rows.push(...usage);
  }
  const sessions = (address: string) =>
    rows.filter(({ subscriber }) => subscriber.address === address).reduce((sum, { sessions }) => sum + sessions, 0);
  t.deepEqual([...new Set(addresses(rows))], ["10.0.0.3", "100::1"]);
  t.deepEqual([sessions("100::1"), sessions("10.0.0.3")], [8, 4]);
});

test("a name was seen when one of its addresses opened a session", async (t) => {
  const attachment = await attached(t, 100);
  const find = async () => (await attachment.subscribers({ containing: "100::1" }, 0, 1)).subscribers[0];
  const before = await find();
  if (!before) return t.fail("The name is not there.");
  t.is(before.lastSeenMs, before.createdMs);
  // A name's is written once a second.
  while (second(loadNative().bootTimeMs()) === second(before.createdMs)) await setTimeout(20);
  await serveRegion(attachment.path, quota(100), { first: 2, subscribers: 1, sessions: 1 });
  const after = await find();
  t.is(after?.createdMs, before.createdMs);
  t.true(second(after?.lastSeenMs ?? 0) > second(before.createdMs));
});

const second = (ms: number) => Math.floor(ms / 1000);

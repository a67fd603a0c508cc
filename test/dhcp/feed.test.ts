// DHCP as a feed: whom it believes, what it asks of the fast path, what it tells and what it counts.

import test from "ava";
import { DhcpFeed } from "../../mgmt/dhcp/feed.ts";
import type { NameSource } from "../../mgmt/dhcp/name.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import type { Sample } from "../../mgmt/engine/region_data.ts";
import { orderBytes } from "../../mgmt/engine/sample_order.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { Outcome, SubscriberEvent } from "../../mgmt/subscribers/feed.ts";
import { region, until } from "../daemon/parts.ts";
import { ack4, association, duid, frame, iaaddr, iaprefix, message4, message6, options4, relayed } from "./messages.ts";

const SERVER = "192.0.2.53";
const SERVER6 = "2001:db8::53";

/** What a message on the wire is sampled as. */
function sampled(bytes: Buffer, side: Sample["side"] = "network"): Sample {
  return {
    ...{ ring: 0, sequence: 1, timeUs: 5_000_000, link: 0, side, kind: "udp", verdict: "forwarded", session: null },
    ...{ services: [], subscriber: null, generation: 1, length: bytes.length, bytes },
  };
}

function reply(payload: Buffer, from = SERVER): Buffer {
  return frame(payload, { from, to: "10.0.0.1", sourcePort: 67, destinationPort: 67 });
}

function reply6(payload: Buffer, from = SERVER6): Buffer {
  return frame(payload, { from, to: "2001:db8::1", sourcePort: 547, destinationPort: 547 });
}

const given = ack4({ address: "10.0.0.7", circuitId: "line 7" });

/** A feed beside a fast path that is there, and all that it told. */
function feeding(t: { teardown(action: () => Promise<void>): void }, servers: string[] = [SERVER, SERVER6]) {
  const engine = new FakeEngine();
  engine.attach(region({ generation: 1 }));
  const settings = { dhcp: { servers, name: "circuit-id" as NameSource } };
  const told: SubscriberEvent[] = [];
  const store = { outcome: (_: SubscriberEvent): Outcome => "applied", broken: false };
  const feed = new DhcpFeed({
    engine,
    clock: { now: () => 1_000_000 + engine.now, nowMs: () => engine.now },
    facts: () => settings,
    subscribers: {
      async take(events) {
        if (store.broken) throw new Sentence("The file cannot be written.");
        told.push(...events);
        return events.map(store.outcome);
      },
    },
  });
  t.teardown(() => feed.stop());
  feed.start();
  const happen = (...samples: Sample[]) => engine.samplesOf.dhcp.taken.push(...samples);
  const counted = (name: keyof ReturnType<typeof feed.status>["counts"], count: number) =>
    until(`${name} is ${count}`, () => feed.status().counts[name] === count);
  return { engine, settings, told, store, feed, happen, counted };
}

test("what a listed server says from the network side is told", async (t) => {
  const { told, happen, counted } = feeding(t);
  happen(sampled(reply(given)));
  const line = { interfaceId: "line 7" };
  const granted = [association(3, iaaddr("2001:db8::7", 60)), association(25, iaprefix("2001:db8:30::/56", 60))];
  happen(sampled(reply6(relayed(message6(7, [1, duid("020000000007")], ...granted), line))));
  await counted("given", 3);
  t.deepEqual(
    told.map(
      (event) => event.kind === "login" && [event.name, event.mappings[0]?.attribute, event.at, event.expiresAt],
    ),
    [
      ["line 7", "yiaddr", 1_005_000, 1_005_000 + 3_600_000],
      ["line 7", "IAADDR", 1_005_000, 1_065_000],
      ["line 7", "IAPREFIX", 1_005_000, 1_065_000],
    ],
  );
});

test("nobody else is believed: no subscriber, no server that is not listed, nothing that is no reply", async (t) => {
  const { told, happen, counted, feed } = feeding(t);
  happen(
    sampled(reply(given), "subscriber"),
    sampled(reply6(message6(7, [1, duid("020000000007")], association(3, iaaddr("2001:db8::7", 60)))), "subscriber"),
  );
  await counted("subscriberSide", 2);
  happen(sampled(reply(given, "192.0.2.54")));
  await counted("unlisted", 1);
  t.deepEqual(feed.status().stranger, { address: "192.0.2.54", at: 1_005_000 });
  const request = message4({ op: 1, options: options4([53, 3]) });
  happen(
    sampled(reply(request), "subscriber"),
    sampled(reply(request)),
    sampled(reply(ack4({ address: "10.0.0.7", type: 2 }))),
  );
  happen(sampled(reply(Buffer.from("noise"), "192.0.2.54")), sampled(reply6(message6(2))));
  await counted("other", 5);
  happen(sampled(reply(Buffer.from("noise"))), sampled(Buffer.from("no frame")));
  await counted("malformed", 2);
  happen(sampled(reply(ack4({ address: "127.0.0.1" }))));
  await counted("impossible", 1);
  t.deepEqual(told, []);
  t.is(feed.status().counts.given, 0);
});

test("what comes of a lease is counted by what is said of it where subscribers are kept", async (t) => {
  const { happen, counted, store, told } = feeding(t);
  const ended = message6(7, [1, duid("020000000007")], association(3, iaaddr("2001:db8::7", 0)));
  happen(sampled(reply(ack4({ address: "10.0.0.7" }))), sampled(reply6(ended)));
  await counted("renewed", 1);
  await counted("ended", 1);
  t.deepEqual(
    told.map(({ kind }) => kind),
    ["renew", "logout"],
  );
  store.outcome = () => "not-its-own";
  happen(sampled(reply(ack4({ address: "10.0.0.7" }))));
  await counted("unnamed", 1);
  for (const outcome of ["stale", "held", "full"] as const) {
    store.outcome = () => outcome;
    happen(sampled(reply(given)));
    await counted(outcome, 1);
  }
  store.broken = true;
  happen(sampled(reply(given)));
  await counted("unstored", 1);
});

test("the fast path is asked for forwarded replies, of listed servers before others", async (t) => {
  const { engine, settings, feed } = feeding(t, []);
  await until("it looks", () => engine.samplesOf.dhcp.taken.length === 0);
  t.deepEqual(engine.orders, [], "nothing without a server");
  settings.dhcp = { servers: [SERVER], name: "mac" };
  await until("it has the order", () => engine.orders.length === 1);
  const filter = { kinds: ["udp"], sourcePorts: [67, 547], verdicts: ["forwarded"] } as const;
  const order = { channel: "dhcp", filter, durationMs: 5000, snapLength: 1988, preferred: [SERVER] } as const;
  t.deepEqual(engine.orders, [order]);
  t.is(orderBytes(order).length, 308);
  settings.dhcp = { servers: [SERVER, SERVER6], name: "mac" };
  await until("it has another", () => engine.orders.at(-1)?.preferred?.length === 2);
  t.is(engine.orders.at(-2)?.durationMs, 0);
  engine.attach(region({ generation: 1, starts: 2 }));
  const before = engine.orders.length;
  await until("the next process has it too", () => engine.orders.length > before);
  await feed.stop();
  t.is(engine.orders.at(-1)?.durationMs, 0);
});

test("what was not looked at is counted, whatever became of the order", async (t) => {
  const { engine, feed, settings } = feeding(t);
  await until("it has the order", () => engine.orders.length === 1);
  engine.samplesOf.dhcp.lost = 3;
  await until("lost ones are counted", () => feed.status().missed === 3);
  const status = region({ generation: 1 });
  const worker = { ...{ heartbeat: 0, turnsIdle: 0, handedOver: 0, samplesSuppressed: 9, dhcpSuppressed: 4 } };
  const workers = [{ ...worker, ticks: 0, ticksBusy: 0, packets: 0, bursts: [], latencies: [] }];
  engine.show({ ...status, counters: { ...status.counters, workers } });
  await until("suppressed ones too", () => feed.status().missed === 7);
  settings.dhcp = { servers: [], name: "mac" };
  await until("the order is over", () => engine.orders.at(-1)?.durationMs === 0);
  t.is(feed.status().missed, 7);
});

test("a fast path that does not answer is asked again, and what it sampled is read", async (t) => {
  const { engine, happen, counted, feed } = feeding(t);
  happen(sampled(reply(given)));
  await counted("given", 1);
  engine.answer = undefined;
  engine.now += 2000;
  const before = engine.orders.length;
  await until("it is asked in vain", () => engine.orders.length > before + 1);
  happen(sampled(reply(given)));
  await counted("given", 2);
  engine.answer = { ok: true, generation: 1 };
  engine.now += 2000;
  const asked = engine.orders.length;
  await until("it is asked again", () => engine.orders.length > asked);
  t.is(feed.status().missed, 0);
});

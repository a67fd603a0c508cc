// Where the quota begins and ends: Cisco's 10 sessions in 60 seconds, in virtual time, through the addon.

import test from "ava";
import type { Engine } from "../../mgmt/replay/engine.ts";
import { type Segment, tcp } from "./frames.ts";
import { engineOf, outboundMail } from "./policies.ts";

const START = 1_000_000;
const PERIOD = 60_000;

const mail = (fromPort: number, other: Partial<Segment> = {}) =>
  tcp({ from: "10.0.0.1", fromPort, to: "192.0.2.1", toPort: 25, sequence: fromPort, ...other });

/** The verdicts on the SYNs of new sessions, one a second. */
function open(engine: Engine, count: number, startMs: number, firstPort = 2000): string[] {
  return Array.from(
    { length: count },
    (_, i) => engine.packet(mail(firstPort + i), "subscriber", 0, startMs + i * 1000).verdict,
  );
}

const tenForwarded = Array(10).fill("forward");

test("the tenth session passes and declares the breach, the eleventh is refused", (t) => {
  const engine = engineOf(outboundMail);
  t.deepEqual(open(engine, 9, START), tenForwarded.slice(1));
  t.deepEqual(engine.events(), []);
  t.deepEqual(open(engine, 1, START + 9000, 3000), ["forward"]);
  const [breach, ...others] = engine.events();
  t.deepEqual(others, []);
  t.like(breach, {
    kind: "breach-started",
    subscriber: { address: "10.0.0.1", prefixLength: 32, outerVlan: 0, innerVlan: 0 },
    timeMs: START + 9000,
    periodStartedMs: START,
    periodMs: PERIOD,
    counted: 10,
    refused: 0,
  });
  t.deepEqual(open(engine, 2, START + 10_000, 4000), ["refuse", "refuse"]);
});

test("the period ends with its last millisecond, however many attempts were refused in it", (t) => {
  const engine = engineOf(outboundMail);
  open(engine, 10, START);
  open(engine, 40, START + 10_000, 3000);
  t.deepEqual(open(engine, 1, START + PERIOD - 1, 4000), ["refuse"]);
  t.deepEqual(open(engine, 1, START + PERIOD, 4001), ["forward"]);
  t.like(engine.events().at(-1), { kind: "breach-ended", counted: 10, refused: 41 });
});

test("a breach that nobody tests ends by itself, and is told once", (t) => {
  const engine = engineOf(outboundMail);
  open(engine, 10, START);
  engine.events();
  engine.advance(START + PERIOD - 1);
  t.deepEqual(engine.events(), []);
  engine.advance(START + PERIOD + 1000);
  t.deepEqual(
    engine.events().map(({ kind }) => kind),
    ["breach-ended"],
  );
  engine.advance(START + 2 * PERIOD);
  t.deepEqual(engine.events(), []);
});

test("a session that was open at the breach goes on", (t) => {
  const engine = engineOf(outboundMail);
  open(engine, 11, START);
  const data = mail(2000, { flags: ["ack"], sequence: 2001 });
  t.is(engine.packet(data, "subscriber", 0, START + 20_000).verdict, "forward");
});

test("a retransmitted SYN counts once, and a new sequence number on the same port counts again", (t) => {
  const engine = engineOf(outboundMail);
  for (let i = 0; i < 20; i++) engine.packet(mail(2000), "subscriber", 0, START + i);
  t.like(engine.counters(), { sessions_opened: 1, retransmissions: 19 });
  for (let i = 1; i <= 10; i++) engine.packet(mail(2000, { sequence: i }), "subscriber", 0, START + 100 + i);
  t.like(engine.counters(), { sessions_opened: 10, sessions_refused: 1 });
});

test("a refused SYN's retransmissions are refused and not counted, and the first after the period passes", (t) => {
  const engine = engineOf(outboundMail);
  open(engine, 10, START);
  const again = (nowMs: number) => engine.packet(mail(5000), "subscriber", 0, nowMs).verdict;
  t.deepEqual(
    [30_000, 31_000, 33_000, 37_000].map((after) => again(START + after)),
    Array(4).fill("refuse"),
  );
  t.like(engine.counters(), { sessions_refused: 1, retransmissions: 3 });
  t.is(again(START + PERIOD), "forward");
});

test("a session joined in the middle is forwarded and not counted", (t) => {
  const engine = engineOf(outboundMail);
  for (let i = 0; i < 20; i++) {
    t.is(engine.packet(mail(2000 + i, { flags: ["ack"] }), "subscriber", 0, START).verdict, "forward");
  }
  t.like(engine.counters(), { sessions_joined: 20, breaches: 0 });
});

test("the quota holds when the session table is full", (t) => {
  const engine = engineOf(outboundMail);
  // Other subscribers' counted and answered sessions fill the table, in two periods: they alone make no room.
  const later = START + 60_000;
  for (let i = 0; i < 1600; i++) {
    const [from, fromPort, to, toPort] = [`10.1.0.${i % 90}`, 1000 + i, "192.0.2.9", 25];
    const now = i < 800 ? START : later;
    engine.packet(tcp({ from, fromPort, to, toPort }), "subscriber", 0, now);
    const answer = tcp({ from: to, fromPort: toPort, to: from, toPort: fromPort, flags: ["syn", "ack"] });
    engine.packet(answer, "network", 0, now);
  }
  t.true(engine.counters().session_table_full > 0);
  t.deepEqual(open(engine, 11, later), [...tenForwarded, "refuse"]);
});

test("another subscriber, and another tag on the same address, have quotas of their own", (t) => {
  const engine = engineOf(outboundMail);
  open(engine, 11, START);
  const others: Partial<Segment>[] = [{ from: "10.0.0.2" }, { vlans: [100] }, { vlans: [100, 7] }];
  for (const other of others) {
    t.is(engine.packet(mail(6000, other), "subscriber", 0, START + 20_000).verdict, "forward");
  }
});

test("an IPv6 subscriber is a /64: its addresses share one quota", (t) => {
  const engine = engineOf(outboundMail);
  const from = (host: number, site = 1) =>
    engine.packet(
      tcp({ from: `2001:db8:0:${site}::${host}`, fromPort: 2000, to: "2001:4860::25", toPort: 25 }),
      "subscriber",
      0,
      START,
    ).verdict;
  t.deepEqual(
    Array.from({ length: 11 }, (_, i) => from(i + 1)),
    [...tenForwarded, "refuse"],
  );
  t.is(from(1, 2), "forward");
});

test("at most 2N - 1 sessions pass in any period's length", (t) => {
  const engine = engineOf(outboundMail);
  // The latest nine of one period and the ten of the next: the worst case of a fixed window.
  t.deepEqual(open(engine, 1, START), ["forward"]);
  const passed: number[] = [];
  for (let i = 0; i < 40; i++) {
    const nowMs = START + PERIOD - 50 + i * 5;
    if (engine.packet(mail(7000 + i), "subscriber", 0, nowMs).verdict === "forward") passed.push(nowMs);
  }
  t.is(passed.length, 19);
});

// The engine's face: what it takes, and what it says of packets that are not sessions.

import test from "ava";
import { Engine } from "../../mgmt/replay/engine.ts";
import { tcp } from "./frames.ts";
import { engineOf, outboundMail, policyOf } from "./policies.ts";

const { policy } = policyOf(outboundMail);
const syn = tcp({ from: "10.0.0.1", fromPort: 2000, to: "192.0.2.1", toPort: 25 });

test("sizes are whole numbers within bounds", (t) => {
  const tables = { sessions: 10, subscribers: 10, watches: 10 };
  const sizes = { ...tables, detectors: 4 };
  for (const name of Object.keys(tables)) {
    for (const size of [0, -1, 1.5, 2 ** 24 + 1, Number.NaN]) {
      const error = t.throws(() => new Engine({ policy, ...sizes, [name]: size }), { instanceOf: RangeError });
      t.regex(error?.message ?? "", new RegExp(`^${name} must be a whole number from 1 to 16777216\\.$`));
    }
  }
  for (const detectors of [0, 3, 6, 65, 68])
    t.throws(() => new Engine({ policy, ...sizes, detectors }), { instanceOf: RangeError });
  t.notThrows(() => new Engine({ policy, ...sizes }));
});

test("packets and policies are bytes, links are 0 to 3", (t) => {
  const engine = engineOf(outboundMail);
  t.throws(() => engine.packet("syn" as never, "subscriber", 0, 1), { instanceOf: TypeError });
  t.throws(() => engine.apply([] as never), { instanceOf: TypeError });
  for (const link of [-1, 4, 0.5])
    t.throws(() => engine.packet(syn, "subscriber", link, 1), { instanceOf: RangeError });
});

test("time begins above 0 and never goes back", (t) => {
  const engine = engineOf(outboundMail);
  t.throws(() => engine.packet(syn, "subscriber", 0, 0), { instanceOf: RangeError });
  engine.packet(syn, "subscriber", 0, 1000);
  t.throws(() => engine.advance(999), { instanceOf: RangeError });
  t.notThrows(() => engine.advance(1000));
});

test("a refused policy leaves the old one in force", (t) => {
  const engine = engineOf(outboundMail);
  t.throws(() => engine.apply(policy.subarray(1)), { name: "Sentence" });
  t.deepEqual(engine.packet(syn, "subscriber", 0, 1).session?.services, [0]);
});

test("a session is told when it begins and whenever its state changes, and not otherwise", (t) => {
  const engine = engineOf(outboundMail);
  const ends = { from: "10.0.0.1", fromPort: 2000, to: "192.0.2.1", toPort: 25 };
  const back = { from: ends.to, fromPort: ends.toPort, to: ends.from, toPort: ends.fromPort };
  const steps = [
    engine.packet(tcp(ends), "subscriber", 0, 1),
    engine.packet(tcp({ ...back, flags: ["syn", "ack"] }), "network", 0, 2),
    engine.packet(tcp({ ...ends, flags: ["ack"] }), "subscriber", 0, 3),
    engine.packet(tcp({ ...ends, flags: ["ack"] }), "subscriber", 0, 4),
    engine.packet(tcp({ ...back, flags: ["fin", "ack"] }), "network", 0, 5),
    engine.packet(tcp({ ...ends, flags: ["rst"] }), "subscriber", 0, 6),
  ];
  t.deepEqual(
    steps.map(({ session }) => session && `${session.change} ${session.state}`),
    ["opened syn", "state answered", "state established", null, "state half-closed", "state closed"],
  );
  t.like(steps[1]?.session, { subscriber: "10.0.0.1", subscriberPort: 2000, network: "192.0.2.1", networkPort: 25 });
});

test("what is no session is forwarded and told by its kind", (t) => {
  const engine = engineOf(outboundMail);
  const kindOf = (bytes: Uint8Array) => {
    const { kind, verdict, session } = engine.packet(bytes, "subscriber", 0, 1);
    return [kind, verdict, session];
  };
  const arp = Uint8Array.from([...Array(12).fill(2), 0x08, 0x06, ...Array(28).fill(0)]);
  const icmp = syn.with(23, 1);
  t.deepEqual(kindOf(arp), ["other", "forward", null]);
  t.deepEqual(kindOf(icmp), ["ip", "forward", null]);
  t.deepEqual(kindOf(syn.subarray(0, 40)), ["malformed", "forward", null]);
  t.deepEqual(kindOf(new Uint8Array()), ["other", "forward", null]);
  t.is(engine.counters().malformed, 1);
});

test("the same packets at the same times give the same answers", (t) => {
  const run = () => {
    const engine = engineOf(outboundMail);
    const answers = Array.from({ length: 500 }, (_, i) =>
      engine.packet(tcp({ from: `10.0.0.${i % 7}`, fromPort: i, to: "192.0.2.1", toPort: 25 }), "subscriber", 0, 1 + i),
    );
    return [answers, engine.events(), engine.counters()];
  };
  t.deepEqual(run(), run());
});

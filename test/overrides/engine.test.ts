// Overrides as the fast path's own engine obeys them, from the operation to the verdict.
import test, { type ExecutionContext } from "ava";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { Engine } from "../../mgmt/replay/engine.ts";
import { tcp } from "../core/frames.ts";
import { alice, overriding } from "./parts.ts";

const MINUTE = 60_000;

/** Ten sessions in a minute; of package 2 three. Of link 1: the other one is in bypass. */
const LINK = 1;

async function judged(t: ExecutionContext) {
  const fake = new FakeEngine();
  const made = await overriding(t, undefined, undefined, fake);
  const engine = new Engine({
    policy: fake.policies.at(-1) ?? new Uint8Array(),
    sessions: 1000,
    subscribers: 100,
    watches: 100,
    detectors: 8,
  });
  const give = fake.apply.bind(fake);
  fake.apply = (policy) => {
    engine.apply(policy);
    return give(policy);
  };
  for (const lines of [
    ["package 2", "mass-mailing service smtp-outbound", "detect sessions 3 period 60 window fixed action report block"],
    ["interface LineCard 0", 'subscriber anonymous-group name "LT6" IP-range 2001:db8:30::/48'],
  ]) {
    for (const [index] of lines.entries()) await made.keeper.enter(lines.slice(0, index + 1), null, alice);
  }
  let fromPort = 1024;
  const mail = (from: string) => {
    const to = from.includes(":") ? "2001:db8:25::1" : "192.0.2.1";
    return engine.packet(tcp({ from, fromPort: fromPort++, to, toPort: 25 }), "subscriber", LINK, made.clock.bootMs);
  };
  /** Of so many sessions opened at once, those that pass. */
  const passed = (from: string, sessions: number) =>
    Array.from({ length: sessions }, () => mail(from).verdict).filter((verdict) => verdict === "forward").length;
  return { ...made, engine, passed };
}

test("who is exempt sends as he likes and is not counted, until the exemption is cleared", async (t) => {
  const { make, clear, passed, engine } = await judged(t);
  await make();
  t.is(passed("10.30.94.66", 25), 25);
  t.is(passed("10.30.94.67", 25), 10);
  t.is(engine.events().length, 1, "one breach: the other's");
  await clear(1);
  t.is(passed("10.30.94.66", 25), 10, "from nothing");
});

test("who is blocked by force is refused from his first session on, until then, though no daemon sees to it", async (t) => {
  const { make, passed, clock } = await judged(t);
  await make({ kind: "force-block", minutes: 5 });
  t.is(passed("10.30.94.66", 3), 0);
  clock.bootMs += 5 * MINUTE - 1;
  t.is(passed("10.30.94.66", 3), 0);
  clock.bootMs += 1;
  t.is(passed("10.30.94.66", 3), 3);
});

test("a force-block goes before an exemption of the same subscriber, and his own before his range's", async (t) => {
  const { make, clear, passed } = await judged(t);
  await make();
  await make({ kind: "force-block" });
  t.is(passed("10.30.94.66", 3), 0);
  await clear(2);
  await make({ kind: "force-block", prefix: "10.30.94.0/24" });
  t.is(passed("10.30.94.66", 3), 3);
  t.is(passed("10.30.94.67", 3), 0);
});

test("who is assigned another package has its quota, and when the time is over the one of his template", async (t) => {
  const { make, passed, clock } = await judged(t);
  await make({ kind: "assign", package: 2, minutes: 5 });
  t.is(passed("10.30.94.66", 25), 3);
  t.is(passed("10.30.94.67", 25), 10);
  clock.bootMs += 5 * MINUTE;
  t.is(passed("10.30.94.66", 25), 10);
});

test("a block by one IPv6 address is the whole customer's, and nobody else's", async (t) => {
  const { make, passed } = await judged(t);
  await make({ kind: "force-block", prefix: "2001:db8:30:66::1/128" });
  t.is(passed("2001:db8:30:66:1234::99", 3), 0);
  t.is(passed("2001:db8:30:67::1", 3), 3);
});

test("a block of an address that was nobody's yet is the whole customer's once a group has it", async (t) => {
  const { make, keeper, passed } = await judged(t);
  await make({ kind: "force-block", prefix: "2001:db8:31:66::1/128" });
  const group = 'subscriber anonymous-group name "LT7" IP-range 2001:db8:31::/48';
  await keeper.enter(["interface LineCard 0", group], null, alice);
  t.is(passed("2001:db8:31:66:1234::99", 3), 0);
});

test("when the clock is set back the block lasts as long as people were told", async (t) => {
  const { make, passed, clock, overrides } = await judged(t);
  await make({ kind: "force-block", minutes: 5 });
  const { now } = clock;
  clock.now = () => now() - 60 * MINUTE;
  await overrides.look();
  clock.bootMs += 64 * MINUTE;
  t.is(passed("10.30.94.66", 3), 0);
  clock.bootMs += MINUTE;
  t.is(passed("10.30.94.66", 3), 3);
});

// Who guesses is kept out for a while, others are not, and the quiet zone never is.
import test from "ava";
import fc from "fast-check";
import { LoginGate, SOURCES_MAX } from "../../mgmt/access/login-gate.ts";
import { addressOf, isWithin, sourceOf } from "../../mgmt/access/source.ts";
import { type LoginSettings, loginDefaults } from "../../mgmt/config/sections/login.ts";
import { FakeClock, until } from "../daemon/parts.ts";

const NOC = { name: "noc", prefixes: ["10.0.0.0/24", "2001:db8:10::/48"] };

/** Three wrong ones within 20 s: out for 60 s. */
const block = { seconds: 60, attempts: 3, withinSeconds: 20 };

function made(changes: Partial<LoginSettings> = {}) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const ends: (() => void)[] = [];
  const settings = { ...loginDefaults, block, ...changes };
  const gate = new LoginGate({
    clock,
    facts: () => ({ login: settings, accessZones: [NOC] }),
    log: { say: (mnemonic, text) => void lines.push(`${mnemonic} ${text}`) },
    wait: () => new Promise((resolve) => ends.push(resolve)),
  });
  const fail = (times: number, address = "192.0.2.1") => {
    for (let n = 0; n < times; n++) gate.failed(address);
  };
  return { clock, lines, ends, settings, gate, fail };
}

test("a source that failed too often waits until its time is over; one that failed less does not, and no other does", (t) => {
  const { gate, fail, clock, lines } = made();
  fail(2);
  t.is(gate.mayCome("192.0.2.1"), undefined);
  fail(1);
  t.is(gate.mayCome("192.0.2.1"), 60);
  t.is(gate.mayCome("192.0.2.2"), undefined);
  clock.bootMs += 59_001;
  t.is(gate.mayCome("192.0.2.1"), 1);
  clock.bootMs += 999;
  t.is(gate.mayCome("192.0.2.1"), undefined);
  t.deepEqual(lines, ["LOGIN_BLOCKED 192.0.2.1 is not let in for 60 s: 3 logins failed within 20 s."]);
});

test("tries that end after the block began do not lengthen it, and count for nothing after it", (t) => {
  const { gate, fail, clock, lines } = made();
  fail(3);
  clock.bootMs += 30_000;
  fail(50);
  t.is(gate.mayCome("192.0.2.1"), 30);
  t.is(gate.mayCome("192.0.2.2"), undefined);
  clock.bootMs += 30_000;
  fail(2);
  t.is(gate.mayCome("192.0.2.1"), undefined);
  t.is(lines.length, 1);
});

test("the addresses of an IPv6 /64 are one source, and IPv4 in IPv6's form is IPv4", (t) => {
  const { gate, fail } = made();
  fail(1, "2001:db8::1");
  fail(1, "2001:db8::2");
  fail(1, "2001:db8::ffff:0:0:1%eth0");
  t.is(gate.mayCome("2001:db8::3"), 60);
  t.is(gate.mayCome("2001:db8:0:1::3"), undefined);
  fail(3, "::ffff:192.0.2.1");
  t.is(gate.mayCome("192.0.2.1"), 60);
});

test("when ten times as many fail from all over, only the quiet zone is let in, and both ends are told", async (t) => {
  const { gate, fail, clock, lines, ends } = made({ quietZone: "noc" });
  for (let host = 1; host <= 29; host++) fail(1, `192.0.2.${host}`);
  t.is(gate.mayCome("198.51.100.1"), undefined);
  t.deepEqual(gate.status().window, { failures: 29, seconds: 20 });
  fail(1, "192.0.2.30");
  t.is(gate.mayCome("198.51.100.1"), 60);
  t.is(gate.mayCome("10.0.0.7"), undefined);
  t.is(gate.mayCome("2001:db8:10:5::7"), undefined);
  t.is(gate.status().quietSeconds, 60);
  clock.bootMs += 60_000;
  t.is(gate.mayCome("198.51.100.1"), undefined);
  t.is(gate.status().quietSeconds, null);
  t.is(ends.length, 1);
  ends[0]?.();
  await Promise.resolve();
  t.deepEqual(lines, [
    "QUIET_MODE Quiet mode: only zone noc is let in for 60 s: 30 logins failed within 20 s.",
    "QUIET_MODE_END Quiet mode is over: people are let in again.",
  ]);
});

test("without a quiet zone there is no quiet mode: only who failed waits, and taking the zone back ends it", (t) => {
  const { gate, fail, lines, settings } = made();
  for (let host = 1; host <= 200; host++) fail(1, `192.0.2.${host}`);
  t.is(gate.mayCome("198.51.100.1"), undefined);
  t.is(gate.status().quietSeconds, null);
  t.deepEqual(gate.status().window, { failures: 200, seconds: 20 });
  t.deepEqual(lines, []);
  settings.quietZone = "noc";
  fail(1, "192.0.2.201");
  t.is(gate.mayCome("198.51.100.1"), 60);
  settings.quietZone = null;
  t.is(gate.mayCome("198.51.100.1"), undefined);
  t.is(gate.status().quietSeconds, null);
});

/** Tries of a source that end, right or wrong, when the test says so. */
function trying({ gate }: ReturnType<typeof made>, address: string) {
  const begun: ((right: boolean) => void)[] = [];
  const refused: number[] = [];
  const one = () =>
    gate.inTurn(address, async () => {
      const seconds = gate.mayCome(address);
      if (seconds !== undefined) return void refused.push(seconds);
      if (!(await new Promise<boolean>((end) => begun.push(end)))) gate.failed(address);
    });
  return { begun, refused, one };
}

test("of many tries at once no more are wrong than one by one; right ones wait, and come in", async (t) => {
  const scene = made();
  const wrong = trying(scene, "192.0.2.1");
  const all = Array.from({ length: 20 }, wrong.one);
  t.is(wrong.begun.length, 3);
  for (const end of wrong.begun) end(false);
  await Promise.all(all);
  t.is(wrong.begun.length, 3);
  t.is(wrong.refused.length, 17);

  const right = trying(scene, "192.0.2.2");
  const crowd = Array.from({ length: 20 }, right.one);
  for (let n = 0; n < crowd.length; n++) {
    await until("the next one is tried", () => right.begun.length > n);
    t.true(right.begun.length <= n + 3);
    right.begun[n]?.(true);
  }
  await Promise.all(crowd);
  t.deepEqual(right.refused, []);

  const after = trying(scene, "192.0.2.3");
  scene.fail(2, "192.0.2.3");
  const last = Array.from({ length: 2 }, after.one);
  t.is(after.begun.length, 1, "one more may be wrong");
  after.begun[0]?.(false);
  await Promise.all(last);
  t.is(after.refused.length, 1);
});

test("whatever comes from the quiet zone, nobody is blocked for it", (t) => {
  const { gate, fail, lines } = made({ quietZone: "noc" });
  fail(100, "10.0.0.7");
  t.is(gate.mayCome("10.0.0.7"), undefined);
  t.is(gate.mayCome("192.0.2.1"), undefined);
  t.deepEqual(lines, []);
});

test("without settings nobody waits, and who was blocked is let in", (t) => {
  const { gate, fail, settings } = made();
  fail(3);
  settings.block = null;
  t.is(gate.mayCome("192.0.2.1"), undefined);
  t.deepEqual(gate.status().blocked, []);
  fail(100);
  settings.block = block;
  t.is(gate.mayCome("192.0.2.2"), undefined);
});

test("sources that only fail have no block forgotten, and of sources as many are remembered as there is room for", (t) => {
  const here = made({ block: { seconds: 65_535, attempts: 3, withinSeconds: 1 } });
  here.fail(3);
  for (let n = 0; n < 2 * SOURCES_MAX; n++) {
    here.gate.failed(`172.16.${n >> 8}.${n & 255}`);
    if (n % 20 === 0) here.clock.bootMs += 1000;
  }
  t.truthy(here.gate.mayCome("192.0.2.1"));
  t.deepEqual(
    here.gate.status().blocked.map(({ source }) => source),
    ["192.0.2.1"],
  );
});

test("to have a block forgotten takes as many others that are blocked as are remembered", (t) => {
  const here = made({ block: { seconds: 65_535, attempts: 1, withinSeconds: 1 } });
  here.fail(1);
  const others = (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      here.gate.failed(`172.16.${n >> 8}.${n & 255}`);
      if (n % 8 === 0) here.clock.bootMs += 1000;
    }
  };
  others(0, SOURCES_MAX - 1);
  t.truthy(here.gate.mayCome("192.0.2.1"));
  others(SOURCES_MAX, SOURCES_MAX + 1);
  t.is(here.gate.mayCome("192.0.2.1"), undefined);
  t.is(here.gate.status().blocked.length, SOURCES_MAX);
});

interface Try {
  readonly atMs: number;
  readonly host: number;
}

/** The gate told slowly: from all failures so far, whether the host may come now. */
function naive(tries: readonly Try[], nowMs: number, host: number): number | undefined {
  const periods = new Map<string, Try[]>();
  const until = new Map<string, number>();
  const isOut = (who: string, atMs: number) => atMs < (until.get(who) ?? 0);
  for (const each of tries) {
    const { atMs } = each;
    if (isOut("all", atMs) || isOut(`${each.host}`, atMs)) continue;
    for (const [who, most] of [
      [`${each.host}`, block.attempts],
      ["all", 10 * block.attempts],
    ] as const) {
      const period = periods.get(who) ?? [];
      const first = period[0]?.atMs ?? atMs;
      const grown = atMs - first < block.withinSeconds * 1000 ? [...period, each] : [each];
      periods.set(who, grown.length < most ? grown : []);
      if (grown.length >= most) until.set(who, atMs + block.seconds * 1000);
    }
  }
  const leftMs = Math.max(until.get("all") ?? 0, until.get(`${host}`) ?? 0) - nowMs;
  return leftMs > 0 ? Math.ceil(leftMs / 1000) : undefined;
}

test("it says what all that happened says", (t) => {
  const step = fc.record({ host: fc.integer({ min: 1, max: 15 }), pauseMs: fc.integer({ min: 0, max: 3000 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 150 }), fc.boolean(), (steps, hasty) => {
      const { gate, clock } = made({ quietZone: "noc" });
      const tries: Try[] = [];
      for (const { host, pauseMs } of steps) {
        clock.bootMs += hasty ? pauseMs % 300 : pauseMs;
        gate.failed(`192.0.2.${host}`);
        tries.push({ atMs: clock.bootMs, host });
        for (const each of [host, 1, 16]) {
          t.is(gate.mayCome(`192.0.2.${each}`), naive(tries, clock.bootMs, each));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test("an address is within the prefixes that contain it, in whatever form it is told", (t) => {
  for (const address of ["10.0.0.0", "10.0.0.255", "::ffff:10.0.0.9", "2001:DB8:10:ffff::1", "2001:db8:10::1%2"]) {
    t.true(isWithin(NOC.prefixes, address), address);
  }
  for (const address of ["10.0.1.0", "::ffff:10.0.1.9", "2001:db8:11::1"]) t.false(isWithin(NOC.prefixes, address));
  t.true(isWithin(["0.0.0.0/0"], "203.0.113.1"));
  t.false(isWithin(["0.0.0.0/0"], "2001:db8::1"));
  t.is(addressOf("::ffff:192.0.2.1"), "192.0.2.1");
  t.is(sourceOf("2001:db8::1:2"), "2001:db8::/64");
});

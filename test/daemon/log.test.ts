import test from "ava";
import fc from "fast-check";
import type { Followed } from "../../mgmt/log/follower.ts";
import { type LogLine, logLines, outputText } from "../../mgmt/log/line.ts";
import { Log } from "../../mgmt/log/log.ts";
import type { Mnemonic } from "../../mgmt/log/mnemonics.ts";

import { loggingDefaults } from "../../mgmt/log/settings.ts";
import { FakeClock } from "./parts.ts";

function made() {
  const told: LogLine[] = [];
  const log = new Log({ clock: new FakeClock(), write: (line) => told.push(line) });
  const keep = (bufferedLines: number) =>
    log.obey({ hostname: "edge-1", logging: { ...loggingDefaults, bufferedLines } });
  return { log, told, keep };
}

const textsOf = (lines: readonly Followed[]) => lines.map((line) => ("lost" in line ? line.lost : line.text));

test("each line is told at once, with the severity of what it tells of and the time it happened at", (t) => {
  const { log, told } = made();
  log.say("BREACH", "10.30.94.66", 1_000);
  t.deepEqual(told, [{ at: 1_000, severity: "warnings", mnemonic: "BREACH", text: "10.30.94.66" }]);
});

test("a line is shown with its mnemonic and the number of its severity, as Cisco's are", (t) => {
  const at = new Date(2026, 10, 22, 12, 0, 3).getTime();
  const line: LogLine = { at, severity: "errors", mnemonic: "CONFIG_REFUSED", text: "It was refused.\nLine 2:" };
  t.deepEqual(logLines(line), ["2026-11-22 12:00:03  %POSTERN-3-CONFIG_REFUSED: It was refused.", "Line 2:"]);
});

test("what a terminal would obey is not passed on", (t) => {
  const { log, told } = made();
  log.say("AUDIT", "hostname \u001b[2J\r\u202eevil");
  t.deepEqual(textsOf(told), ["hostname ?[2J??evil"]);
});

test("the latest lines are kept in order, as many as configured", (t) => {
  const property = fc.property(
    fc.array(fc.nat(40), { maxLength: 30 }),
    fc.integer({ min: 1, max: 50 }),
    (bursts, kept) => {
      const { log, told, keep } = made();
      keep(kept);
      for (const burst of bursts) for (let n = 0; n < burst; n++) log.say("CONFIG", `${told.length}`);
      return textsOf(log.status().lines).join() === textsOf(told.slice(-kept)).join();
    },
  );
  t.notThrows(() => fc.assert(property));
});

test("fewer lines are kept as soon as it is configured, and none when they are cleared", (t) => {
  const { log, keep } = made();
  for (const text of ["one", "two", "three"]) log.say("CONFIG", text);
  keep(2);
  t.deepEqual(textsOf(log.status().lines), ["two", "three"]);
  log.clear();
  t.deepEqual(log.status().lines, []);
});

test("one who follows gets what is told from then on, until he has enough", async (t) => {
  const { log } = made();
  log.say("CONFIG", "before");
  const stop = new AbortController();
  const lines = log.follow(stop.signal);
  const first = lines.next();
  log.say("CONFIG", "one");
  log.say("BREACH", "two");
  t.deepEqual(textsOf([(await first).value as LogLine, (await lines.next()).value as LogLine]), ["one", "two"]);
  const next = lines.next();
  stop.abort();
  t.true((await next).done);
});

test("one who follows too slowly is told how many lines he missed, where he missed them", async (t) => {
  const { log } = made();
  const stop = new AbortController();
  const lines = log.follow(stop.signal);
  const first = lines.next();
  const say = (from: number, to: number) => {
    for (let n = from; n < to; n++) log.say("CONFIG", `${n}`);
  };
  say(0, 1234);
  const got = [(await first).value as Followed];
  const take = async (count: number) => {
    while (got.length < count) got.push((await lines.next()).value as Followed);
  };
  await take(500);
  say(1234, 2300);
  await take(2002);
  const numbers = Array.from({ length: 2300 }, (_, n) => `${n}`);
  t.deepEqual(textsOf(got), [...numbers.slice(0, 1000), 234, ...numbers.slice(1234, 2234), 66]);
  stop.abort();
});

test("standard output has columns of its own; the log's lines are as a syslog host has them", (t) => {
  const line = { at: new Date(2026, 10, 22, 12, 0, 3).getTime(), severity: "warnings", text: "10.30.94.66" } as const;
  const output = (mnemonic: Mnemonic) => outputText({ ...line, mnemonic });
  t.is(output("BREACH"), "2026-11-22 12:00:03  breach  10.30.94.66");
  t.is(output("BREACH_END"), "2026-11-22 12:00:03  ended   10.30.94.66");
  t.is(output("AUDIT_DENIED"), "2026-11-22 12:00:03  audit   10.30.94.66");
  t.is(output("CONFIG"), "2026-11-22 12:00:03  10.30.94.66");
});

// What is put on record of each minute, by a clock that is set by hand.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { EngineError } from "../../mgmt/engine/engine_port.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { UsageCollector } from "../../mgmt/usage/collector.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { BOOT, directory, FakeClock, region } from "../daemon/parts.ts";
import { subscriberOf } from "./rows.ts";

const SMTP = 1;

function row(host: number, sessions: number, service = SMTP) {
  return { subscriber: subscriberOf(host), service, sessions, refused: 0, bytes: 0, destinations: new Uint8Array(16) };
}

/** A collector on a real record. Several may follow each other on one directory. */
async function collecting(t: ExecutionContext, at = directory(t)) {
  const engine = new FakeEngine();
  engine.attach(region());
  const clock = new FakeClock();
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  await history.start(join(at, "usage.db"));
  const lines: string[] = [];
  const log = { say: (_: unknown, text: string) => void lines.push(text) };
  const measured: string[] = [];
  const serviceName = (id: number) => (id === SMTP ? "smtp" : null);
  const collector = new UsageCollector({ engine, history, log, clock, serviceName, measured: () => measured });
  /** A look so long after the minute's beginning. */
  const look = (minute: number, ms: number) => {
    clock.bootMs = minute * 60_000 + ms;
    return collector.look();
  };
  const told = async (host: number) =>
    (await history.call("of", `10.30.0.${host}`, 1000)).map(({ startedAt, service, sessions }) => [
      (startedAt - BOOT) / 60_000,
      service,
      sessions,
    ]);
  const covered = async (now: number) =>
    (await history.call("top", { service: "smtp", metric: "sessions", minutes: 60, count: 1, now }))?.covered;
  return { at, engine, clock, history, lines, measured, collector, look, told, covered };
}

test("each minute is taken once, when it is over", async (t) => {
  const { engine, look, told } = await collecting(t);
  engine.used.set(5, [row(1, 7), row(2, 1)]).set(6, [row(1, 3)]);
  await look(6, 500);
  t.deepEqual(await told(1), [], "a worker may still store");
  await look(6, 1000);
  t.deepEqual(await told(1), [[5, "smtp", 7]]);
  engine.used.set(5, [row(3, 1)]);
  await look(6, 2000);
  await look(7, 59_000);
  t.deepEqual(await told(1), [
    [6, "smtp", 3],
    [5, "smtp", 7],
  ]);
  t.deepEqual(await told(3), []);
});

test("a daemon that comes back within the minute does not take it twice", async (t) => {
  const first = await collecting(t);
  first.engine.used.set(5, [row(1, 7)]);
  await first.look(6, 1000);
  await first.history.stop();
  const second = await collecting(t, first.at);
  second.engine.used.set(5, [row(1, 9)]);
  await second.look(6, 30_000);
  t.deepEqual(await second.told(1), [[5, "smtp", 7]]);
});

test("minutes that nobody took are missing, and one over which the fast path was restarted is not whole", async (t) => {
  const { engine, clock, look, covered } = await collecting(t);
  for (const minute of [5, 8, 9]) engine.used.set(minute, [row(1, 1)]);
  await look(6, 1000);
  await look(9, 1000);
  const { header, ...rest } = region({ starts: 2 });
  engine.show({ ...rest, header: { ...header, startedMs: 9 * 60_000 + 5 } });
  await look(10, 1000);
  t.like(await covered(clock.now()), { minutes: 5, missing: 2, partial: 1 });
});

test("of a service that nobody used the minutes since it was first measured are known", async (t) => {
  const { measured, clock, look, covered } = await collecting(t);
  await look(6, 1000);
  t.is(await covered(clock.now()), undefined);
  measured.push("smtp");
  await look(7, 1000);
  measured.pop();
  await look(8, 1000);
  t.like(await covered(clock.now()), { minutes: 2, missing: 0, unmeasured: 1, partial: 0 });
});

test("a minute that ends with another region is not whole", async (t) => {
  const { engine, clock, look, covered } = await collecting(t);
  engine.used.set(5, [row(1, 1)]);
  const { usage } = engine;
  engine.usage = (minute) => {
    engine.show(region({ region: "region-2" }));
    return usage.call(engine, minute);
  };
  await look(6, 1000);
  t.like(await covered(clock.now()), { minutes: 1, missing: 0, partial: 1 });
});

test("what takes longer than the fast path keeps the minute is not put on record", async (t) => {
  const { engine, clock, look, told } = await collecting(t);
  engine.usage = async function* () {
    yield [row(1, 1)];
    clock.bootMs += 60_000;
    yield [row(2, 1)];
  };
  await look(6, 1000);
  t.deepEqual(await told(1), []);
});

test("a fast path that goes away is read again when it is back", async (t) => {
  const { engine, look, told } = await collecting(t);
  engine.used.set(5, [row(1, 7)]);
  engine.detach(new EngineError("absent", "There is no region."));
  await look(6, 1000);
  engine.attach(region());
  await look(6, 2000);
  t.deepEqual(await told(1), [[5, "smtp", 7]]);
});

test("usage of a service that no configuration ever had is left out", async (t) => {
  const { engine, look, told } = await collecting(t);
  engine.used.set(5, [row(1, 7, 99), row(1, 2)]);
  await look(6, 1000);
  t.deepEqual(await told(1), [[5, "smtp", 2]]);
});

test("a record that cannot be written is an alarm, told once, and the minute is taken when it can", async (t) => {
  const { engine, history, collector, lines, look, told } = await collecting(t);
  engine.used.set(5, [row(1, 7)]);
  const { call } = history;
  history.call = async () => {
    throw new Sentence("The disk is full: make room on it.");
  };
  await look(6, 1000);
  await look(6, 2000);
  t.is(collector.alarm, "The disk is full: make room on it. Usage is not put on record until then.");
  t.deepEqual(lines, [collector.alarm ?? ""]);
  history.call = call;
  await look(6, 3000);
  t.is(collector.alarm, undefined);
  t.is(lines.at(-1), "Usage is put on record again.");
  t.deepEqual(await told(1), [[5, "smtp", 7]]);
});

// What the daemon's tests are made of: a daemon with a fast path that does what the test says, in directories of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { App } from "../../mgmt/app.ts";
import type { BookContext } from "../../mgmt/breaches/book.ts";
import type { DetectorName } from "../../mgmt/breaches/breach.ts";
import { BreachRecorder } from "../../mgmt/breaches/recorder.ts";
import { Releases } from "../../mgmt/breaches/releases.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import type { EngineStatus } from "../../mgmt/engine/engine_port.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { detectorsById, missingIds } from "../../mgmt/engine/policy_ids.ts";
import type { BreachRecord, EngineEvent, ObeyedLinkMode } from "../../mgmt/engine/region_data.ts";
import { Log } from "../../mgmt/log/log.ts";
import type { Mnemonic } from "../../mgmt/log/mnemonics.ts";
import { storeFile } from "../../mgmt/paths.ts";
import { Store } from "../../mgmt/store/store.ts";
import { NameStore } from "../../mgmt/subscribers/names/store.ts";
import type { Machine } from "../../mgmt/system/machine.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { nameBook } from "../cli/name-book.ts";

/** A machine that tells nothing of itself. */
export const machine: Machine = {
  ...{ kernel: "Linux", processor: null, processors: 2, memoryBytes: 2 ** 34 },
  chassis: { maker: null, product: null, version: null, serial: null, boardSerial: null },
};

/** Boot time 0 in tests, as Unix time. */
export const BOOT = Date.UTC(2026, 10, 22, 11);

/** A directory that is gone after the test. */
export function directory(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), "postern-daemon-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Ten sessions of SMTP in 60 seconds; or what the test says. */
export function configuration({ threshold = 10, hostname = "edge-1", service = "smtp-outbound" } = {}): string {
  return `hostname "${hostname}"
service ${service}
 protocol tcp port 25
 initiator subscriber
package 0 name "residential"
 mass-mailing service ${service}
  detect sessions ${threshold} period 60 window fixed action report block
interface LineCard 0
 link mode 0 bypass
 subscriber anonymous-group name "LT4" IP-range 10.30.94.0:0xffffff00 template 4
 subscriber template 4 package 0
end
`;
}

/** The id that a first configuration gives its only detector. */
export const DETECTOR = firstDetector(configuration());

function firstDetector(text: string): number {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) throw new Error(parsed.errors[0]?.message);
  const [id] = detectorsById(parsed.configuration, missingIds(parsed.configuration, new Map())).keys();
  return id ?? 0;
}

interface RegionChanges {
  region?: string;
  starts?: number;
  generation?: number;
  heartbeat?: number;
  linkMode?: ObeyedLinkMode;
}

/** What a region says. */
export function region(changes: RegionChanges = {}) {
  const { region = "region-1", starts = 1, generation = 0, heartbeat = 1, linkMode = "forwarding" } = changes;
  const port = {
    receivedPackets: 1_234_567,
    receivedBytes: 0,
    forwardedPackets: 1_234_000,
    forwardedBytes: 0,
    dropped: { refused: 560, evasive: 0, cutoff: 0, transmit: 7, handover_full: 0, oversize: 0 },
    injectedPackets: 40,
    injectedBytes: 2400,
    injectedLost: 1,
  };
  const live = { up: true, missed: 3, starved: 0 };
  return {
    header: {
      region,
      bootId: "00112233445566778899aabbccddeeff",
      engine: { workers: 2, sessions: 65_536, subscribers: 4096, watches: 1024, detectors: 8 },
      links: 1,
      startedMs: 1000,
      pid: 4242,
      starts,
      adoption: { subscribers: 17, watches: 3, breached: 1, dropped: 0 },
    },
    live: {
      heartbeat,
      bypass: "none",
      policyGeneration: generation,
      policyRevision: 0,
      policyAppliedMs: 0,
      linkModes: [linkMode],
      links: [{ subscriber: live, network: { up: false, missed: 0, starved: 0 } }],
      mbufsFree: 900,
      mbufs: 1000,
      tscHz: 2_000_000_000,
      samplingUntilMs: 0,
    },
    counters: {
      engine: {
        not_ip: 0,
        malformed: 0,
        tunnels: 0,
        fragments: 0,
        fragments_displaced: 0,
        evasive: 0,
        sessions_opened: 12_345,
        sessions_joined: 0,
        sessions_unmapped: 0,
        sessions_refused: 560,
        sessions_cut: 0,
        retransmissions: 0,
        sessions_expired: 0,
        sessions_evicted: 0,
        session_table_full: 0,
        subscribers_created: 0,
        subscribers_expired: 0,
        subscriber_table_full: 0,
        watch_pool_full: 0,
        breaches: 1,
        breaches_ended: 0,
        sessions: 32_768,
        subscribers: 41,
        names: 0,
        mappings: 0,
        watches: 3,
      },
      workers: [],
      links: [{ subscriber: port, network: port }],
    },
  } satisfies EngineStatus;
}

/** The fast path is alive from now on, whatever its region says. */
export function beat(engine: FakeEngine): void {
  const status = engine.status.bind(engine);
  let heartbeat = 0;
  engine.status = () => {
    const said = status();
    return said && { ...said, live: { ...said.live, heartbeat: heartbeat++ } };
  };
}

/** A breach as the fast path tells it: of the 10th session, 3 seconds into a period of 60. */
export function breachFacts(changes: Partial<BreachRecord> & { host?: number } = {}) {
  const { host = 66, ...rest } = changes;
  return {
    subscriber: { address: `10.30.94.${host}`, prefixLength: 32, outerVlan: 0, innerVlan: 0 },
    detector: DETECTOR,
    periodStartedMs: 100_000,
    periodMs: 60_000,
    holdMs: 0,
    counted: 10,
    refused: 0,
    destinations: [],
    ...rest,
  };
}

/** What a book knows that has only the events. */
export const bookContext: BookContext = {
  unixTime: (bootMs) => bootMs,
  nameOf: () => null,
  revisionOf: () => null,
  releaseOf: () => undefined,
};

type EventChanges = Partial<EngineEvent> & { host?: number };

export function started(sequence: number, changes: EventChanges = {}): EngineEvent {
  const facts = breachFacts(changes);
  return {
    ...facts,
    kind: "breach-started",
    timeMs: facts.periodStartedMs + 3000,
    generation: 1,
    reason: null,
    ring: 0,
    sequence,
    ...bare(changes),
  };
}

export function ended(sequence: number, changes: EventChanges = {}): EngineEvent {
  const facts = breachFacts({ refused: 291, ...changes });
  const timeMs = facts.periodStartedMs + facts.periodMs + 700;
  const told = { kind: "breach-ended", timeMs, generation: 1, reason: "over", ring: 0, sequence } as const;
  return { ...facts, ...told, ...bare(changes) };
}

export function record(changes: Partial<BreachRecord> & { host?: number } = {}): BreachRecord {
  return { ...breachFacts(changes), watch: { slot: 0, generation: 0 } };
}

function bare({ host: _, ...changes }: EventChanges): Partial<EngineEvent> {
  return changes;
}

/** A clock that stands still until it is told otherwise; boot time and Unix time go together. */
export class FakeClock {
  bootMs = 200_000;
  now = () => BOOT + this.bootMs;
  nowMs = () => this.bootMs;
}

export interface Recording {
  readonly engine: FakeEngine;
  readonly recorder: BreachRecorder;
  readonly releases: Releases;
  readonly store: Store;
  readonly clock: FakeClock;
  /** What was said. */
  readonly lines: string[];
  /** As far as they are told: the first is 1. */
  readonly names: string[];
  /** Whether the fast path has what it judges by. */
  readonly fastPath: { isReady: boolean };
  /** Reads and saves once, as the recorder does every 50 ms. */
  turn(): Promise<void>;
}

/** A recorder over a real store in `state`, turned by hand. Several may follow each other on one directory. */
export async function recording(t: ExecutionContext, state: string, engine = new FakeEngine()): Promise<Recording> {
  const clock = new FakeClock();
  const store = new Store();
  await store.start(storeFile(state));
  t.teardown(() => store.stop());
  const lines: string[] = [];
  const log = { say: (_: Mnemonic, text: string) => void lines.push(text) };
  const name: DetectorName = {
    package: 0,
    packageName: "residential",
    service: "smtp-outbound",
    signal: "sessions",
    threshold: 10,
    periodSeconds: 60,
    ...{ window: "fixed", holdSeconds: 0, count: "attempts" },
    actions: ["report", "block"],
  };
  const nameOf = (detector: number) => (detector === DETECTOR ? name : null);
  const releases = new Releases({ store, clock });
  await releases.load();
  const names = ["cust-1001"];
  const book = { namesSoon: (ids: readonly number[]) => nameBook(...names).namesSoon(ids) };
  const fastPath = { isReady: true };
  const recorder = new BreachRecorder({
    ...{ engine, store, clock, log, nameOf, releases, names: book },
    isReady: () => fastPath.isReady,
  });
  const after = await recorder.load();
  await engine.start({ attached: () => recorder.attached(), detached: () => {} }, after);
  const turn = async () => {
    await recorder.read();
    await recorder.save();
  };
  return { engine, recorder, releases, store, clock, lines, names, fastPath, turn };
}

export interface Daemon {
  readonly app: App;
  readonly engine: FakeEngine;
  readonly store: Store;
  /** What was said. */
  readonly lines: string[];
  readonly directory: string;
  readonly runDirectory: string;
  readonly configurationFile: string;
  /** Replaces the configuration file. */
  write(text: string): void;
}

/** A whole daemon that was not started, with a good configuration file. It is stopped after the test. */
export function daemon(t: ExecutionContext, at = directory(t), engine = new FakeEngine(), bootId = "boot-1"): Daemon {
  const runDirectory = join(at, "run");
  const configurationFile = join(at, "startup-config");
  const write = (text: string) => writeFileSync(configurationFile, text);
  mkdirSync(join(runDirectory, "daemon"), { recursive: true });
  write(configuration());
  const lines: string[] = [];
  const store = new Store();
  const clock = { now: Date.now, nowMs: () => engine.nowMs() };
  const log = new Log({ clock, write: ({ text }) => lines.push(text) });
  const app = new App(
    { runDirectory, stateDirectory: at, configuration: configurationFile },
    {
      engine,
      store,
      history: new UsageHistory(),
      names: new NameStore(),
      log,
      clock,
      bootId,
      machine,
      restart: () => {},
    },
  );
  t.teardown(() => app.stop());
  return { app, engine, store, lines, directory: at, runDirectory, configurationFile, write };
}

/** Asks again until it is so; the test fails when it is not so within 30 seconds. */
export async function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`Not so after 30 seconds: ${what}.`);
    await delay(10);
  }
}

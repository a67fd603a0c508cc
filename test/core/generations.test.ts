// Whatever is committed while packets pass, each is judged by the policy in force at that moment, and each event says which that was:
// against a naive model that reads the rules anew for every packet.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import test from "ava";
import fc from "fast-check";
import { detectorsById, type PolicyIds } from "../../mgmt/engine/policy_ids.ts";
import type { EngineCounters, EngineEvent } from "../../mgmt/engine/region_data.ts";
import { Engine } from "../../mgmt/replay/engine.ts";
import { type CapturedFrame, readPcap } from "../frames/pcap.ts";
import {
  anyCommits,
  anyRules,
  anyTraffic,
  type Commits,
  harshRules,
  type TimedFrame,
} from "./generations/arbitrary.ts";
import { countingOf, PolicyModel, type Told } from "./generations/policy-model.ts";
import { type Packet, readPacket } from "./generations/reader.ts";
import { type Rules, textOf } from "./generations/rules.ts";
import { configurationOf, policyOf } from "./policies.ts";

function assertSame<Value>(is: Value, wanted: Value, what: () => string): void {
  if (!isDeepStrictEqual(is, wanted))
    throw new Error(`${what()}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
}

/** In the order of their texts: of what one packet causes, the order is of no meaning. */
const texts = (list: readonly Told[]) => list.map((each) => JSON.stringify(each)).sort();

/** The engine and the model under the same commits. */
class Pair {
  readonly model = new PolicyModel();
  readonly counts = { forward: 0, refuse: 0, cutoff: 0 };
  engine: Engine | undefined;
  #ids: PolicyIds = new Map();
  /** What the ids of detectors count, whenever they were given. */
  readonly #countings = new Map<number, string>();

  /** By the product's own configuration text. */
  commit(rules: Rules): void {
    const text = textOf(rules);
    const { policy, ids } = policyOf(text, this.#ids);
    for (const [id, { packageId, service, detector }] of detectorsById(configurationOf(text), ids)) {
      const definition = rules.services.find(({ name }) => name === service);
      const { threshold: sessions, periodSeconds: period, holdSeconds: hold, window, count } = detector;
      const counting = countingOf(packageId, definition, {
        service,
        sessions,
        period,
        hold,
        window,
        count,
        actions: [],
      });
      assertSame(this.#countings.get(id) ?? counting, counting, () => `what detector ${id} counts`);
      this.#countings.set(id, counting);
    }
    this.#ids = ids;
    if (this.engine) this.engine.apply(policy);
    else this.engine = new Engine({ policy, sessions: 4096, subscribers: 64, watches: 64, detectors: 64 });
    this.model.apply(rules);
  }

  /** Judges a frame by both. */
  judge({ atMs, side, bytes }: TimedFrame, packet: Packet): void {
    const engine = this.engine as Engine;
    this.advance(atMs);
    const { verdict, generation } = engine.packet(bytes, side, 0, atMs);
    assertSame(
      { verdict, generation },
      { verdict: this.model.judge(packet, side, atMs), generation: this.model.generation },
      () => `${atMs} ms, from the ${side}: ${JSON.stringify(packet)}`,
    );
    this.counts[verdict]++;
    const told = this.model.told.splice(0);
    assertSame(texts(this.#told()), texts(told), () => `events at ${atMs} ms`);
  }

  /** What ends by the clock. */
  advance(nowMs: number): void {
    this.engine?.advance(nowMs);
    assertSame(this.model.advance(nowMs, this.#told()), [], () => `by ${nowMs} ms`);
  }

  #told(): Told[] {
    return this.engine?.events().map((event) => this.#toldOf(event)) ?? [];
  }

  #toldOf({ kind, subscriber, detector, periodStartedMs, generation, reason }: Omit<EngineEvent, "ring">): Told {
    const what = this.#countings.get(detector) ?? `an unknown detector ${detector}`;
    if (reason === "released") throw new Error("nobody released anybody");
    return { kind, subscriber: subscriber.address, what, startedMs: periodStartedMs, generation, reason };
  }

  /** Every packet has a verdict, every opening was passed or refused. */
  assertConserved(packets: number): void {
    const { opened } = this.model;
    assertSame(this.counts.forward + this.counts.refuse, packets, () => "verdicts");
    const { sessions_opened, sessions_refused, sessions_cut, session_table_full, watch_pool_full } =
      this.engine?.counters() ?? ({} as EngineCounters);
    assertSame(
      { sessions_opened, sessions_refused, sessions_cut, session_table_full, watch_pool_full },
      {
        ...{ sessions_opened: opened.passed, sessions_refused: opened.refused, sessions_cut: opened.cut },
        ...{ session_table_full: 0, watch_pool_full: 0 },
      },
      () => "counters",
    );
  }
}

function play(frames: readonly TimedFrame[], commits: Commits): Pair {
  const pair = new Pair();
  const left = [...commits];
  let packets = 0;
  for (const frame of frames) {
    while ((left[0]?.[0] ?? Number.POSITIVE_INFINITY) <= frame.atMs) pair.commit((left.shift() as Commits[number])[1]);
    const packet = readPacket(frame.bytes);
    if (packet === null) continue;
    pair.judge(frame, packet);
    packets++;
  }
  const last = frames.at(-1)?.atMs ?? 0;
  for (let after = 100; after < 90_000; after += 100) pair.advance(last + after);
  pair.assertConserved(packets);
  return pair;
}

/** What fast-check found, without the thousands of bytes that it found it with. */
function report({
  failed,
  seed,
  errorInstance,
}: Pick<fc.RunDetails<unknown>, "failed" | "seed" | "errorInstance">): void {
  if (failed) throw new Error(`seed ${seed}: ${(errorInstance as Error).message}`);
}

test("commits of services, packages and zones under traffic: every verdict and event is that of the generation in force", (t) => {
  const seen = { packets: 0, refused: 0, cut: 0, commits: 0 };
  // Whatever the others are, in this one sessions are refused, and cut by a commit.
  const [traffic = []] = fc.sample(anyTraffic, { seed: 1, numRuns: 1 });
  const cutting: Commits = [
    [0, harshRules(false)],
    [40_000, harshRules(true)],
  ];
  fc.assert(
    fc.property(anyTraffic, anyCommits, (frames, commits) => {
      const { counts, model } = play(frames, commits);
      seen.packets += counts.forward + counts.refuse;
      seen.refused += counts.refuse;
      seen.cut += model.opened.cut;
      seen.commits += model.generation;
    }),
    { numRuns: 12, endOnFailure: true, reporter: report, examples: [[traffic, cutting]] },
  );
  t.log(JSON.stringify(seen));
  t.true(seen.refused > 0 && seen.cut > 0);
});

const directory = process.env.POSTERN_CAPTURES ?? join(import.meta.dirname, "../../../shared/captures");

/** Public captures of one session each, and who opened it. */
const captures = [
  { name: "16-smtp-3-mails-one-session", client: "172.22.0.1" },
  { name: "18-smtp-pipelined", client: "172.18.0.1" },
  { name: "03-smtp-600-rcpt", client: "10.0.0.1" },
].map(({ name, client }) => ({ file: join(directory, `${name}.pcap`), client }));

/** One after the other. */
function capturedFrames(): TimedFrame[] {
  let startMs = 0;
  return captures.flatMap(({ file, client }) => {
    const frames = readPcap(readFileSync(file));
    const offsetMs = startMs + 1000 - milliseconds(frames[0]);
    startMs = milliseconds(frames.at(-1)) + offsetMs;
    return frames.map((frame): TimedFrame => {
      const side = readPacket(frame.bytes)?.source === client ? "subscriber" : "network";
      return { atMs: milliseconds(frame) + offsetMs, side, bytes: frame.bytes };
    });
  });
}

const milliseconds = (frame: CapturedFrame | undefined) => Number((frame?.timeNs ?? 0n) / 1_000_000n);

const there = captures.every(({ file }) => existsSync(file));

(there ? test : test.skip)(`the same of captured mail${there ? "" : ` (no captures at ${directory})`}`, (t) => {
  const frames = capturedFrames();
  const whose = captures.map(({ client }) => `${client}/32`);
  const ofClients = (rules: Rules): Rules => ({
    ...rules,
    groups: whose.map((prefix) => ({ prefix, template: 0 })),
    offices: whose.slice(1),
  });
  const anyPlace = fc.nat(frames.length - 1);
  const anyPlaces = fc.array(fc.tuple(anyPlace, anyRules), { minLength: 5, maxLength: 20, size: "max" });
  const seen = { refused: 0, cut: 0, commits: 0 };
  fc.assert(
    fc.property(anyRules, anyPlaces, (first, places) => {
      const later = places.map(([place, rules]) => [frames[place]?.atMs ?? 0, ofClients(rules)] as const);
      const commits = [[0, ofClients(first)] as const, ...later.sort(([a], [b]) => a - b)];
      const { counts, model } = play(frames, commits);
      seen.refused += counts.refuse;
      seen.cut += model.opened.cut;
      seen.commits += model.generation;
    }),
    { numRuns: 4, endOnFailure: true, reporter: report, examples: [[harshRules(false), [[100, harshRules(true)]]]] },
  );
  t.log(JSON.stringify(seen));
  t.true(seen.refused > 0 && seen.cut > 0);
});

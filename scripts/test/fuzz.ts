// The fuzz targets. Those of the core (dataplane/fuzz): clang's libFuzzer with the address and undefined behaviour sanitizers; each
// starts from its seeds, which fuzz-seeds makes, and from the inputs that once found something (dataplane/fuzz/found). Those of the
// daemon's decoders (test/fuzz): messages that are changed and cut, made by fast-check.
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "./meson.ts";
import { type Finished, root, run } from "./run.ts";
import { asTest, type Step } from "./step.ts";
import type { TestResult } from "./tap.ts";

const coreTargets = ["control", "packet", "pipeline", "policy", "region"] as const;
const decoderTargets = ["radius", "dhcp"] as const;
export const fuzzTargets = [...coreTargets, ...decoderTargets] as const;
export type FuzzTarget = (typeof fuzzTargets)[number];

const directory = "build-fuzz";
/** The pipeline tries some hundred inputs a second, the others thousands. */
const testSeconds: Readonly<Record<FuzzTarget, number>> = {
  control: 10,
  packet: 10,
  pipeline: 20,
  policy: 10,
  region: 10,
  radius: 10,
  dhcp: 10,
};
const AT_ONCE = 2;

/** An input that takes longer hangs: the slowest takes some 100 ms on a busy machine. */
const INPUT_SECONDS = 30;

const environment = {
  // Freed memory is kept for a while to find its late users; with more than this a target spends its time on fresh pages.
  ASAN_OPTIONS: "quarantine_size_mb=16",
  // An assertion of the tests' own support ends with a report.
  CMOCKA_TEST_ABORT: "1",
};

/** Builds the targets and makes their seeds. Undefined: done. */
export async function prepareFuzzing(): Promise<TestResult | undefined> {
  const options = ["-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_ndebug=false", "-Db_lundef=false"];
  const env = { CC: "clang-14", CXX: "clang++-14" };
  const broken = await build({ directory, options, env, targets: ["fuzzers"] });
  if (broken) return broken;
  await rm(join(root, directory, "seeds"), { recursive: true, force: true });
  const seeds = await run(`${directory}/fuzz/fuzz-seeds`, [`${directory}/seeds`]);
  return seeds.ok ? undefined : asTest("fuzz-seeds", seeds);
}

export interface Fuzzing {
  readonly target: FuzzTarget;
  readonly seconds: number;
  /** Where inputs that reach something new are kept, and others of earlier runs lie. */
  readonly corpus: string;
  readonly onStderr?: (text: string) => void;
}

/** Runs a target. It has failed when an input ended with a report; of the core's the input is then kept in build-fuzz/crashes. */
export function fuzz(fuzzing: Fuzzing): Promise<Finished> {
  return (decoderTargets as readonly string[]).includes(fuzzing.target) ? fuzzDecoder(fuzzing) : fuzzCore(fuzzing);
}

function fuzzDecoder({ target, seconds, onStderr = () => {} }: Fuzzing): Promise<Finished> {
  return run("node", ["test/fuzz/main.ts", target, `${seconds}`], { timeoutSeconds: seconds + 120, onStderr });
}

async function fuzzCore({ target, seconds, corpus, onStderr = () => {} }: Fuzzing): Promise<Finished> {
  const found = `dataplane/fuzz/found/${target}`;
  const crashes = `${directory}/crashes`;
  for (const needed of [corpus, crashes]) await mkdir(join(root, needed), { recursive: true });
  const limits = [`-max_total_time=${seconds}`, `-timeout=${INPUT_SECONDS}`, "-max_len=1024"];
  const inputs = [corpus, `${directory}/seeds/${target}`, ...(existsSync(join(root, found)) ? [found] : [])];
  return run(
    `${directory}/fuzz/fuzz-${target}`,
    [...limits, `-artifact_prefix=${crashes}/${target}-`, "-print_final_stats=1", ...inputs],
    { env: environment, timeoutSeconds: seconds + 120, onStderr },
  );
}

/** What is wrong with a target, for a person: the report's head, and how to see it again. */
export function crashNotes(target: FuzzTarget, stderr: string): string[] {
  const lines = stderr.split("\n");
  const begin = lines.findIndex((line) => /not true: |runtime error: |ERROR: |^another /.test(line));
  const report = begin < 0 ? lines.slice(-40) : lines.slice(begin, begin + 30);
  const input = /Test unit written to (.*)/.exec(stderr)?.[1];
  return input ? [...report, `again: ${directory}/fuzz/fuzz-${target} ${input}`] : report;
}

async function testTarget(target: FuzzTarget): Promise<TestResult> {
  const corpus = `${directory}/test-corpus/${target}`;
  await rm(join(root, corpus), { recursive: true, force: true });
  const seconds = testSeconds[target];
  const finished = await fuzz({ target, seconds, corpus });
  const title = `fuzz-${target}: ${seconds} s from its seeds`;
  if (finished.ok) return { title, status: "passed", notes: [] };
  return { title: `${title}: ${finished.ending}`, status: "failed", notes: crashNotes(target, finished.stderr) };
}

/** Calls for each, `AT_ONCE` at a time; results in order. */
export async function someAtOnce<T, R>(items: readonly T[], call: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = [...items.entries()];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await call(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

export const fuzzTests: Step = {
  name: "fuzz targets",
  async run() {
    const broken = await prepareFuzzing();
    return broken ? [broken] : someAtOnce(fuzzTargets, testTarget);
  },
};

// What holds for every change from one configuration to another: taking lines back, differences, merges.
import test from "ava";
import fc from "fast-check";
import type { Rendered } from "../../cli/grammar/command.ts";
import { type Candidate, type Configuration, emptyConfiguration } from "../../mgmt/config/configuration.ts";
import { diff } from "../../mgmt/config/diff.ts";
import { merge } from "../../mgmt/config/merge.ts";
import { amend, parseConfiguration } from "../../mgmt/config/parse.ts";
import { linesOf, textOf } from "../../mgmt/config/render.ts";
import { configurations } from "./arbitrary.ts";

type Lines = readonly Rendered[];

function lines(configuration: Configuration): Rendered[] {
  return linesOf(configuration).flat();
}

/** Every line by what it sets, below what the lines around it set. */
function flat(rendered: Lines, path = ""): Map<string, string> {
  return new Map(
    rendered.flatMap(({ slot, text, children }) => {
      const here = `${path}/${slot}`;
      return [[here, text] as const, ...flat(children, here)];
    }),
  );
}

/** Each line with those that enter its modes before it. */
function typedAlone(rendered: Lines, around: readonly string[] = []): string[][] {
  return rendered.flatMap(({ text, children }) => [[...around, text], ...typedAlone(children, [...around, text])]);
}

test("any line as it is printed can be taken back, and typed again", (t) => {
  fc.assert(
    fc.property(configurations, fc.nat(), (configuration, which) => {
      const all = typedAlone(lines(configuration));
      const typed = all[which % all.length] ?? [];
      const line = typed.at(-1) ?? "";
      if (line.startsWith("no ") || line.startsWith("interface ")) return;
      const candidate = structuredClone(configuration) as Candidate;
      t.deepEqual(amend(candidate, [...typed.slice(0, -1), `no ${line}`]), []);
      const left = flat(lines(candidate));
      const before = flat(lines(configuration));
      const changed = [...before].filter(([path, text]) => left.get(path) !== text);
      const defaults = flat(lines(emptyConfiguration()));
      t.true(changed.length > 0 || [...defaults.values()].includes(line) || line === "initiator either", line);
    }),
    { numRuns: 300 },
  );
});

test("what was, without what was removed and with what was added, is what is", (t) => {
  fc.assert(
    fc.property(configurations, configurations, (before, after) => {
      const told = diff(lines(before), lines(after));
      const textsOf = (change: string) => told.filter((line) => line.change === change).map(({ text }) => text.trim());
      const bag = [...masked(lines(before)), ...textsOf("added")];
      for (const removed of textsOf("removed")) bag.splice(bag.indexOf(removed), 1);
      t.deepEqual(bag.sort(), masked(lines(after)).sort());
      t.deepEqual(diff(lines(after), lines(after)), []);
    }),
    { numRuns: 300 },
  );
});

function masked(rendered: Lines): string[] {
  return rendered.flatMap(({ text, masked: shown = text, children }) => [shown, ...masked(children)]);
}

/** One, and what two people made of it: each took some parts of another, and both some of the same. */
const three = fc
  .tuple(configurations, configurations, configurations, fc.nat(), fc.nat())
  .map(
    ([base, a, b, first, second]) =>
      [base, mixed(base, a, first), mixed(mixed(base, a, first & second), b, second)] as const,
  );

/** The parts that the bits choose are the other's. */
function mixed(base: Configuration, other: Configuration, bits: number): Configuration {
  const parts = Object.keys(base) as (keyof Configuration)[];
  const chosen = parts.filter((_, index) => (bits >> index) & 1);
  return { ...base, ...Object.fromEntries(chosen.map((part) => [part, other[part]])) };
}

test("of a merge, what one side changed stands; what both changed differently is a clash", (t) => {
  fc.assert(
    fc.property(three, ([base, mine, theirs]) => {
      const sides = [base, mine, theirs].map((each) => flat(lines(each)));
      const [before, my, their] = sides as [Map<string, string>, Map<string, string>, Map<string, string>];
      const merged = merge(lines(base), lines(mine), lines(theirs));
      const result = flat(merged.lines);
      const clashes = merged.clashes.map(({ path }) => `/${path.join("/")}`);
      for (const path of new Set([...before.keys(), ...my.keys(), ...their.keys()])) {
        if (clashes.some((clash) => path === clash || path.startsWith(`${clash}/`))) continue;
        const [was, mineIs, theirsIs] = [before.get(path), my.get(path), their.get(path)];
        const expected = mineIs === was ? theirsIs : mineIs;
        t.true(mineIs === was || theirsIs === was || mineIs === theirsIs, `${path} should clash`);
        t.is(result.get(path), expected, path);
      }
    }),
    { numRuns: 300 },
  );
});

test("a merge with one side as it was is the other side, and reads as it is printed", (t) => {
  fc.assert(
    fc.property(configurations, configurations, (base, other) => {
      for (const [mine, theirs] of [
        [other, base],
        [base, other],
      ] as const) {
        const { lines: merged, clashes } = merge(lines(base), lines(mine), lines(theirs));
        t.deepEqual(clashes, []);
        t.deepEqual(parseConfiguration(textOf([merged], { secrets: true })), { configuration: other });
      }
    }),
    { numRuns: 200 },
  );
});

const SERVERS = ["192.0.2.2", "192.0.2.1", "192.0.2.3"].map((host) => `radius-server host ${host} key 0123456789`);

function withServers(...typed: string[]): Configuration {
  const parsed = parseConfiguration(typed.join("\n"));
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.configuration;
}

test("servers are in the order in which they were entered; another order is a difference, and outlives a merge", (t) => {
  const [first = "", second = "", third = ""] = SERVERS;
  const base = withServers(first, second);
  const turned = withServers(second, first);
  t.deepEqual(
    diff(lines(base), lines(turned)).map(({ change, text }) => `${change} ${text.split(" ")[2]}`),
    ["removed 192.0.2.2", "added 192.0.2.2"],
  );
  const more = withServers(first, second, third, "hostname edge");
  const hosts = (merged: Lines) => merged.flatMap(({ text }) => /host (\S+)/.exec(text)?.[1] ?? []);
  t.deepEqual(hosts(merge(lines(base), lines(turned), lines(more)).lines), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  t.deepEqual(hosts(merge(lines(base), lines(more), lines(turned)).lines), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
});

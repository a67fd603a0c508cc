// An appliance with a few subscribers, asked as a session asks it: its fast path is a fake, the rest is real.

import type { Context } from "../../cli/commands/exec.ts";
import { language } from "../../cli/commands/table.ts";
import { match } from "../../cli/grammar/match.ts";
import type { Appliance, ApplianceParts } from "../../mgmt/appliance.ts";
import type { DetectorName } from "../../mgmt/breaches/breach.ts";
import { factsOf } from "../../mgmt/config/facts.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import type { ObeyedLinkMode, SubscriberRecord, WindowRecord } from "../../mgmt/engine/region_data.ts";
import type { Level } from "../../mgmt/level.ts";
import type { AuditEntry } from "../../mgmt/operations/operation.ts";
import { Operations } from "../../mgmt/operations/operations.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { noFigures } from "../../mgmt/subscribers/names/figures.ts";
import { Subscribers } from "../../mgmt/subscribers/subscribers.ts";
import { BOOT, FakeClock, region } from "../daemon/parts.ts";
import { nameBook } from "./name-book.ts";

const configuration = `
service smtp-outbound
 protocol tcp port 25
service submission
 protocol tcp port 587
package 0 name "residential"
 mass-mailing service smtp-outbound
  detect sessions 10 period 60 window fixed action report block
 mass-mailing service submission
  detect sessions 50 period 300 window fixed action report
package 1 name "business"
interface LineCard 0
 subscriber anonymous-group name "LT4" IP-range 10.30.0.0:0xffff0000 template 4
 subscriber anonymous-group name "offices" IP-range 10.30.94.192:0xffffffc0 template 5
 subscriber anonymous-group name "LT6" IP-range 2001:db8:30::/48 template 4
 subscriber template 4 package 0
 subscriber template 5 package 1
`;

function readFacts(text: string): Facts {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) throw new Error(parsed.errors[0]?.message);
  return factsOf(parsed.configuration, 7);
}

const residential = {
  package: 0,
  packageName: "residential",
  signal: "sessions",
  window: "fixed",
  holdSeconds: 0,
  count: "attempts",
} as const;
const names: Readonly<Record<number, DetectorName>> = {
  2: { ...residential, service: "smtp-outbound", threshold: 10, periodSeconds: 60, actions: ["report", "block"] },
  3: { ...residential, service: "submission", threshold: 50, periodSeconds: 300, actions: ["report"] },
};

export const BLOCKING = 2;
export const REPORTING = 3;

/** A window of a detector; in breach unless it is said otherwise. */
export function window(changes: Partial<WindowRecord> = {}): WindowRecord {
  const period = { periodStartedMs: 170_000, periodMs: 60_000, holdMs: 0 };
  return { detector: BLOCKING, ...period, counted: 10, refused: 290, inBreach: true, ...changes };
}

export function subscriber(
  address: string,
  { vlans = [], ...changes }: Partial<SubscriberRecord> & { vlans?: readonly [number?, number?] } = {},
): SubscriberRecord {
  const lengths = address.startsWith("100::") ? 128 : 64;
  const prefixLength = address.includes(":") ? lengths : 32;
  const [outerVlan = 0, innerVlan = 0] = vlans;
  const seen = { createdMs: 60_000, lastSeenMs: 199_000, openSessions: 0 };
  return {
    subscriber: { address, prefixLength, outerVlan, innerVlan },
    template: 4,
    package: null,
    via: null,
    ...seen,
    windows: [],
    ...changes,
  };
}

export interface Stage {
  readonly engine: FakeEngine;
  readonly audit: AuditEntry[];
  /** Releases that were kept before the fast path was asked. */
  readonly kept: unknown[];
  /** What is answered when a command asks; undefined: the person went away. */
  answer: string | undefined;
  /** Whether the startup file differs from what is in force; undefined: there is none. */
  unsaved: boolean | undefined;
  /** Configuration sessions. */
  sessions: readonly string[];
  /** How often the daemon was told to end and be started again. */
  restarts: number;
  /** The lines that a session prints. */
  typed(line: string, level?: Level): Promise<string[]>;
  data(line: string): Promise<unknown>;
}

export function stage(
  records: readonly SubscriberRecord[],
  mode: ObeyedLinkMode = "forwarding",
  overrides: readonly JudgedOverride[] = [],
): Stage {
  const engine = new FakeEngine();
  engine.attach(region());
  engine.records = [...records];
  const clock = new FakeClock();
  const audit: AuditEntry[] = [];
  const kept: unknown[] = [];
  const facts = readFacts(configuration);
  const book = nameBook("cust-1001");
  const subscribers = new Subscribers({
    ...{ engine, clock, facts: () => facts },
    names: book,
    services: () => ["smtp-outbound", "submission"],
    overrides: { ofEach: async (addresses) => addresses.map(() => overrides) },
    nameOf: (detector) => names[detector] ?? null,
    recorder: {
      find: (_, { periodStartedMs }) => ({ startedAt: BOOT + periodStartedMs + 3000 }) as never,
    },
  });
  const questions = {
    of: async () => overrides,
    async *list() {
      yield overrides;
    },
  };
  const restart = () => void staged.restarts++;
  const releases = { keep: async (release: unknown) => void kept.push(release) };
  const parts = { engine, subscribers, names: book, releases, restart } as unknown as ApplianceParts;
  const operations = new Operations(parts, { now: clock.now, audit: async (entry) => void audit.push(entry) });
  const appliance = {
    ...{ subscribers, names: book, facts: () => facts, overrides: questions },
    configuration: {
      diff: async () => {
        if (staged.unsaved === undefined) throw new Sentence("There is no startup file.");
        return staged.unsaved ? [{}] : [];
      },
      sessions: () => staged.sessions.map((name) => ({ name })),
    } as unknown as Appliance["configuration"],
    perform: (operation, input, actor) => operations.perform(operation, input, actor),
    nameStatus: () => ({
      figures: { ...noFigures, names: 2, fixed: 1, idle: 1, addresses: 1, introduced: 3, aged: 1, logouts: 2 },
      ...{ peak: { mapped: 2, at: BOOT + 60_000 }, importing: null, leaseLines: null },
    }),
    status: () => ({
      daemon: { pid: 4242, startedAt: BOOT, eventsLost: 0 },
      fastPath: {
        tables: { subscribers: { used: 44, capacity: 1_000_000 }, sessions: { used: 17, capacity: 65_536 } },
        counters: region().counters.engine,
        startedAt: BOOT,
        links: [{ mode }],
      },
    }),
  } as Pick<Appliance, "subscribers" | "names" | "nameStatus" | "facts" | "configuration" | "perform"> as Appliance;
  const run = (line: string, level: Level) => {
    const found = match(language.exec.commands, line);
    if ("code" in found) throw new Error(`No command is typed as "${line}".`);
    const session = { ask: async () => staged.answer, level };
    const actor = { user: "anna", level, from: "console", session: 1 };
    const context = { appliance, actor, session, now: clock.now } as unknown as Context;
    return found.command.execute(context, found.args as never);
  };
  const staged: Stage = {
    ...{ engine, audit, kept, answer: "", restarts: 0, unsaved: false, sessions: [] },
    async typed(line, level = 15) {
      const said: string[] = [];
      try {
        for await (const each of run(line, level)) said.push(...each.lines());
      } catch (error) {
        if (!(error instanceof Sentence)) throw error;
        said.push(`% ${error.message}`);
      }
      return said;
    },
    async data(line) {
      const [answer] = await Array.fromAsync(run(line, 15));
      return answer?.data;
    },
  };
  return staged;
}

// Generated captures through the engine. Each file in generated/ is a configuration, and below `---` what must come out; people
// wrote it from the rules and from tshark's counts, not this program. generator.test.ts proves the captures.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { ReplayedPacket } from "../../mgmt/engine/native.ts";
import type { EngineCounters } from "../../mgmt/engine/region_data.ts";
import type { ReplayedBreach } from "../../mgmt/replay/breach_list.ts";
import { PacketCounts } from "../../mgmt/replay/packet_counts.ts";
import { type ReplayReport, replayCapture } from "../../mgmt/replay/replay.ts";
import type { ReplayedSession } from "../../mgmt/replay/session_list.ts";
import { doubleTagged, oddFrames } from "../frames/odd.ts";
import { pcapBytes } from "../frames/pcap.ts";
import { framesOf, type GeneratedFrame, type Scene } from "./generator/capture.ts";
import { evasionCases } from "./generator/evasion-cases.ts";
import { framings } from "./generator/framings.ts";
import { quotaScenes } from "./generator/quota-scenes.ts";
import { subscriberCases } from "./generator/subscriber-cases.ts";
import { configurationOf } from "./policies.ts";
import { temporaryDirectory } from "./regions.ts";

/** Its tables are lists of lines of cells, without the comments. */
async function golden(name: string): Promise<{ configuration: string; tables: string[][] }> {
  const text = await readFile(join(import.meta.dirname, "generated", `${name}.txt`), "utf8");
  const [configuration = "", ...tables] = text.split("---\n");
  return { configuration, tables: tables.map(linesIn) };
}

function linesIn(table: string): string[] {
  const lines = table.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => cells(...line.split("|")));
}

const cells = (...texts: readonly string[]) => texts.map((text) => text.trim()).join(" | ");

/** Scenes of their own ports and times, after those of the case before. */
interface Case {
  readonly name: string;
  readonly scenes: readonly Scene[];
}

/** What the engine made of a case. */
interface Outcome extends Case {
  readonly sessions: readonly ReplayedSession[];
  readonly breaches: readonly ReplayedBreach[];
  readonly kinds: string;
  /** Of each scene that lost any: how many frames of how many. */
  readonly refused: ReadonlyMap<string, string>;
}

/** One engine judges the cases one after the other. */
async function replay(
  t: ExecutionContext,
  cases: readonly Case[],
  configuration: string,
): Promise<{ outcomes: Outcome[]; counters: EngineCounters }> {
  const path = join(await temporaryDirectory(t), "generated.pcap");
  const frames = cases.map(({ scenes }) => framesOf(scenes));
  await writeFile(path, pcapBytes(frames.flat()));
  const packets: ReplayedPacket[] = [];
  const report = replayCapture(configurationOf(configuration), path, (packet) => packets.push(packet));
  t.deepEqual([report.error, packets.length], [null, frames.flat().length]);
  let begin = 0;
  const outcomes = cases.map((of, n) => {
    const own = frames[n] ?? [];
    const judged = packets.slice(begin, begin + own.length);
    begin += own.length;
    return outcomeOf(of, own, judged, report);
  });
  return { outcomes, counters: report.counters };
}

function outcomeOf(
  of: Case,
  frames: readonly GeneratedFrame[],
  packets: readonly ReplayedPacket[],
  report: Pick<ReplayReport, "sessions" | "breaches">,
): Outcome {
  const [first = 0, last = 0] = [packets[0]?.timeMs, packets.at(-1)?.timeMs];
  const inTime = ({ startedAt }: { readonly startedAt: number }) => first <= startedAt && startedAt <= last;
  const counts = new PacketCounts();
  for (const packet of packets) counts.take(packet);
  const kinds = Object.entries(counts.kind).filter(([, count]) => count > 0);
  const scenes = Map.groupBy(packets.keys(), (n) => frames[n]?.scene ?? "");
  const refused = [...scenes].map(([scene, own]) => {
    const count = own.filter((n) => packets[n]?.verdict === "refuse").length;
    return [scene, count > 0 ? `${count} of ${own.length}` : ""] as const;
  });
  return {
    ...of,
    sessions: report.sessions.filter(inTime),
    breaches: report.breaches.filter(inTime),
    kinds: kinds.map(([kind, count]) => `${kind} ${count}`).join(", "),
    refused: new Map(refused.filter(([, text]) => text !== "")),
  };
}

const vlansOf = ({ outerVlan, innerVlan }: ReplayedSession) =>
  [outerVlan, innerVlan].filter((id) => id !== 0).join(".");

const refusedText = ({ refused }: Outcome) => [...refused].map(([scene, text]) => `${scene}: ${text}`).join("; ");

test("the quota holds in every framing that is read", async (t) => {
  const { configuration, tables } = await golden("quota");
  const [sessions = [], [, ...rows] = []] = tables;
  const cases = framings.map((framing, turn) => ({ name: framing.name, scenes: quotaScenes(framing, turn) }));
  const { outcomes } = await replay(t, cases, configuration);
  const told = outcomes.map((outcome) => {
    const vlans = [...new Set(outcome.sessions.map((session) => vlansOf(session) || "-"))].join();
    t.deepEqual(sessionLines(outcome), vlans ? sessions : [], outcome.name);
    return cells(outcome.name, vlans || "not read", outcome.kinds, refusedText(outcome) || "-");
  });
  t.deepEqual(told, rows);
});

function sessionLines({ sessions, breaches, scenes }: Outcome): string[] {
  return [
    ...sessions.map((session) => {
      const service = session.services.join(",") || "-";
      return cells(sceneOf(session, scenes), `${session.began} by ${session.opener}`, service, session.state);
    }),
    ...breaches.map(({ counted, refused }) => `breach of the zombie: counted ${counted}, refused ${refused}`),
  ];
}

function sceneOf({ subscriberPort, networkPort }: ReplayedSession, scenes: readonly Scene[]): string {
  const found = scenes.find(({ conversation: { client, server } }) => {
    const [home, far] = client.side === "subscriber" ? [client, server] : [server, client];
    return home.port === subscriberPort && far.port === networkPort;
  });
  return found?.name ?? "nobody's";
}

test("who shares a quota: address and VLAN tags tell, labels and PPPoE sessions do not", async (t) => {
  const { configuration, tables } = await golden("subscribers");
  const { outcomes } = await replay(t, subscriberCases, configuration);
  for (const outcome of outcomes) assertWhole(t, outcome);
  const told = outcomes.map(({ name, sessions }) => cells(name, bySubscriber(sessions)));
  t.deepEqual(told, tables[0]);
});

function bySubscriber(sessions: readonly ReplayedSession[]): string {
  const subscriberOf = (session: ReplayedSession) =>
    [session.subscriber, vlansOf(session)].filter(Boolean).join(" in ");
  const told = [...Map.groupBy(sessions, subscriberOf)].map(
    ([subscriber, own]) => `${subscriber}: ${began(own, "opened")} opened, ${began(own, "refused")} refused`,
  );
  return told.sort().join("; ");
}

const began = (sessions: readonly ReplayedSession[], how: ReplayedSession["began"]): number =>
  sessions.filter((session) => session.began === how).length;

/** A session passes whole or not at all. */
function assertWhole(t: ExecutionContext, { sessions, refused, name, scenes }: Outcome): void {
  t.is(sessions.length, scenes.length, name);
  for (const session of sessions) {
    const opened = session.began === "opened";
    const [lost, all] = (refused.get(sceneOf(session, scenes)) ?? "none of some").split(" of ");
    t.is(session.state, opened ? "closed" : "refused", name);
    t.true(opened ? lost === "none" : lost === all, name);
  }
}

test("openings that hide are counted, and refused where their subscriber is blocked", async (t) => {
  const { configuration, tables } = await golden("evasions");
  const [[, ...rows] = []] = tables;
  const told: string[] = [];
  for (const evasion of evasionCases) {
    const { outcomes, counters } = await replay(t, [evasion], configuration);
    for (const outcome of outcomes) {
      const [opened, joined, refused] = (["opened", "joined", "refused"] as const).map((how) =>
        began(outcome.sessions, how),
      );
      const sessions = `opened ${opened}, joined ${joined}, refused ${refused}`;
      told.push(cells(evasion.name, sessions, `${counters.evasive}`, refusedText(outcome)));
    }
  }
  t.deepEqual(told, rows);
});

test("frames of every other kind pass, also short ones and what is no IP", async (t) => {
  const { configuration } = await golden("quota");
  const [home, far] = [{ mac: "02:00:00:00:00:01" }, { mac: "02:00:00:00:00:02" }];
  const frames = [...oddFrames(home, far), doubleTagged(home, far, 1522), doubleTagged(home, far, 9216)];
  const path = join(await temporaryDirectory(t), "generated.pcap");
  await writeFile(path, pcapBytes(frames.map(({ bytes }, second) => ({ bytes, timeNs: BigInt(second) * 10n ** 9n }))));
  const verdicts: string[] = [];
  replayCapture(configurationOf(configuration), path, ({ verdict }) => verdicts.push(verdict));
  t.deepEqual(verdicts, Array(frames.length).fill("forward"));
});

// Generated captures through the engine. Each file in generated/ is a configuration, and below `---` what must come out; people
// wrote it from the rules and from tshark's counts, not this program. generator.test.ts proves the captures.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { type ReplayReport, replayCapture } from "../../mgmt/replay/replay.ts";
import type { ReplayedSession } from "../../mgmt/replay/session_list.ts";
import { pcapBytes } from "../frames/pcap.ts";
import { framesOf, type Scene } from "./generator/capture.ts";
import { evasionCases } from "./generator/evasion-cases.ts";
import { framings } from "./generator/framings.ts";
import { quotaScenes } from "./generator/quota-scenes.ts";
import { subscriberCases } from "./generator/subscriber-cases.ts";
import { configurationOf } from "./policies.ts";
import { temporaryDirectory } from "./regions.ts";

interface Golden {
  readonly configuration: string;
  /** Each a list of lines, cells separated by " | ", comments left out. */
  readonly tables: readonly (readonly string[])[];
}

async function golden(name: string): Promise<Golden> {
  const text = await readFile(join(import.meta.dirname, "generated", `${name}.txt`), "utf8");
  const [configuration = "", ...tables] = text.split("---\n");
  return { configuration, tables: tables.map(rowsIn) };
}

function rowsIn(table: string): string[] {
  const lines = table.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => row(...line.split("|")));
}

const row = (...cells: readonly string[]) => cells.map((cell) => cell.trim()).join(" | ");

interface Replayed {
  readonly report: ReplayReport;
  /** Frames of a scene, and how many were refused. */
  readonly frames: ReadonlyMap<string, { readonly all: number; readonly refused: number }>;
}

async function replay(t: ExecutionContext, scenes: readonly Scene[], configuration: string): Promise<Replayed> {
  const path = join(await temporaryDirectory(t), "generated.pcap");
  const frames = framesOf(scenes);
  await writeFile(path, pcapBytes(frames));
  const verdicts: string[] = [];
  const report = replayCapture(configurationOf(configuration), path, ({ verdict }) => verdicts.push(verdict));
  t.is(report.error, null);
  t.is(verdicts.length, frames.length);
  const judged = frames.map(({ scene }, n) => ({ scene, refused: verdicts[n] === "refuse" }));
  const byScene = [...Map.groupBy(judged, ({ scene }) => scene)];
  return {
    report,
    frames: new Map(
      byScene.map(([scene, own]) => [scene, { all: own.length, refused: own.filter(({ refused }) => refused).length }]),
    ),
  };
}

const vlansOf = ({ outerVlan, innerVlan }: ReplayedSession) =>
  [outerVlan, innerVlan].filter((id) => id !== 0).join(".");

/** The parts of `counts` that are not 0. */
const nonZero = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

function sceneOf({ subscriberPort, networkPort }: ReplayedSession, scenes: readonly Scene[]): string {
  const found = scenes.find(({ conversation: { client, server } }) =>
    client.side === "subscriber"
      ? client.port === subscriberPort && server.port === networkPort
      : server.port === subscriberPort && client.port === networkPort,
  );
  return found?.name ?? "nobody's";
}

const quota = await golden("quota");

for (const framing of framings) {
  test(`${framing.name}: the quota holds where the framing is read`, async (t) => {
    const [sessions = [], rows = []] = quota.tables;
    const scenes = quotaScenes(framing);
    const { report, frames } = await replay(t, scenes, quota.configuration);
    const [vlans] = report.sessions.map((session) => vlansOf(session) || "-");
    const refusedOf = (name: string) => `${frames.get(name)?.refused} of ${frames.get(name)?.all}`;
    const others = [...frames].filter(([name]) => name !== "mail 11" && name !== "mail 12");
    const refusedOfOthers = others.reduce((sum, [, { refused }]) => sum + refused, 0);
    const kinds = nonZero(report.packets.kind);
    const told = [vlans ?? "not read", kinds, refusedOf("mail 11"), refusedOf("mail 12"), `${refusedOfOthers}`];
    t.is(row(framing.name, ...told), rows.find((line) => line.startsWith(`${framing.name} | `)) ?? "not in the golden");
    t.deepEqual(sessionRows(report, scenes), vlans === undefined ? [] : sessions);
    t.is(new Set(report.sessions.map(vlansOf)).size, vlans === undefined ? 0 : 1);
  });
}

function sessionRows({ sessions, breaches }: ReplayReport, scenes: readonly Scene[]): string[] {
  return [
    ...sessions.map((session) => {
      const service = session.services.join(",") || "-";
      return row(sceneOf(session, scenes), `${session.began} by ${session.opener}`, service, session.state);
    }),
    ...breaches.map(({ counted, refused }) => `breach of the zombie: counted ${counted}, refused ${refused}`),
  ];
}

const subscribers = await golden("subscribers");

for (const { name, scenes } of subscriberCases) {
  test(`${name}: who shares a quota`, async (t) => {
    const [rows = []] = subscribers.tables;
    const { report, frames } = await replay(t, scenes, subscribers.configuration);
    t.is(row(name, bySubscriber(report.sessions)), rows.find((line) => line.startsWith(`${name} | `)) ?? "");
    for (const session of report.sessions) {
      const { all, refused } = frames.get(sceneOf(session, scenes)) ?? { all: 0, refused: 0 };
      t.is(session.state, session.began === "opened" ? "closed" : "refused");
      t.is(refused, session.began === "opened" ? 0 : all);
    }
  });
}

function bySubscriber(sessions: readonly ReplayedSession[]): string {
  const lines = Map.groupBy(
    sessions,
    (session) => `${session.subscriber}${vlansOf(session) && ` in ${vlansOf(session)}`}`,
  );
  const told = [...lines].map(([subscriber, own]) => {
    const counted = (began: ReplayedSession["began"]) => own.filter((session) => session.began === began).length;
    return `${subscriber}: ${counted("opened")} opened, ${counted("refused")} refused`;
  });
  return told.sort().join("; ");
}

const evasions = await golden("evasions");

for (const { name, scenes } of evasionCases) {
  test(`${name}: what hides is counted, and refused where its subscriber is blocked`, async (t) => {
    const [rows = []] = evasions.tables;
    const { report, frames } = await replay(t, scenes, evasions.configuration);
    const { sessions_opened: opened, sessions_joined: joined, sessions_refused: refused, evasive } = report.counters;
    const refusedFrames = [...frames]
      .filter(([, counts]) => counts.refused > 0)
      .map(([scene, counts]) => `${scene}: ${counts.refused} of ${counts.all}`);
    const sessions = `opened ${opened}, joined ${joined}, refused ${refused}`;
    const told = row(name, sessions, `${evasive}`, refusedFrames.join("; "));
    t.is(told, rows.find((line) => line.startsWith(`${name} | `)) ?? "not in the golden");
  });
}

test("every row of the goldens is a case", (t) => {
  const cases = { quota: framings, subscribers: subscriberCases, evasions: evasionCases };
  const heads = { quota: 1, subscribers: 0, evasions: 1 };
  for (const [name, { tables }] of Object.entries({ quota, subscribers, evasions })) {
    const key = name as keyof typeof cases;
    t.is(tables.at(-1)?.length, cases[key].length + heads[key]);
  }
});

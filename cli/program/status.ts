// `postern status`: how the appliance is, on a screen.

import { dropReasons, type PortCounters, type Side } from "../../mgmt/engine/region_data.ts";
import { dateAndTime } from "../../mgmt/journal.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import {
  type FastPathStatus,
  type LinkStatus,
  type SamplingStatus,
  type Status,
  TABLES,
  type TableUse,
  type WorkerStatus,
} from "../../mgmt/status/status.ts";
import { LATENCY_TOLD_US, type WorkerLoad } from "../../mgmt/status/worker_loads.ts";
import { dropWords, number } from "../../mgmt/words.ts";
import { columns, duration } from "../columns.ts";
import { breachLines } from "./breaches.ts";
import { type Command, printJson } from "./command.ts";

export const status: Command = async ({ runDirectory, json }) => {
  const answer = await ask(daemonSocket(runDirectory), { ask: "status" });
  return json ? printJson(answer) : { text: statusLines(answer, Date.now()).join("\n") };
};

/** `now`: Unix milliseconds. */
export function statusLines(answer: Status, now: number): string[] {
  const { fastPath, alarms, open, breaches } = answer;
  return [
    ...processLines(answer, now),
    ...block("Alarms", alarms),
    ...(fastPath ? fastPathLines(fastPath) : []),
    ...(open > 0 ? block(breachTitle(open, breaches.length), breachLines(breaches)) : []),
  ];
}

function breachTitle(open: number, shown: number): string {
  return open > shown ? `In breach: ${number(open)}, the latest ${shown} of them` : `In breach: ${number(open)}`;
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ["", title, ...lines.map((line) => `  ${line}`)] : [];
}

function processLines({ daemon, policy, fastPath }: Status, now: number): string[] {
  const up = (startedAt: number) => `up ${duration(now - startedAt)}, since ${dateAndTime(startedAt)}`;
  const waiting = policy.waiting === null ? "" : `; revision ${policy.waiting} waits for the fast path`;
  return [
    `Appliance  ${policy.hostname ?? "no configuration yet"}`,
    `Daemon     process ${daemon.pid}, ${up(daemon.startedAt)}`,
    `Fast path  ${fastPath ? `process ${fastPath.pid}, ${up(fastPath.startedAt)}, start ${fastPath.starts}` : "none"}`,
    `Policy     ${policyText(fastPath)}`,
    `File       ${policy.file}${waiting}`,
    ...(daemon.eventsLost > 0 ? [`Events     ${number(daemon.eventsLost)} lost before the daemon read them`] : []),
    ...(fastPath?.sampling ? [`Sampling   ${samplingText(fastPath.sampling)}`] : []),
  ];
}

function samplingText({ until, suppressed }: SamplingStatus): string {
  return `on until ${dateAndTime(until)}; ${number(suppressed)} packets were too many and not sampled`;
}

function policyText(fastPath: FastPathStatus | null): string {
  if (!fastPath) return "none";
  const { alive, bypass, links, policyRevision, policyGeneration, policyAppliedAt } = fastPath;
  if (!alive) return "the process stands still: these are its last figures";
  if (bypass !== "none") return `bypass (${bypass}): nothing is judged`;
  const since = policyAppliedAt === null ? "" : `, since ${dateAndTime(policyAppliedAt)}`;
  const revision = `revision ${policyRevision}, generation ${policyGeneration}${since}`;
  if (!links.some(({ mode }) => mode === "forwarding")) return `${revision}: no link is forwarding, nothing is judged`;
  return `judging by ${revision}`;
}

function fastPathLines(fastPath: FastPathStatus): string[] {
  const { workers, links, tables, packetBuffers, counters } = fastPath;
  const uses = [...TABLES.map((name) => tableRow(name, tables[name])), tableRow("packet buffers", packetBuffers)];
  const events = Object.entries(counters).filter(([name]) => !TABLES.some((table) => table === name));
  return [
    ...links.flatMap(linkLines),
    ...block("Workers in the last seconds", workerLines(workers)),
    ...block("Tables", columns(["TABLE", "USED", "CAPACITY", "USE"], uses)),
    ...block(
      "Counters",
      columns(
        ["EVENT", "COUNT"],
        events.map(([name, count]) => [name.replaceAll("_", " "), count]),
      ),
    ),
  ];
}

/** One line each; the last two columns have several figures. */
function workerLines(workers: readonly WorkerStatus[]): string[] {
  const heading = [
    ...["WORKER", "IDLE", "PACKETS/S", "CYCLES/PACKET", "BURST", "UP TO 1, 2, 4, 8, 16, 32", "HANDED OVER"],
    "LATENCY BELOW: 50 %, 99 %, ALL",
  ];
  return columns(
    heading,
    workers.map(({ load, handedOver }, worker) => [
      `${worker}`,
      load ? `${load.idlePercent.toFixed(1)} %`.padStart("100.0 %".length) : "-",
      load ? Math.round(load.packetsPerSecond) : "-",
      load?.cyclesPerPacket ? Math.round(load.cyclesPerPacket) : "-",
      load?.bursts ? load.bursts.mean.toFixed(1) : "-",
      load?.bursts ? `${load.bursts.shares.map(({ percent }) => Math.round(percent)).join(" ")} %` : "-",
      handedOver,
      load?.latencyUs ? latencyText(load.latencyUs) : "-",
    ]),
  );
}

/** `16 us, 128 us, 2 ms`, or at the end `> 524 ms`. */
function latencyText({ half, most, all }: NonNullable<WorkerLoad["latencyUs"]>): string {
  const text = (us: number) => (us < 1000 ? `${us} us` : `${number(Math.round(us / 1000))} ms`);
  return [half, most, all].map((us) => (us === null ? `> ${text(LATENCY_TOLD_US)}` : text(us))).join(", ");
}

function tableRow(name: string, { used, capacity }: TableUse) {
  return [
    name,
    used,
    capacity,
    `${((100 * used) / Math.max(1, capacity)).toFixed(1)} %`.padStart("100.0 %".length),
  ] as const;
}

const sides: readonly Side[] = ["subscriber", "network"];

function linkLines(link: LinkStatus, index: number): string[] {
  const heading = ["PORT", "LINK", "RECEIVED", "FORWARDED", "DROPPED", "MISSED", "STARVED", "WHY DROPPED"];
  const rows = sides.map((side) => {
    const { up, receivedPackets, forwardedPackets, missed, starved, dropped } = link[side];
    const sum = Object.values(dropped).reduce((total, count) => total + count, 0);
    return [side, up ? "up" : "DOWN", receivedPackets, forwardedPackets, sum, missed, starved, reasons(dropped)];
  });
  return block(`Link ${index}: ${modeText(link)}`, columns(heading, rows));
}

function modeText({ mode, configuredMode }: LinkStatus): string {
  return configuredMode === null || configuredMode === mode ? mode : `${mode} (configured: ${configuredMode})`;
}

/** `1,234 refused, 5 not taken by the other port`. */
function reasons(dropped: PortCounters["dropped"]): string {
  return dropReasons
    .filter((reason) => dropped[reason] > 0)
    .map((reason) => `${number(dropped[reason])} ${dropWords[reason]}`)
    .join(", ");
}

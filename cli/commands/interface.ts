// Questions about the line card: its links, its workers, its tables.

import type { Appliance } from "../../mgmt/appliance.ts";
import { NO_FAST_PATH } from "../../mgmt/engine/engine_port.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { FastPathStatus } from "../../mgmt/status/status.ts";
import { block, paragraphs } from "../columns.ts";
import { counterLines, tableLines } from "../views/engine.ts";
import { connectionModeLines, lineCardLines, linkModeLines } from "../views/line-card.ts";
import { linkLines } from "../views/links.ts";
import { workerLines } from "../views/workers.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showLineCardHelp } from "./help.ts";

const summary = show({
  syntax: "show interface LineCard 0",
  help: showLineCardHelp,
  level: 5,
  query: ({ appliance }) => appliance.status().fastPath,
  view: (fastPath, _, { now }) => lineCardLines(fastPath, now()),
});

const counters = show({
  syntax: "show interface LineCard 0 counters",
  help: { ...showLineCardHelp, counters: "Packets by port, and what the engine counted" },
  level: 5,
  query({ appliance }) {
    const { alive, links, counters } = served(appliance);
    return { alive, links, counters };
  },
  view: ({ alive, links, counters }) =>
    paragraphs(lastWord(alive), ...links.map(linkLines), block("Counters", counterLines(counters))),
});

const tables = show({
  syntax: "show interface LineCard 0 tables",
  help: { ...showLineCardHelp, tables: "How full the engine's tables are" },
  level: 5,
  query({ appliance }) {
    const { alive, tables, packetBuffers } = served(appliance);
    return { alive, tables, packetBuffers };
  },
  view: ({ alive, ...uses }) => paragraphs(lastWord(alive), tableLines(uses)),
});

const workers = show({
  syntax: "show interface LineCard 0 workers",
  help: { ...showLineCardHelp, workers: "How busy each worker was in the last seconds" },
  level: 5,
  query({ appliance }) {
    const { alive, workers } = served(appliance);
    return { alive, workers };
  },
  view: ({ alive, workers }) => paragraphs(lastWord(alive), workerLines(workers)),
});

const linkMode = show({
  syntax: "show interface LineCard 0 link mode",
  help: { ...showLineCardHelp, link: "The pairs of ports", mode: "What is done with their traffic" },
  level: 5,
  query: ({ appliance }) =>
    served(appliance).links.map(({ mode, configuredMode }, link) => ({
      link,
      configured: configuredMode,
      active: mode,
    })),
  view: linkModeLines,
});

const connectionMode = show({
  syntax: "show interface LineCard 0 connection-mode",
  help: { ...showLineCardHelp, "connection-mode": "How it stands in the line, and what passes when it fails" },
  level: 5,
  query: () => ({ connection: "inline", onFailure: "bypass", redundancy: "standalone" }),
  view: connectionModeLines,
});

export const interfaceCommands: readonly ExecCommand[] = [
  ...[summary, counters, tables, workers],
  ...[linkMode, connectionMode],
];

/** Throws a Sentence when there are no figures. */
function served(appliance: Appliance): FastPathStatus {
  const { fastPath } = appliance.status();
  if (!fastPath) throw new Sentence(NO_FAST_PATH);
  return fastPath;
}

function lastWord(alive: boolean): string[] {
  return alive ? [] : ["The process stands still: these are its last figures."];
}

// `postern status`: how the appliance is, on a screen.

import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import type { FastPathStatus, Status } from "../../mgmt/status/status.ts";
import { number } from "../../mgmt/words.ts";
import { block, paragraphs } from "../columns.ts";
import { breachLines } from "../views/breaches.ts";
import { counterLines, tableLines } from "../views/engine.ts";
import { linkLines } from "../views/links.ts";
import { processLines } from "../views/processes.ts";
import { workerLines } from "../views/workers.ts";
import { type Command, printJson } from "./command.ts";

export const status: Command = async ({ runDirectory, json }) => {
  const answer = await ask(daemonSocket(runDirectory), { ask: "status" });
  return json ? printJson(answer) : { text: statusLines(answer, Date.now()).join("\n") };
};

/** `now`: Unix milliseconds. */
function statusLines(answer: Status, now: number): string[] {
  const { fastPath, alarms, open, breaches } = answer;
  return paragraphs(
    processLines(answer, now),
    block("Alarms", alarms),
    ...(fastPath ? fastPathParts(fastPath) : []),
    open > 0 ? block(breachTitle(open, breaches.length), breachLines(breaches)) : [],
  );
}

function breachTitle(open: number, shown: number): string {
  return open > shown ? `In breach: ${number(open)}, the latest ${shown} of them` : `In breach: ${number(open)}`;
}

function fastPathParts({ links, workers, tables, packetBuffers, counters }: FastPathStatus): string[][] {
  return [
    ...links.map(linkLines),
    block("Workers in the last seconds", workerLines(workers)),
    block("Tables", tableLines({ tables, packetBuffers })),
    block("Counters", counterLines(counters)),
  ];
}

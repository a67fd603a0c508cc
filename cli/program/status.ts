// `postern status`: how the appliance is, on a screen.

import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import type { FastPathStatus, Status } from "../../mgmt/status/status.ts";
import { number } from "../../mgmt/words.ts";
import { block } from "../columns.ts";
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

function fastPathLines(fastPath: FastPathStatus): string[] {
  return [
    ...linkLines(fastPath.links),
    ...block("Workers in the last seconds", workerLines(fastPath.workers)),
    ...block("Tables", tableLines(fastPath)),
    ...block("Counters", counterLines(fastPath.counters)),
  ];
}

// The line card: its state, its links and how it stands in the line.

import type { LinkMode } from "../../mgmt/config/sections/links.ts";
import type { ObeyedLinkMode } from "../../mgmt/engine/region_data.ts";
import type { FastPathStatus, TableUse } from "../../mgmt/status/status.ts";
import { number } from "../../mgmt/words.ts";
import { columns, fields, paragraphs } from "../columns.ts";
import { modeText, upText } from "./links.ts";
import { fastPathText, policyText } from "./processes.ts";

/** `now`: Unix milliseconds. */
export function lineCardLines(fastPath: FastPathStatus | null, now: number): string[] {
  if (!fastPath) return ["LineCard 0 is down: no fast path was seen"];
  const { alive, links, workers, tables } = fastPath;
  const { sessions, subscribers } = tables;
  return paragraphs(
    [`LineCard 0 is ${alive ? "up" : "down"}`],
    fields({
      "Fast path": fastPathText(fastPath, now),
      Policy: policyText(fastPath),
      Workers: `${workers.length}`,
      Subscribers: useText(subscribers),
      Sessions: useText(sessions),
    }),
    columns(
      ["LINK", "MODE", "SUBSCRIBER SIDE", "NETWORK SIDE"],
      links.map((link, index) => [`${index}`, modeText(link), upText(link.subscriber.up), upText(link.network.up)]),
    ),
  );
}

function useText({ used, capacity }: TableUse): string {
  return `${number(used)} of ${number(capacity)}`;
}

export interface LinkModeOfLink {
  readonly link: number;
  readonly configured: LinkMode | null;
  readonly active: ObeyedLinkMode;
}

/** As the SCE tells it. */
export function linkModeLines(links: readonly LinkModeOfLink[]): string[] {
  return paragraphs(
    ...links.map(({ link, configured, active }) => [
      `Link mode on link ${link}`,
      `Current link mode is: ${configured ?? "not configured"}`,
      `Active link mode is: ${active}`,
      "Failure link mode is: bypass",
    ]),
  );
}

export interface ConnectionMode {
  readonly connection: string;
  readonly onFailure: string;
  readonly redundancy: string;
}

/** As the SCE tells it, and what a failure means here. */
export function connectionModeLines({ connection, onFailure, redundancy }: ConnectionMode): string[] {
  return [
    "slot 0 connection mode",
    `Connection mode is ${connection}`,
    `slot 0 failure mode is ${onFailure}`,
    `Redundancy status is ${redundancy}`,
    "",
    "What the fast path cannot judge passes untouched. While no fast path process runs nothing passes;",
    "its supervisor starts the next one at once.",
  ];
}

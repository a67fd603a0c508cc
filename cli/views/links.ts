// What came in by each port and what became of it, and the resets that left by it.

import { dropReasons, type PortCounters, type Side } from "../../mgmt/engine/region_data.ts";
import type { LinkStatus } from "../../mgmt/status/status.ts";
import { dropWords, number } from "../../mgmt/words.ts";
import { block, columns } from "../columns.ts";

export const sides: readonly Side[] = ["subscriber", "network"];

export function linkLines(link: LinkStatus, index: number): string[] {
  return block(`Link ${index}: ${modeText(link)}`, portLines(link));
}

function portLines(link: LinkStatus): string[] {
  const heading = ["PORT", "LINK", "RECEIVED", "FORWARDED", "DROPPED", "MISSED", "STARVED", "INJECTED", "WHY DROPPED"];
  const rows = sides.map((side) => {
    const { up, receivedPackets, forwardedPackets, missed, starved, dropped, injectedPackets } = link[side];
    const sum = Object.values(dropped).reduce((total, count) => total + count, 0);
    return [
      side,
      upText(up),
      receivedPackets,
      forwardedPackets,
      sum,
      missed,
      starved,
      injectedPackets,
      reasons(dropped),
    ];
  });
  return columns(heading, rows);
}

export function upText(up: boolean): string {
  return up ? "up" : "DOWN";
}

export function modeText({ mode, configuredMode }: LinkStatus): string {
  return configuredMode === null || configuredMode === mode ? mode : `${mode} (configured: ${configuredMode})`;
}

/** `1,234 refused, 5 not taken by the other port`. */
function reasons(dropped: PortCounters["dropped"]): string {
  return dropReasons
    .filter((reason) => dropped[reason] > 0)
    .map((reason) => `${number(dropped[reason])} ${dropWords[reason]}`)
    .join(", ");
}

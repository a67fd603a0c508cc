// Words and figures for people, the same wherever they are read.

import type { DropReason } from "./engine/region_data.ts";

/** `1,234,567`. */
export function number(value: number): string {
  return value.toLocaleString("en-GB");
}

/** Why a packet did not leave by the other port. */
export const dropWords: Readonly<Record<DropReason, string>> = {
  refused: "refused",
  evasive: "evasive",
  cutoff: "link in cutoff",
  transmit: "not taken by the other port",
  handover_full: "hand-over ring full",
  oversize: "too long for the other port",
};

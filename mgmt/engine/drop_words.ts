// Why a packet did not leave by the other port, in words for a person.

import type { DropReason } from "./region_data.ts";

export const dropWords: Readonly<Record<DropReason, string>> = {
  refused: "refused",
  evasive: "evasive",
  cutoff: "link in cutoff",
  transmit: "not taken by the other port",
  handover_full: "hand-over ring full",
  oversize: "too long for the other port",
};

/** In the order of enum drop_reason (dataplane/core/counters.h). */
export const dropReasons = Object.keys(dropWords) as readonly DropReason[];

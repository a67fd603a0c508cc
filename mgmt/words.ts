// Words and figures for people, the same wherever they are read.

import type { DropReason } from "./engine/region_data.ts";

/** `1,234,567`. */
export function number(value: number): string {
  return value.toLocaleString("en-GB");
}

/** `2026-11-22 12:00:03`, in this machine's time zone. */
export function dateAndTime(unixMs: number): string {
  // Sweden writes dates as ISO 8601 does.
  return new Date(unixMs).toLocaleString("sv-SE");
}

/** `12:00:03`; with its date, if that is not the date of `since`. Both Unix milliseconds. */
export function timeAfter(since: number | undefined, unixMs: number): string {
  const [date, time = ""] = dateAndTime(unixMs).split(" ");
  return since !== undefined && dateAndTime(since).split(" ")[0] === date ? time : dateAndTime(unixMs);
}

/** The text with `?` for each character that a terminal would obey or hide, but for the ends of lines. */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{C}/gu, ({ length }) => "?".repeat(length));
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

// What changed from one configuration to another, line by line, each below the lines of the modes that it is in.

import type { Rendered } from "../../cli/grammar/command.ts";

export interface DiffLine {
  readonly change: "added" | "removed" | "context";
  /** Indented. */
  readonly text: string;
}

/** Secrets are masked: a changed secret is a line of its own all the same. */
export function diff(from: readonly Rendered[], to: readonly Rendered[], indent = ""): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const { before, after } of pairs(from, to)) {
    if (before && after) lines.push(...between(before, after, indent));
    else if (before) lines.push(...whole("removed", before, indent));
    else if (after) lines.push(...whole("added", after, indent));
  }
  return lines;
}

/** One line that was, is, or both. */
interface Pair {
  readonly before?: Rendered;
  readonly after?: Rendered;
}

/**
 * Lines of the same slot side by side, in an order that is that of both. Most lines are rendered in the order of their keys; one that
 * another has overtaken is gone from its place and new in the other.
 */
function* pairs(from: readonly Rendered[], to: readonly Rendered[]): Iterable<Pair> {
  const stays = new Set(to.map(({ slot }) => slot));
  const places = new Map(from.map(({ slot }, place) => [slot, place]));
  let next = 0;
  for (const after of to) {
    const place = places.get(after.slot) ?? -1;
    while (next < place) yield* gone(from[next++], stays);
    const before = from[place];
    if (before && place < next) yield* [{ before }, { after }];
    else yield before ? { before, after } : { after };
    next = Math.max(next, place + 1);
  }
  while (next < from.length) yield* gone(from[next++], stays);
}

function* gone(before: Rendered | undefined, stays: ReadonlySet<string>): Iterable<Pair> {
  if (before && !stays.has(before.slot)) yield { before };
}

function between(before: Rendered, after: Rendered, indent: string): DiffLine[] {
  const below = diff(before.children, after.children, `${indent} `);
  if (before.text !== after.text) return [line("removed", before, indent), line("added", after, indent), ...below];
  return below.length > 0 ? [line("context", after, indent), ...below] : [];
}

function whole(change: DiffLine["change"], rendered: Rendered, indent: string): DiffLine[] {
  return [line(change, rendered, indent), ...rendered.children.flatMap((child) => whole(change, child, `${indent} `))];
}

function line(change: DiffLine["change"], { text, masked = text }: Rendered, indent: string): DiffLine {
  return { change, text: indent + masked };
}

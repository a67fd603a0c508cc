// Puts together what two people made of one configuration, line by line.

import type { Rendered } from "../../cli/grammar/command.ts";

/** The same line, changed by both to different things. Secrets are masked. */
export interface LineClash {
  /** Slots, from the outermost mode on: what the line is known by. */
  readonly path: readonly string[];
  /** null: removed. */
  readonly theirs: string | null;
  readonly mine: string | null;
}

export interface Merged {
  readonly lines: readonly Rendered[];
  readonly clashes: readonly LineClash[];
}

type Lines = readonly Rendered[];

/** Theirs, with what I changed since `base`. Where both changed a line, mine stands and the clash is told; so does my order. */
export function merge(base: Lines, mine: Lines, theirs: Lines, path: readonly string[] = []): Merged {
  const before = bySlot(base);
  const my = bySlot(mine);
  const their = bySlot(theirs);
  const [first, last] = keepsOrder(before, my) ? [their, my] : [my, their];
  const slots = new Set([...first.keys(), ...last.keys()]);
  const lines: Rendered[] = [];
  const clashes: LineClash[] = [];
  for (const slot of slots) {
    const merged = mergeLine(before.get(slot), my.get(slot), their.get(slot), [...path, slot]);
    if (merged.line) lines.push(merged.line);
    clashes.push(...merged.clashes);
  }
  return { lines, clashes };
}

/** What changed, by path: whose change a clash is with. */
export function* changedPaths(from: Lines, to: Lines, path: readonly string[] = []): Iterable<readonly string[]> {
  const before = bySlot(from);
  const after = bySlot(to);
  for (const slot of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(slot), after.get(slot)];
    if (was?.text !== is?.text) yield [...path, slot];
    if (was !== is) yield* changedPaths(was?.children ?? [], is?.children ?? [], [...path, slot]);
  }
}

/** Whether what is in both is in the same order. */
function keepsOrder(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): boolean {
  const stayed = before.keys().filter((slot) => after.has(slot));
  return after
    .keys()
    .filter((slot) => before.has(slot))
    .every((slot) => slot === stayed.next().value);
}

function bySlot(lines: Lines): Map<string, Rendered> {
  return new Map(lines.map((line) => [line.slot, line]));
}

type Line = Rendered | undefined;

function mergeLine(base: Line, mine: Line, theirs: Line, path: readonly string[]) {
  const stands = (line: Line, clashes: readonly LineClash[] = []) => ({ line, clashes });
  if (same(mine, base)) return stands(theirs);
  if (same(theirs, base) || same(mine, theirs)) return stands(mine);
  if (!mine || !theirs) return stands(mine, [clashOf(mine, theirs, path)]);
  const { lines: children, clashes } = merge(base?.children ?? [], mine.children, theirs.children, path);
  if (mine.text === base?.text || mine.text === theirs.text) return stands({ ...theirs, children }, clashes);
  if (theirs.text === base?.text) return stands({ ...mine, children }, clashes);
  return stands({ ...mine, children }, [clashOf(mine, theirs, path), ...clashes]);
}

function same(a: Line, b: Line): boolean {
  if (!a || !b) return a === b;
  if (a === b) return true;
  return (
    a.text === b.text &&
    a.children.length === b.children.length &&
    a.children.every((child, place) => same(child, b.children[place]))
  );
}

function clashOf(mine: Line, theirs: Line, path: readonly string[]): LineClash {
  const told = (line: Line) => (line ? (line.masked ?? line.text) : null);
  return { path, mine: told(mine), theirs: told(theirs) };
}

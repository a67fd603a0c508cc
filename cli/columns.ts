// Text for people: aligned columns, blocks, times.

import { number } from "../mgmt/words.ts";

/** A cell of text stands left in its column, a number, printed with its thousands apart, right. */
export type Cell = string | number;

/** Lines of cells under each other, two spaces apart, without spaces at the end. A heading stands as its column does. */
export function columns(heading: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const right = heading.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const table = [heading, ...rows.map((row) => row.map(cellText))];
  const widths = heading.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** A title and what it is about, indented; nothing without lines. */
export function block(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [title, ...lines.map((line) => `  ${line}`)] : [];
}

/** An empty line between each of those that have lines. */
export function paragraphs(...parts: readonly (readonly string[])[]): string[] {
  return parts.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

/** `Name : value` under each other. */
export function fields(named: Readonly<Record<string, string>>): string[] {
  const width = Math.max(...Object.keys(named).map((name) => name.length));
  return Object.entries(named).map(([name, value]) => `${name.padEnd(width)} : ${value}`);
}

/** `63.7 GiB`, `84.0 MiB`. */
export function bytes(count: number): string {
  const mebibytes = count / 2 ** 20;
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** `3 d 4 h`, `5 min 6 s`: the two largest units of a time in milliseconds. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

function cellText(cell: Cell): string {
  return typeof cell === "number" ? number(cell) : cell;
}

// Lists of TCP or UDP ports as text: `25`, `25,465,587`, `1000-2000,3000`.

import type { Reading } from "./argument-types.ts";

/** Ports `first` to `last`, both included, 1 to 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const PORT_LAST = 65535;

export function readPorts(word: string): Reading<readonly PortRange[]> {
  const ranges = word.split(",").map(readRange);
  return ranges.every((range) => range !== undefined) ? { value: merged(ranges) } : undefined;
}

export function printPorts(ranges: readonly PortRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

function readRange(text: string): PortRange | undefined {
  const [, left, right = left] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(left), Number(right)];
  return first >= 1 && first <= last && last <= PORT_LAST ? { first, last } : undefined;
}

/** The one list for a set of ports: in order, with no overlaps and no neighbours. */
function merged(ranges: readonly PortRange[]): PortRange[] {
  const result: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const previous = result.at(-1);
    if (!previous || range.first > previous.last + 1) result.push(range);
    else result[result.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
  }
  return result;
}

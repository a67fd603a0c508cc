// Parts a line at its bars: `show version | include up|down | count` is three segments.

export interface Segment {
  readonly text: string;
  /** In the line. */
  readonly column: number;
}

/** A quoted text, which a missing quote leaves open to the end of the line, or a bar. */
const QUOTED_OR_BAR = /"[^"]*(?:"|$)|\|/g;

/** The first bar parts; after it only one with a blank beside it: in `up|down` it belongs to the pattern. */
export function segmentsOf(line: string): Segment[] {
  const bars = Array.from(line.matchAll(QUOTED_OR_BAR))
    .filter(({ 0: found }) => found === "|")
    .map(({ index }) => index)
    .filter((index, order) => order === 0 || hasBlankBeside(line, index));
  return [-1, ...bars].map((bar, order) => ({ text: line.slice(bar + 1, bars[order]), column: bar + 1 }));
}

function hasBlankBeside(line: string, index: number): boolean {
  return [line[index - 1], line[index + 1]].some((beside) => beside === undefined || beside === " " || beside === "\t");
}

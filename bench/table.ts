// The table that people look at: a line a row, with a bar for what a packet costs.
import { deviation } from "./baseline.ts";
import { type Report, type Row, timesNoEngine } from "./report.ts";

/** Cycles a packet that the engine may cost with a million sessions; the bars' full length. */
const goal = 250;
const barLength = 40;

const titles: Record<Row["name"], string> = {
  established: "established",
  "new-sessions": "new sessions",
  "no-engine": "no engine",
  testpmd: "testpmd macswap",
};

const heads = [
  ["", "", "", "cycles", "a packet", "packets", "times no", "since", `0${`goal ${goal} |`.padStart(barLength)}`],
  ["", "sessions", "best", "median", "worst", "a second", "engine", "baseline", ""],
];
const widths = [22, 10, 9, 9, 9, 11, 11, 10];

const cycles = (value: number) => value.toFixed(value < 100 ? 1 : 0);

function percent(value: number | undefined): string {
  return value === undefined ? "-" : `${value < 0 ? "" : "+"}${(value * 100).toFixed(0)} %`;
}

function bar(row: Row): string {
  // A new session costs much more than a packet; its bar would say nothing.
  if (row.name === "new-sessions") return "";
  const length = Math.round((row.cycles / goal) * barLength);
  return length > barLength ? `${"#".repeat(barLength)}>` : `${"#".repeat(length).padEnd(barLength)}|`;
}

function cells(row: Row, report: Report, baseline: Report): string[] {
  return [
    row.watched ? `${titles[row.name]}, watched` : titles[row.name],
    row.sessions?.toLocaleString("en") ?? "",
    cycles(row.cycles_best),
    cycles(row.cycles),
    cycles(row.cycles_worst),
    `${(row.per_second / 1e6).toFixed(2)} M`,
    timesNoEngine(report, row).toFixed(1),
    percent(deviation(report, row, baseline)),
    bar(row),
  ];
}

function line([title = "", ...cells]: readonly string[]): string {
  const [titleWidth = 0, ...cellWidths] = widths;
  const padded = cells.map((cell, i) => cell.padStart(cellWidths[i] ?? 0));
  // The bar, the only cell without a width, stands apart.
  return [title.padEnd(titleWidth), ...padded.slice(0, cellWidths.length), "   ", ...padded.slice(cellWidths.length)]
    .join("")
    .trimEnd();
}

/** Draws a report, each row beside the same row of the baseline. */
export function drawTable(report: Report, baseline: Report): string {
  const rows = report.rows.map((row) => line(cells(row, report, baseline)));
  return [
    `64-byte packets on one core of ${report.machine}, memory on ${report.pages} pages`,
    `cycles are TSC ticks, of new sessions those a session; ${report.rounds} rounds of all rows in turn`,
    "",
    ...heads.map(line),
    ...rows,
  ].join("\n");
}

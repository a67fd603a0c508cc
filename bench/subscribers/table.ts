// The table that people look at: each row beside its goal and the same row of the stored run.
import { figure, padded, percent } from "../cells.ts";
import type { Report } from "./report.ts";
import { isMoreBetter, type Row } from "./rows.ts";

const widths = [34, 10, 9, 9, 9, 9, 8, 11, 8];

function cells(row: Row, baseline: Report | undefined): string[] {
  const same = baseline?.rows.find(({ name }) => name === row.name);
  const isMet = isMoreBetter(row) ? row.median >= row.goal : row.median <= row.goal;
  return [
    `  ${row.name}`,
    row.unit,
    figure(row.best),
    figure(row.median),
    figure(row.worst),
    figure(row.goal),
    isMet ? "met" : "missed",
    percent(same && row.median / same.median - 1),
    String(row.rounds),
  ];
}

export function drawTable(report: Report, baseline: Report): string {
  const { machine, subscribers, load, rows, notes } = report;
  const comparable = baseline.subscribers === subscribers ? baseline : undefined;
  return [
    `${subscribers.toLocaleString("en")} subscribers by name, every second one dual stack; ${machine}; load when it began ${load.toFixed(1)}`,
    "",
    ...[
      ["", "", "", "", "", "", "by the", "since", ""],
      ["", "", "best", "median", "worst", "goal", "median", "baseline", "rounds"],
      ...rows.map((row) => cells(row, comparable)),
    ].map((line) => padded(line, widths).trimEnd()),
    "",
    ...notes,
  ].join("\n");
}

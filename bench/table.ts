// The table that people look at: a line a row, section by section, with a bar for what a packet costs.
import { deviation } from "./baseline.ts";
import { figure, padded, percent } from "./cells.ts";
import { findRow, type Report, type Row, relative } from "./report.ts";
import { type Section, sections } from "./sections.ts";
import type { Framing } from "./subject.ts";

/** Cycles a packet that the engine may cost with a million sessions; the bars' full length. */
const goal = 250;
const barLength = 40;

const framingNames: Readonly<Record<Framing, string>> = { ipv4: "", ipv6: "IPv6", qinq: "QinQ", pppoe: "PPPoE" };
const widths = [28, 10, 9, 9, 9, 11, 13, 10];

function title({ name, framing }: Row): string {
  const framed = framing ? framingNames[framing] : "";
  return `  ${name}${framed && `, ${framed}`}`;
}

function bar({ median }: Row): string {
  const length = Math.round((median / goal) * barLength);
  return length > barLength ? `${"#".repeat(barLength)}>` : `${"#".repeat(length).padEnd(barLength)}|`;
}

function cells(row: Row, section: Section, report: Report, baseline: Report): string[] {
  const { unit, reference, bars } = section;
  return [
    title(row),
    row.sessions?.toLocaleString("en") ?? "",
    figure(row.best),
    figure(row.median),
    figure(row.worst),
    unit === "cycles" ? `${(report.ticks_per_second / row.median / 1e6).toFixed(2)} M` : "",
    reference ? relative(report, row, section).toFixed(1) : "",
    percent(deviation(report, row, section, baseline)),
    bars ? bar(row) : "",
  ];
}

function heads({ title, unit, reference, bars, rows }: Section): string[][] {
  const [above = "", below = ""] = reference?.heading ?? [];
  const scale = bars ? `0${`goal ${goal} |`.padStart(barLength)}` : "";
  return [
    [title],
    ["", "", "", "", "", unit === "cycles" ? "packets" : "", above, "since", scale],
    [
      "",
      rows.some(({ sessions }) => sessions) ? "sessions" : "",
      "best",
      "median",
      "worst",
      unit === "cycles" ? "a second" : "",
      below,
      "baseline",
    ],
  ];
}

/** The bar, the only cell without a width, stands apart. */
function line(cells: readonly string[]): string {
  return [padded(cells.slice(0, widths.length), widths), ...cells.slice(widths.length)].join("   ").trimEnd();
}

function drawSection(section: Section, report: Report, baseline: Report): string[] {
  const rows = section.rows.flatMap((label) => findRow(report, label) ?? []);
  return ["", ...heads(section).map(line), ...rows.map((row) => line(cells(row, section, report, baseline)))];
}

/** Draws a report, each row beside the same row of the baseline. */
export function drawTable(report: Report, baseline: Report): string {
  return [
    `One core of ${report.machine}, memory on ${report.pages} pages; cycles are TSC ticks; ${report.rounds} rounds of all rows in turn`,
    ...sections.flatMap((section) => drawSection(section, report, baseline)),
  ].join("\n");
}

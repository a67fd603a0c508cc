// `npm run bench:subscribers`: measures the appliance, fast path and daemon, with a million subscribers by name. See README.md in
// the folder above.
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadBaseline, saveBaseline } from "../baseline.ts";
import { Measurement } from "./measure.ts";
import type { Report } from "./report.ts";
import { Stand } from "./stand.ts";
import { drawTable } from "./table.ts";

const baselineFile = join(import.meta.dirname, "baseline.json");

interface Options {
  readonly json: boolean;
  readonly save: boolean;
  readonly subscribers: number;
  /** Options of Node for the daemon's process: --cpu-prof. */
  readonly node: readonly string[];
}

function readOptions(): Options {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    options: {
      json: flag,
      save: flag,
      subscribers: { type: "string", default: "1000000" },
      node: { type: "string", multiple: true, default: [] },
    },
  });
  return { ...values, subscribers: Number(values.subscribers) };
}

async function main(): Promise<void> {
  const { json, save, subscribers, node } = readOptions();
  const [load = 0] = loadavg();
  const stand = await Stand.start(subscribers, node);
  try {
    const measurement = new Measurement(stand, subscribers);
    const rows = await measurement.run();
    const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}`;
    const report = { machine, load, subscribers, rows, notes: measurement.notes };
    const baseline = await loadBaseline<Report>(baselineFile);
    if (save) await saveBaseline(report, baselineFile);
    console.log(json ? JSON.stringify(report) : drawTable(report, baseline));
  } finally {
    await stand.stop();
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});

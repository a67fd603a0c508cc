// `npm run bench`: measures the engine beside the same loop without it and beside testpmd. See README.md here.
import { access } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { loadBaseline, saveBaseline } from "./baseline.ts";
import { EngineSubject } from "./engine.ts";
import { withHugePages } from "./huge-pages.ts";
import { measureInTurn, type Report } from "./report.ts";
import type { Label } from "./subject.ts";
import { drawTable } from "./table.ts";
import { Testpmd } from "./testpmd.ts";

const rounds = 5;
/** What all rows' memory takes together, in huge pages of 2 MiB. */
const hugePages = 720;

const engineLabels: readonly Label[] = [
  { name: "established", sessions: 1_000 },
  { name: "established", sessions: 100_000 },
  { name: "established", sessions: 1_000_000 },
  { name: "new-sessions", sessions: 1_000_000, watched: false },
  { name: "new-sessions", sessions: 1_000_000, watched: true },
  { name: "no-engine" },
];

interface Options {
  readonly json: boolean;
  readonly quick: boolean;
  readonly save: boolean;
}

function readOptions(): Options {
  const flag = { type: "boolean", default: false } as const;
  return parseArgs({ options: { json: flag, quick: flag, save: flag } }).values;
}

const warn = (text: string) => console.error(`bench: warning: ${text}`);

async function makeTestpmd(cpu: number, reserved: boolean, quick: boolean): Promise<Testpmd[]> {
  const installed = await access("/usr/bin/dpdk-testpmd").then(
    () => true,
    () => false,
  );
  if (installed && cpu > 0) return [new Testpmd(quick ? 250 : 1500, cpu, reserved)];
  warn(`no row of testpmd: ${installed ? "it needs two cores" : "install the package dpdk-dev"}`);
  return [];
}

async function measure(reserved: boolean, quick: boolean): Promise<Report> {
  const cpu = availableParallelism() - 1;
  const laps = quick ? 60 : 600;
  const engines = engineLabels.map((label) => new EngineSubject(label, laps, cpu));
  const subjects = [...engines, ...(await makeTestpmd(cpu, reserved, quick))];
  try {
    for (const subject of subjects) await subject.start();
    const pages = [...new Set(engines.map((engine) => engine.pages))].join(" and ");
    if (pages !== "2M") warn(`no huge pages: memory lies on ${pages}, and misses cost more`);
    const ghz = ((engines[0]?.ticksPerSecond ?? 0) / 1e9).toFixed(2);
    const machine = `${cpus()[0]?.model.trim()}, TSC ${ghz} GHz`;
    return { machine, pages, rounds, rows: await measureInTurn(subjects, rounds) };
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
}

async function main(): Promise<void> {
  const { json, quick, save } = readOptions();
  const [load = 0] = loadavg();
  if (load > 0.5) warn(`other work runs here (load ${load.toFixed(1)}): figures are too high, the best rounds least`);
  const report = await withHugePages(hugePages, (reserved) => measure(reserved, quick));
  if (save) await saveBaseline(report);
  console.log(json ? JSON.stringify(report) : drawTable(report, await loadBaseline()));
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});

// `npm run bench`: measures the engine beside the same loop without it and beside testpmd. See README.md here.
import { access } from "node:fs/promises";
import { availableParallelism, cpus, freemem, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { loadBaseline, saveBaseline } from "./baseline.ts";
import { EngineSubject } from "./engine.ts";
import { withHugePages } from "./huge-pages.ts";
import { managementSubjects } from "./management.ts";
import { measureInTurn, type Report } from "./report.ts";
import { loginRows, managementRows, sections } from "./sections.ts";
import { drawTable } from "./table.ts";
import { Testpmd } from "./testpmd.ts";

const rounds = 5;
/** What all rows' memory takes together, in huge pages of 2 MiB. */
const hugePages = 6000;
/** The most sessions of a row on a machine that has not so much memory to spare. */
const fewSessions = 1_000_000;

/** The core that everything is measured on. */
const cpu = availableParallelism() - 1;

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

async function makeTestpmd(reserved: boolean, quick: boolean): Promise<Testpmd[]> {
  const installed = await access("/usr/bin/dpdk-testpmd").then(
    () => true,
    () => false,
  );
  if (installed && cpu > 0) return [new Testpmd(quick ? 250 : 1500, cpu, reserved)];
  warn(`no row of testpmd: ${installed ? "it needs two cores" : "install the package dpdk-dev"}`);
  return [];
}

function makeEngines(quick: boolean): EngineSubject[] {
  const room = freemem() > hugePages * 2 * 2 ** 20;
  if (!room) warn(`too little memory is free for the rows with more than ${fewSessions.toLocaleString("en")} sessions`);
  const elsewhere: readonly string[] = ["testpmd", ...managementRows, ...loginRows];
  return sections.flatMap(({ rows, laps }) =>
    rows
      .filter(({ name, sessions = 0 }) => !elsewhere.includes(name) && (room || sessions <= fewSessions))
      .map((label) => new EngineSubject(label, quick ? laps.quick : laps.full, cpu)),
  );
}

async function measure(engines: readonly EngineSubject[], reserved: boolean, quick: boolean): Promise<Report> {
  const subjects = [...engines, ...(await makeTestpmd(reserved, quick)), ...managementSubjects()];
  try {
    for (const subject of subjects) await subject.start();
    const pages = [...new Set(engines.map((engine) => engine.pages))].join(" and ");
    if (pages !== "2M") warn(`no huge pages: memory lies on ${pages}, and misses cost more`);
    const ticks_per_second = engines[0]?.ticksPerSecond ?? Number.NaN;
    const machine = `${cpus()[0]?.model.trim()}, TSC ${(ticks_per_second / 1e9).toFixed(2)} GHz`;
    return { machine, ticks_per_second, pages, rounds, rows: await measureInTurn(subjects, rounds) };
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
}

async function main(): Promise<void> {
  const { json, quick, save } = readOptions();
  const [load = 0] = loadavg();
  if (load > 0.5) warn(`other work runs here (load ${load.toFixed(1)}): figures are too high, the best rounds least`);
  // Before huge pages are set aside: they count as memory in use.
  const engines = makeEngines(quick);
  const report = await withHugePages(hugePages, (reserved) => measure(engines, reserved, quick));
  const baseline = await loadBaseline();
  if (save) await saveBaseline(report);
  console.log(json ? JSON.stringify(report) : drawTable(report, baseline));
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});

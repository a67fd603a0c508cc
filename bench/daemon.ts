// The daemon that the bench asks: the product's, but for a fast path that takes every policy at once and a region that another
// program made. A line to its standard input is answered: `stall` with the longest stall of its event loop since it was asked that last,
// `cpu` with the processor time that the event loop's thread has taken so far; both in milliseconds.
//
//   daemon.ts DIRECTORY     with run/fastpath/region, run/daemon/ and startup-config in it
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { App } from "../mgmt/app.ts";
import { NativeEngine } from "../mgmt/engine/native_engine.ts";
import { Log } from "../mgmt/log/log.ts";
import { Store } from "../mgmt/store/store.ts";
import { NameStore } from "../mgmt/subscribers/names/store.ts";
import { readMachine } from "../mgmt/system/machine.ts";
import { UsageHistory } from "../mgmt/usage/history.ts";

/** How often the loop is looked at; a stall is what it is late. */
const resolutionMs = 1;

const [directory = ""] = process.argv.slice(2);
const engine = new NativeEngine(`${directory}/run`);
engine.apply = async () => ({ ok: true, generation: 1 });
const clock = { now: Date.now, nowMs: () => engine.nowMs() };
const app = new App(
  { runDirectory: `${directory}/run`, stateDirectory: directory, configuration: `${directory}/startup-config` },
  {
    engine,
    store: new Store(),
    history: new UsageHistory(),
    names: new NameStore(),
    clock,
    log: new Log({ clock, write: () => {} }),
    machine: await readMachine(),
    bootId: "bench",
    restart: () => {},
  },
);
await app.start();
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
console.log("ready");
const answers: Readonly<Record<string, () => number>> = {
  stall() {
    const longest = delays.max;
    delays.reset();
    return Math.max(0, longest / 1e6 - resolutionMs);
  },
  cpu() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ figure: answers[line]?.() }));
}
process.exit();

// Questions about the appliance as a whole.

import { type OperationStatus, operationStatusOf } from "../../mgmt/status/operation_status.ts";
import type { FastPathStatus } from "../../mgmt/status/status.ts";
import { product } from "../../mgmt/system/product.ts";
import { clockLine } from "../views/clock.ts";
import { inventoryLines, portsOf } from "../views/inventory.ts";
import { processFigureLines } from "../views/process-figures.ts";
import { versionLines } from "../views/version.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const version = show({
  syntax: "show version",
  help: { ...showHelp, version: "Software, machine, and since when they run" },
  level: 0,
  query({ appliance }) {
    const { daemon, fastPath } = appliance.status();
    return {
      product,
      hostname: appliance.facts().hostname,
      bootedAt: appliance.bootedAt(),
      machine: appliance.machine(),
      node: process.versions.node,
      daemon,
      fastPath: fastPath && briefly(fastPath),
    };
  },
  view: (data, _, { now }) => versionLines(data, now()),
});

function briefly({ pid, startedAt, starts, adoption }: FastPathStatus) {
  return { pid, startedAt, starts, adoption };
}

const inventory = show({
  syntax: "show inventory",
  help: { ...showHelp, inventory: "The machine and its ports, with their serial numbers" },
  level: 5,
  query({ appliance }) {
    const { fastPath } = appliance.status();
    return { chassis: appliance.machine().chassis, ports: portsOf(fastPath?.links.length ?? 0) };
  },
  view: inventoryLines,
});

const clock = show({
  syntax: "show clock",
  help: { ...showHelp, clock: "What time it is" },
  level: 0,
  query: ({ now }) => ({ at: now(), timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone }),
  view: (data) => [clockLine(data)],
});

const systemHelp = { ...showHelp, system: "The appliance as a whole" } as const;

const operationStatus = show({
  syntax: "show system operation-status",
  help: { ...systemHelp, "operation-status": "Whether it does its work, and if not, why" },
  level: 5,
  query: ({ appliance }) => operationStatusOf(appliance.status()),
  view: ({ state, reasons }) => [
    `System Operation status is ${states[state]}`,
    ...reasons.map((reason) => `  ${reason}`),
  ],
});

const states: Readonly<Record<OperationStatus["state"], string>> = {
  operational: "Operational",
  warning: "Warning",
  failure: "Failure",
};

const alarms = show({
  syntax: "show alarms",
  help: { ...showHelp, alarms: "What is wrong now" },
  level: 5,
  query: ({ appliance }) => appliance.status().alarms,
  view: (found) => (found.length > 0 ? found : ["No alarm."]),
});

const processes = show({
  syntax: "show processes",
  help: { ...showHelp, processes: "What the daemon uses, and how late it answers" },
  level: 5,
  query: ({ appliance }) => ({ ...appliance.status().daemon, ...appliance.process() }),
  view: (data, _, { now }) => processFigureLines(data, now()),
});

export const systemCommands: readonly ExecCommand[] = [version, inventory, clock, operationStatus, alarms, processes];

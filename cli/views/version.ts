// What this is, what it runs on, and since when. Words that tools look for in an IOS's and an SCE's answer are there where they are
// true: `Version V,`, `HOST uptime is`, `Product ID :`, `Product S/N :`, `PRODUCT (revision V) with NK bytes of memory`,
// `Processor board ID`. The first line is kept in backups: nothing in it changes by itself.

import type { FastPathStatus, Status } from "../../mgmt/status/status.ts";
import type { Machine } from "../../mgmt/system/machine.ts";
import type { product } from "../../mgmt/system/product.ts";
import { bytes, fields, paragraphs } from "../columns.ts";
import { fastPathText, processText } from "./processes.ts";

export interface Version {
  readonly product: typeof product;
  readonly hostname: string;
  readonly bootedAt: number;
  readonly machine: Machine;
  readonly node: string;
  readonly daemon: Status["daemon"];
  readonly fastPath: Pick<FastPathStatus, "pid" | "startedAt" | "starts" | "adoption"> | null;
}

export function versionLines(version: Version, now: number): string[] {
  const { product, hostname, bootedAt, machine } = version;
  return paragraphs(
    [
      `${product.name} Software, Version ${product.version}, ${lowerFirst(product.description)}`,
      `System version: Version ${product.version}`,
    ],
    [`${hostname} uptime is ${uptime(now - bootedAt)}`],
    [...fields(machineFields(machine)), ...boardLines(machine)],
    fields(programFields(version, now)),
  );
}

/** `2 days, 3 hours, 4 minutes`; the largest unit is the day. */
function uptime(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const parts = [
    [Math.floor(minutes / 1440), "day"],
    [Math.floor(minutes / 60) % 24, "hour"],
    [minutes % 60, "minute"],
  ] as const;
  const told = parts.filter(([count, unit]) => count > 0 || (unit === "minute" && minutes === 0));
  return told.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(", ");
}

function machineFields({ chassis, processor, processors, memoryBytes, kernel }: Machine) {
  return {
    Maker: chassis.maker ?? UNKNOWN,
    "Product ID": chassis.product ?? UNKNOWN,
    "Product S/N": chassis.serial ?? UNKNOWN,
    Processors: `${processors} of ${processor ?? "a kind not known"}`,
    Memory: bytes(memoryBytes),
    Kernel: kernel,
  };
}

function boardLines({ chassis: { product, version, boardSerial }, memoryBytes }: Machine): string[] {
  const memory = `(revision ${version ?? UNKNOWN}) with ${Math.floor(memoryBytes / 1024)}K bytes of memory`;
  return [
    ...(product === null ? [] : [`${product} ${memory}`]),
    ...(boardSerial === null ? [] : [`Processor board ID ${boardSerial}`]),
  ];
}

const UNKNOWN = "not known";

function programFields({ node, daemon, fastPath }: Version, now: number) {
  return {
    Node: node,
    Daemon: processText(daemon, now),
    "Fast path": fastPathText(fastPath, now),
    ...(fastPath && fastPath.starts > 1 ? { Adopted: adoptedText(fastPath.adoption) } : {}),
  };
}

function adoptedText({ subscribers, watches, breached, dropped }: FastPathStatus["adoption"]): string {
  return `${subscribers} subscribers, ${watches} watches, ${breached} of them in breach; ${dropped} damaged records dropped`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

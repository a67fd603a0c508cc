// Operations that start a part of the appliance anew.

import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";
import type { EnginePort } from "../engine/engine_port.ts";
import type { Adoption, RegionHeader } from "../engine/region_data.ts";
import { Sentence } from "../sentence.ts";
import { told } from "../subscribers/subscribers.ts";

/** The process that follows, and what it found of the one before. */
export interface Restarted {
  readonly pid: number;
  readonly adoption: Adoption;
}

/** The daemon's exit status that asks whoever started it to start it again: EX_TEMPFAIL of sysexits.h. */
export const RESTART_STATUS = 75;

const LOOK_MS = 50;
const WAIT_MS = 10_000;

/** Has the fast path's process end in order and another follow; who is blocked stays blocked. */
export const reloadFastPath: ApplianceOperation<object, Restarted> = {
  name: "fast-path.reload",
  kind: "action",
  level: 15,
  input: z.object({}),
  describe: () => "",
  async run({ engine }) {
    const before = engine.status()?.header;
    await engine.restart().catch((error: unknown) => {
      throw told(error);
    });
    const { pid, adoption } = await successor(engine, before);
    return { result: { pid, adoption } };
  },
};

/** Has the daemon end in order; whoever started it starts it again. Traffic does not notice. */
export const reloadDaemon: ApplianceOperation<object, void> = {
  name: "daemon.reload",
  kind: "action",
  level: 15,
  input: z.object({}),
  describe: () => "",
  async run({ restart }) {
    restart();
    return { result: undefined };
  },
};

/** `before`: the header of the process that ends; undefined: none was seen. */
async function successor(engine: EnginePort, before: RegionHeader | undefined): Promise<RegionHeader> {
  const deadline = performance.now() + WAIT_MS;
  while (performance.now() < deadline) {
    const header = engine.status()?.header;
    if (header && (header.region !== before?.region || header.starts > before.starts)) return header;
    await delay(LOOK_MS);
  }
  throw new Sentence('The fast path was told to start again and is not back yet: see "show alarms".');
}

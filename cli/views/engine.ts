// How full the engine's tables are, and what it counted.

import type { EngineCounters } from "../../mgmt/engine/region_data.ts";
import { type FastPathStatus, TABLES, type TableUse } from "../../mgmt/status/status.ts";
import { columns } from "../columns.ts";

export function tableLines({ tables, packetBuffers }: Pick<FastPathStatus, "tables" | "packetBuffers">): string[] {
  const uses = [...TABLES.map((name) => tableRow(name, tables[name])), tableRow("packet buffers", packetBuffers)];
  return columns(["TABLE", "USED", "CAPACITY", "USE"], uses);
}

function tableRow(name: string, { used, capacity }: TableUse) {
  return [
    name,
    used,
    capacity,
    `${((100 * used) / Math.max(1, capacity)).toFixed(1)} %`.padStart("100.0 %".length),
  ] as const;
}

/** Without those that say how full a table is. */
export function counterLines(counters: EngineCounters): string[] {
  const events = Object.entries(counters).filter(([name]) => !TABLES.some((table) => table === name));
  return columns(
    ["EVENT", "COUNT"],
    events.map(([name, count]) => [name.replaceAll("_", " "), count]),
  );
}

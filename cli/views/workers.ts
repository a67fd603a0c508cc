// What each worker did in the last seconds (docs/status.md explains the columns).

import type { WorkerStatus } from "../../mgmt/status/status.ts";
import { LATENCY_TOLD_US, type WorkerLoad } from "../../mgmt/status/worker_loads.ts";
import { number } from "../../mgmt/words.ts";
import { columns } from "../columns.ts";

/** One line each; the last two columns have several figures. */
export function workerLines(workers: readonly WorkerStatus[]): string[] {
  const heading = [
    ...["WORKER", "IDLE", "PACKETS/S", "CYCLES/PACKET", "BURST", "UP TO 1, 2, 4, 8, 16, 32", "HANDED OVER"],
    "LATENCY BELOW: 50 %, 99 %, ALL",
  ];
  return columns(
    heading,
    workers.map(({ load, handedOver }, worker) => [
      `${worker}`,
      load ? `${load.idlePercent.toFixed(1)} %`.padStart("100.0 %".length) : "-",
      load ? Math.round(load.packetsPerSecond) : "-",
      load?.cyclesPerPacket ? Math.round(load.cyclesPerPacket) : "-",
      load?.bursts ? load.bursts.mean.toFixed(1) : "-",
      load?.bursts ? `${load.bursts.shares.map(({ percent }) => Math.round(percent)).join(" ")} %` : "-",
      handedOver,
      load?.latencyUs ? latencyText(load.latencyUs) : "-",
    ]),
  );
}

/** `16 us, 128 us, 2 ms`, or at the end `> 524 ms`. */
function latencyText({ half, most, all }: NonNullable<WorkerLoad["latencyUs"]>): string {
  const text = (us: number) => (us < 1000 ? `${us} us` : `${number(Math.round(us / 1000))} ms`);
  return [half, most, all].map((us) => (us === null ? `> ${text(LATENCY_TOLD_US)}` : text(us))).join(", ");
}

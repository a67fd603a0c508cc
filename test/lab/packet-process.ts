// The fast path's packet process, as those see it who do it harm.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Appliance } from "../../lab/appliance.ts";
import { until } from "../../lab/process.ts";
import { Attachment } from "../../mgmt/engine/attachment.ts";

/** The supervisor's child; undefined while it has none. */
export async function packetProcess({
  supervisor: { pid },
}: Pick<Appliance, "supervisor">): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return Number.parseInt(children, 10) || undefined;
}

/** True until the process has ended, whether or not its parent has taken notice. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "0 () Z");
  return !/\) [ZX]/.test(stat);
}

export const regionFile = ({ runDirectory }: Appliance) => join(runDirectory, "fastpath/region");
export const controlSocket = ({ runDirectory }: Appliance) => join(runDirectory, "fastpath/control.sock");

/** The lines of the fast path's log, which its supervisor shares. */
export async function fastPathSaid({ runDirectory }: Appliance): Promise<string[]> {
  const log = await readFile(join(runDirectory, "../fastpath.log"), "utf8");
  return log.split("\n").slice(0, -1);
}

/** Looks into the region as it is now. */
export function inRegion<T>(appliance: Appliance, look: (attachment: Attachment) => T): T {
  const attachment = new Attachment(regionFile(appliance));
  try {
    return look(attachment);
  } finally {
    attachment.close();
  }
}

/** Returns the pid of the process that serves now, once it is another one than `pid` and handles packets. */
export async function successorOf(appliance: Appliance, pid: number | undefined): Promise<number> {
  let successor = pid;
  await until("another process serves", async () => {
    successor = await packetProcess(appliance);
    const serving = inRegion(appliance, (region) => region.header().pid);
    return successor !== undefined && successor !== pid && successor === serving;
  });
  return successor ?? 0;
}

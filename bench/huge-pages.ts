// Huge pages for one run of the bench, from the lab's own code. The lab's janitor waits for the end of a pipe that only this
// process writes to and gives back what was raised, also after kill -9.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reserveHugePages } from "../lab/hugepages.ts";

const janitor = join(import.meta.dirname, "../lab/janitor.sh");

/** Runs `work` with `pages` huge pages of 2 MiB free, if the machine has them; `work` is told. */
export async function withHugePages<Result>(
  pages: number,
  work: (reserved: boolean) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "postern-bench-"));
  const cleaner = spawn(janitor, ["postern-bench", directory], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  try {
    return await work(await reserveHugePages(pages, directory));
  } finally {
    const ended = once(cleaner, "exit");
    cleaner.stdin?.end();
    await ended;
  }
}

// Huge pages for one lab: raises the machine's number if too few are free. The janitor gives back what was raised.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const pool = "/sys/kernel/mm/hugepages/hugepages-2048kB";

const figure = async (name: string) => Number(await readFile(join(pool, name), "utf8"));

let before: Promise<unknown> = Promise.resolve();

/**
 * Sees to it that `pages` huge pages of 2 MiB are free while `start` runs: one lab of this process after the other, because
 * pages that were found free are anybody's until a fast path has them.
 * @param directory the lab's directory, where the janitor finds how many were added.
 * @param start is told false if the machine has none to give; the lab then runs on ordinary pages.
 */
export function withHugePages<T>(
  pages: number,
  directory: string,
  start: (hugePages: boolean) => Promise<T>,
): Promise<T> {
  const started = before.then(async () => start(await reserveHugePages(pages, directory)));
  before = started.catch(() => {});
  return started;
}

/** As `withHugePages`, for one who has the machine to himself. */
export async function reserveHugePages(pages: number, directory: string): Promise<boolean> {
  try {
    const [total, free, reserved] = await Promise.all([
      figure("nr_hugepages"),
      figure("free_hugepages"),
      figure("resv_hugepages"),
    ]);
    const missing = pages - (free - reserved);
    if (missing <= 0) return true;
    await writeFile(join(pool, "nr_hugepages"), String(total + missing));
    const raised = (await figure("nr_hugepages")) - total;
    await writeFile(join(directory, "huge-pages-raised"), String(raised));
    return raised === missing;
  } catch {
    return false;
  }
}

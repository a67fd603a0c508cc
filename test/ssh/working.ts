// Somebody who works at the command line while others do their worst: the proof that nobody else notices.
import type { ExecutionContext } from "ava";
import type { Box } from "./box.ts";
import { shellOf } from "./shell.ts";

/** Where abuse comes from: what is done to its source concerns nobody else. */
export const ABUSER = "127.0.9.9";

const PRIVILEGE = "Current privilege level is 15\r\n";

/** Each of his lines is answered, in order, until the abuse is over. Returns how many were. */
export async function whileWorking(t: ExecutionContext, box: Box, abuse: () => Promise<void>): Promise<number> {
  const shell = await shellOf(await box.client());
  let isOver = false;
  const abusing = abuse().finally(() => {
    isOver = true;
  });
  let lines = 0;
  do t.is(await shell.type(`show privilege | exclude ${lines++}th`), PRIVILEGE);
  while (!isOver);
  await abusing;
  return lines;
}

/** As if nothing had been: somebody else comes in, and nothing was our fault. */
export async function goesOn(t: ExecutionContext, box: Box): Promise<void> {
  const shell = await shellOf(await box.client());
  t.is(await shell.type("show privilege"), PRIVILEGE);
  t.deepEqual(
    box.lines.filter((line) => /fault/i.test(line)),
    [],
  );
}

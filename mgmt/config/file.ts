// Reads the configuration file.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { reasonOf, Sentence } from "../sentence.ts";

/** Of a configuration. Far more than the fast path's policy has room for. */
export const CONFIGURATION_BYTES_MAX = 16 * 1024 * 1024;

/** Rejects with a Sentence that continues a refusal. */
export async function readConfigurationFile(path: string): Promise<string> {
  try {
    // Not blocking: a pipe without a writer would keep its reader waiting.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) throw new Sentence("it is no file.");
    if (status.size > CONFIGURATION_BYTES_MAX)
      throw new Sentence(`it is longer than ${CONFIGURATION_BYTES_MAX} bytes.`);
    return await file.readFile("utf8");
  } catch (error) {
    if (error instanceof Sentence) throw error;
    throw new Sentence(`cannot read it: ${reasonOf(error)}.`);
  }
}

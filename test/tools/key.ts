// A key that a user logs in with.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { directory } from "../daemon/parts.ts";
import { run } from "../ssh/box.ts";

/** `file`: the private one; `line`: what the configuration has to say. */
export async function keyOf(t: ExecutionContext, user: string, algorithm = "ed25519") {
  const file = join(directory(t), "key");
  await run(["ssh-keygen", "-q", "-t", algorithm, "-N", "", "-C", "", "-f", file]);
  const [name, blob] = readFileSync(`${file}.pub`, "utf8").split(" ");
  return { file, line: `username ${user} ssh-key ${name} ${blob?.trim()}\n` };
}

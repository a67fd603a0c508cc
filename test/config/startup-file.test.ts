// The startup file as others on the machine see it, and what is left when it cannot be written.
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { writeStartupFile } from "../../mgmt/config/startup-file.ts";
import { directory } from "../daemon/parts.ts";

test("the startup file and those that it replaced are for their owner alone", async (t) => {
  const file = join(directory(t), "startup-config");
  writeFileSync(file, "end\n");
  chmodSync(file, 0o644);
  await writeStartupFile(file, "hostname a\nend\n");
  await writeStartupFile(file, "hostname b\nend\n");
  for (const path of [file, `${file}.1`, `${file}.2`]) t.is(statSync(path).mode & 0o777, 0o600, path);
});

test("of a startup file that cannot be written nothing is left", async (t) => {
  const base = directory(t);
  const file = join(base, "startup-config");
  mkdirSync(file);
  await t.throwsAsync(writeStartupFile(file, "end\n"), { message: /^Cannot write .*startup-config: / });
  t.deepEqual(readdirSync(base), ["startup-config"]);
});

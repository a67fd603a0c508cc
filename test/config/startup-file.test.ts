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
  for (const path of [file, `${file}.~1~`, `${file}.~2~`]) t.is(statSync(path).mode & 0o777, 0o600, path);
});

test("a file that says the same already is left alone, and so is what else lies beside it", async (t) => {
  const base = directory(t);
  const file = join(base, "startup-config");
  writeFileSync(`${file}.20261122`, "a copy by hand\n");
  for (let round = 0; round < 9; round++) await writeStartupFile(file, `hostname r${round >> 1}\nend\n`);
  t.deepEqual(readdirSync(base).sort(), [
    "startup-config",
    ...[
      "startup-config.20261122",
      "startup-config.~1~",
      "startup-config.~2~",
      "startup-config.~3~",
      "startup-config.~4~",
    ],
  ]);
});

test("a file that cannot be kept as it was is not replaced, and nothing is left", async (t) => {
  const base = directory(t);
  const file = join(base, "startup-config");
  mkdirSync(file);
  await t.throwsAsync(writeStartupFile(file, "end\n"), {
    message: /startup-config is not replaced, .*: it is no file\.$/,
  });
  t.deepEqual(readdirSync(base), ["startup-config"]);
});

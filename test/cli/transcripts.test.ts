// What people and programs type (X.in) and what they see (X.out).
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { folders } from "./seen.ts";

process.env.TZ = "UTC";

for (const [folder, seen] of Object.entries(folders)) {
  const directory = new URL(`./${folder}/`, import.meta.url);
  const read = (file: string) => readFileSync(new URL(file, directory), "utf8");
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".in"))) {
    const out = file.replace(".in", ".out");
    test(`${folder}/${file} is answered as ${out} says`, async (t) => t.is(await seen(read(file), t), read(out)));
  }
}

// What a person or a program types (X.in) and what it sees (X.out).
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { sceneOf } from "./keystrokes.ts";
import { onPaper } from "./paper.ts";
import { answerTo } from "./stage.ts";

const directory = new URL("./transcripts/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, directory), "utf8");

for (const file of readdirSync(directory).filter((name) => name.endsWith(".in"))) {
  const out = file.replace(".in", ".out");
  test(`${file} is answered as ${out} says`, async (t) => {
    t.is(onPaper(await answerTo(...sceneOf(read(file)))), read(out));
  });
}

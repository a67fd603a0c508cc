// What a person or a program types (X.in) and what it sees (X.out).
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { sceneOf, screenSceneOf } from "./keystrokes.ts";
import { onPaper } from "./paper.ts";
import { screenAfter } from "./screen.ts";
import { answerTo } from "./stage.ts";

/** In each folder, what is seen by whom. */
const folders: Readonly<Record<string, (transcript: string) => Promise<string>>> = {
  /** Who has no escape sequences. */
  transcripts: async (transcript) => onPaper(await answerTo(...sceneOf(transcript))),
  /** A person at a terminal. */
  screens: (transcript) => screenAfter(...screenSceneOf(transcript)),
};

for (const [folder, seen] of Object.entries(folders)) {
  const directory = new URL(`./${folder}/`, import.meta.url);
  const read = (file: string) => readFileSync(new URL(file, directory), "utf8");
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".in"))) {
    const out = file.replace(".in", ".out");
    test(`${folder}/${file} is answered as ${out} says`, async (t) => t.is(await seen(read(file)), read(out)));
  }
}

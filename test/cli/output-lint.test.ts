// No answer of the transcripts misleads a tool.
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";
import { folders as seenFolders } from "./seen.ts";

const folders = Object.keys(seenFolders).map((folder) => new URL(`./${folder}/`, import.meta.url));

/** A prompt, with what was typed behind it, of one of the host names that transcripts use. */
const PROMPT = /^(postern|edge-\d|SCE)(\(config[\w-]*\))?[#>]/;

/** Each answer: its lines. */
function answersOf(transcript: string): string[][] {
  const answers: string[][] = [];
  for (const line of transcript.split("\n")) {
    if (PROMPT.test(line)) answers.push([]);
    else answers.at(-1)?.push(line);
  }
  return answers;
}

/** IOS and this shell say every refusal behind a `% `. */
const isRefusal = (answer: readonly string[]) => answer.some((line) => line.startsWith("% "));

for (const [folder, file] of folders.flatMap((folder) => readdirSync(folder).map((file) => [folder, file] as const))) {
  if (!file.endsWith(".out")) continue;
  const answers = answersOf(readFileSync(new URL(file, folder), "utf8"));
  test(`${folder.pathname.split("/").at(-2)}/${file} has no line that a tool takes for a prompt or an error`, (t) => {
    t.true(answers.length > 0);
    for (const answer of answers) {
      t.deepEqual(
        answer.filter((line) => PROMPT_LIKE.test(line)),
        [],
      );
      t.deepEqual(
        answer.filter((line) => NOT_ASCII.test(line)),
        [],
      );
      if (!isRefusal(answer))
        t.deepEqual(
          answer.filter((line) => ERROR_LIKE.test(line)),
          [],
        );
    }
  });
}

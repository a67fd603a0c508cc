// No answer of the transcripts misleads a tool.
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";

const directory = new URL("./transcripts/", import.meta.url);

/** A prompt, with what was typed behind it, of one of the host names that transcripts use. */
const PROMPT = /^(postern|edge-\d)(\(config[\w-]*\))?[#>]/;

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

for (const file of readdirSync(directory).filter((name) => name.endsWith(".out"))) {
  const answers = answersOf(readFileSync(new URL(file, directory), "utf8"));
  test(`${file} has no line that a tool takes for a prompt or an error`, (t) => {
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

// Automation tools take some words for an error and some lines for a prompt: no answer may have them.
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";

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

const FORBIDDEN = /error:|% error|invalid input|incomplete command|ambiguous command| not found|command rejected/i;

for (const file of readdirSync(directory).filter((name) => name.endsWith(".out"))) {
  const answers = answersOf(readFileSync(new URL(file, directory), "utf8"));
  test(`${file} has no line that a tool takes for a prompt or an error`, (t) => {
    t.true(answers.length > 0);
    for (const answer of answers) {
      t.deepEqual(
        answer.filter((line) => /^[\w.@()-]+[#>]\s?$/.test(line)),
        [],
      );
      t.deepEqual(
        answer.filter((line) => /[^\x20-\x7e]/.test(line)),
        [],
      );
      if (!isRefusal(answer))
        t.deepEqual(
          answer.filter((line) => FORBIDDEN.test(line)),
          [],
        );
    }
  });
}

// No answer in a golden file misleads a tool: wherever the file is, and whenever it came.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import test from "ava";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";

const tests = join(import.meta.dirname, "..");

/** Configurations, each an answer without a prompt. */
const configurations = join(tests, "config/accepted");

/** A prompt, with what was typed behind it, of one of the host names that golden files use. */
const PROMPT = /^(postern|edge-\d|SCE|box)(\(config[\w-]*\))?[#>]/;

/** A prompt of any host name. */
const ANY_PROMPT = /^[A-Za-z0-9][\w.-]*(\(config[\w-]*\))?[#>]/;

/** Each answer: its lines. */
function answersOf(file: string): string[][] {
  const answers: string[][] = file.startsWith(configurations) ? [[]] : [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (PROMPT.test(line)) answers.push([]);
    else answers.at(-1)?.push(line);
  }
  return answers;
}

/** IOS and this shell say every refusal behind a `% `. */
const isRefusal = (answer: readonly string[]) => answer.some((line) => line.startsWith("% "));

const goldens = readdirSync(tests, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(out|txt)$/.test(name))
  .map((name) => join(tests, name));

const transcripts = goldens.filter((file) => answersOf(file).length > 0);

test("the host names of all golden files are known", (t) => {
  t.true(transcripts.length > 30);
  const lines = goldens.flatMap((file) => readFileSync(file, "utf8").split("\n"));
  t.deepEqual(
    lines.filter((line) => ANY_PROMPT.test(line) && !PROMPT.test(line)),
    [],
  );
});

for (const file of transcripts) {
  test(`${relative(tests, file)} has no line that a tool takes for a prompt or an error`, (t) => {
    for (const answer of answersOf(file)) {
      const misleading = [PROMPT_LIKE, NOT_ASCII, ...(isRefusal(answer) ? [] : [ERROR_LIKE])];
      t.deepEqual(
        answer.filter((line) => misleading.some((pattern) => pattern.test(line))),
        [],
      );
    }
  });
}

// What holds for every line that can be typed, in the product's tables and in small ones.

import { isDeepStrictEqual } from "node:util";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { EXEC } from "../../cli/commands/exec.ts";
import { language as product } from "../../cli/commands/table.ts";
import { EVERYWHERE } from "../../cli/grammar/command.ts";
import { completeAt } from "../../cli/grammar/completion.ts";
import { helpAt } from "../../cli/grammar/help.ts";
import { commandBehind, isPromptLine, type Language, type Prompt } from "../../cli/grammar/prompt.ts";
import { readCommand } from "../../cli/grammar/read.ts";
import { commandTable } from "../../cli/grammar/table.ts";
import { factsOf } from "../../mgmt/config/facts.ts";
import { configurations } from "../config/arbitrary.ts";
import { at, facts, inZone, language as sample } from "./sample.ts";
import { hostileLines, placesOf, type Typed, typedCommands, wordsOfTyped } from "./typed.ts";

const LONG = 100_000;

const languages: Readonly<Record<string, Language>> = { product, sample };

/** It is a match, or an error that points into the line or just behind it. */
function answersWell(t: ExecutionContext, language: Language, prompt: Prompt, text: string): void {
  const read = readCommand(language, prompt, text);
  if (read.kind === "error") {
    const { column, message } = read.error;
    t.true(column >= 0 && column <= text.length + 1, `column ${column} of ${text.length}`);
    t.regex(message, /^[^\p{C}]+[.'"]$/u);
  }
  const help = helpAt(language, prompt, text, facts);
  if ("code" in help) t.true(help.column >= 0 && help.column <= text.length);
  const completion = completeAt(language, prompt, text, facts);
  t.true(completion.column >= 0 && completion.column <= text.length);
}

/** Whether the line means this command with these arguments. */
function means(language: Language, { prompt, command, args }: Typed, text: string): boolean {
  const read = readCommand(language, prompt, text);
  if (command.leaves) return read.kind === "leave";
  if (read.kind !== "exec" && read.kind !== "line") return false;
  const meant = commandBehind(command) ?? command;
  return read.found.command === meant && isDeepStrictEqual({ ...read.found.args }, { ...command.defaults, ...args });
}

/** Not one that stands for a command of the prompt, nor one that is only there to be refused. */
function isOwnLine({ prompt, command }: Typed): boolean {
  if (command.isRefused) return false;
  return (
    prompt.modes[0] === EXEC ||
    (!(command.mode === EVERYWHERE && isPromptLine(command)) && !command.syntax.startsWith("do "))
  );
}

for (const [name, language] of Object.entries(languages)) {
  const prompts = fc.constantFrom(...placesOf(language).map(({ prompt }) => prompt));
  const levels = fc.constantFrom(0, 5, 10, 15);
  const typed = typedCommands(language).filter(isOwnLine);

  test(`${name}: a hostile line is answered by a match or a caret`, (t) => {
    const places = fc.record({ prompt: prompts, level: levels });
    fc.assert(
      fc.property(places, hostileLines(language), ({ prompt, level }, text) =>
        answersWell(t, language, { ...prompt, level }, text),
      ),
      { numRuns: 3000 },
    );
  });

  test(`${name}: a line as it is printed means what it was printed from`, (t) => {
    fc.assert(
      fc.property(typed, (each) => {
        const text = wordsOfTyped(each).join(" ");
        t.true(means(language, each, text), text);
      }),
      { numRuns: 1000 },
    );
  });

  test(`${name}: what is typed of a command leads on, with help for each next word and completion of it`, (t) => {
    const some = fc.constantFrom(facts, ...fc.sample(configurations, 20).map((each) => factsOf(each, 1)));
    fc.assert(
      fc.property(typed, fc.nat(), some, (each, cut, facts) => {
        const text = wordsOfTyped(each).join(" ");
        const before = text.slice(0, cut % (text.length + 1));
        const help = helpAt(language, each.prompt, before, facts);
        t.true("entries" in help && help.entries.length > 0, before);
        const { column, text: put, candidates } = completeAt(language, each.prompt, before, facts);
        const completed = before.slice(0, column) + put;
        t.true(completed.length >= before.length);
        const after = helpAt(language, each.prompt, completed, facts);
        t.true("entries" in after && after.entries.length > 0, completed);
        for (const candidate of candidates) {
          const further = helpAt(language, each.prompt, `${before.slice(0, column)}${candidate} `, facts);
          t.true("entries" in further && further.entries.length > 0, candidate);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test(`${name}: what begins one keyword alone means that keyword`, (t) => {
    fc.assert(
      fc.property(typed, fc.nat(), fc.nat(), (each, at, cut) => {
        const words = wordsOfTyped(each);
        const index = at % words.length;
        const [before, word = ""] = [words.slice(0, index), words[index]];
        const short = word.slice(0, 1 + (cut % word.length));
        const help = helpAt(language, each.prompt, before.map((text) => `${text} `).join(""), facts);
        if (!("entries" in help)) return t.fail();
        if (!help.entries.some((entry) => entry.word === word)) return;
        const begun = help.entries.filter((entry) => entry.word.toLowerCase().startsWith(short.toLowerCase()));
        if (begun.length > 1 && short !== word) return;
        for (const text of [short, short.toUpperCase(), short.toLowerCase()]) {
          const line = words.with(index, text).join(" ");
          t.true(means(language, each, line), line);
        }
      }),
      { numRuns: 1000 },
    );
  });
}

test("lines of 100,000 characters are answered", (t) => {
  const pieces = ["x", " ", '"', "|", " | count", "do ", "no ", '"a" ', "1,", "\u0000", "!"];
  const starts = ["show version | include ", "do show version ", "zone ", 'owner "', "ip 10.0.0.0/"];
  const lines = [...pieces, ...starts].map((text, index) => text + (pieces[index] ?? "9").repeat(LONG));
  for (const prompt of [at(15), inZone]) {
    for (const line of lines) answersWell(t, sample, prompt, line.slice(0, LONG));
  }
});

for (const level of [0, 5, 10] as const) {
  test(`to somebody of level ${level} commands above it do not exist`, (t) => {
    const { exec } = product;
    const visible = exec.commands.filter((command) => command.level <= level);
    const without = { ...product, exec: commandTable(exec.start, visible) };
    const prompt = { modes: [exec.start], level };
    const typed = typedCommands(product).chain((each) => {
      const text = wordsOfTyped(each).join(" ");
      return fc.nat(text.length).map((length) => text.slice(0, length));
    });
    fc.assert(
      fc.property(fc.oneof(typed, hostileLines(product)), (text) => {
        for (const ask of [readCommand, helpAt, completeAt]) {
          const answer = ask(product, prompt, text, facts);
          t.true(isDeepStrictEqual(answer, ask(without, { ...prompt, level: 15 }, text, facts)), text);
        }
      }),
      { numRuns: 1000 },
    );
  });
}

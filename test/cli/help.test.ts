import test from "ava";
import { completeAt } from "../../cli/grammar/completion.ts";
import { helpAt } from "../../cli/grammar/help.ts";
import type { Prompt } from "../../cli/grammar/prompt.ts";
import { at, facts, inGlobal, inZone, language } from "./sample.ts";

function help(prompt: Prompt, text: string): string {
  const found = helpAt(language, prompt, text, facts);
  if ("code" in found) return `${" ".repeat(found.column)}^ ${found.code}`;
  const entries = found.entries.map(({ word, help }) => (help ? `${word}: ${help}` : word));
  return `${found.isPartial ? "..." : ""}${entries.join("; ")}`;
}

const helps: readonly (readonly [Prompt, string, string])[] = [
  [at(0), "", "show: Show how things are"],
  [at(10), "", "rollback: Go back to an earlier configuration; show: Show how things are"],
  [at(0), "s", "...show: Show how things are"],
  [at(0), "  sh ", "sessions: Who is here; version: What is installed"],
  [at(5), "show s", "...sessions: Who is here; subscriber: A subscriber"],
  [at(0), "show version ", "|: Filter the answer; <cr>"],
  [at(5), "show zone ", "WORD: Its name; home; honey-pots; work"],
  [at(5), "show zone ho", "...WORD: Its name; home; honey-pots"],
  [at(5), "show zone home ", "detail: All of it; |: Filter the answer; <cr>"],
  [at(5), "show subscriber ip ", "A.B.C.D: An address of his; X:X::X: An address of his"],
  [at(10), "rollback ", "<1-199>: Its number"],
  [at(10), "rollback 1", "...<1-199>: Its number"],
  [at(10), "rollback 1 ", "comment: Say why; <cr>"],
  [at(10), "rollback 1 comment ", "LINE: The reason"],
  [at(10), "rollback 1 comment because I", "...LINE: The reason"],

  [at(0), "x", "^ invalid-input"],
  [at(0), "show zone ", "     ^ invalid-input"],
  [at(5), "show s ", "     ^ ambiguous-command"],
  [at(0), "! ", ""],

  [
    at(0),
    "show version |",
    "begin: From the first line that matches; count: Only the number of lines; exclude: Only lines that do not match; include: Only lines that match; json: The data, as JSON; section: Lines that match, with those indented below",
  ],
  [at(0), "show version | include x | c", "...count: Only the number of lines"],
  [at(0), "show version | include ", "LINE: A regular expression"],

  [
    inGlobal,
    "",
    "default: Set it back to its default; do: Do a command of the prompt; end: Leave configuration; exit: Leave this mode; no: Take a line back; zone: A set of addresses",
  ],
  [inZone, "no ", "ip: Add addresses; owner: Whose it is"],
  [inZone, "do", "...do: Do a command of the prompt"],
  [inZone, "do show v", "...version: What is installed"],
  [inZone, "zone ", "WORD: Its name; home; honey-pots; work"],
  [inZone, "owner ", '"TEXT": His name'],
  [inZone, 'owner "north si', '..."TEXT": His name'],
  [inZone, 'owner "north side" IP-class gold ', "silver: Less; <cr>"],
];

for (const [prompt, text, expected] of helps) {
  test(`${prompt.modes.at(-1)} at level ${prompt.level} helps behind ${JSON.stringify(text)}`, (t) => {
    t.is(help(prompt, text), expected);
  });
}

/** The line that Tab makes, `_` for the cursor, and the words it could become. */
function tab(prompt: Prompt, typed: string): string {
  const { column, text, candidates } = completeAt(language, prompt, typed, facts);
  const words = candidates.length > 1 ? ` ${candidates.join(" ")}` : "";
  return `${typed.slice(0, column)}${text}_${words}`;
}

const tabs: readonly (readonly [Prompt, string, string])[] = [
  [at(0), "", "show _"],
  [at(10), "", "_ rollback show"],
  [at(0), "sh", "show _"],
  [at(5), "sh S", "sh S_ sessions subscriber"],
  [at(0), "sh SE", "sh sessions _"],
  [at(5), "show zone ", "show zone _ home honey-pots work"],
  [at(5), "show zone h", "show zone ho_ home honey-pots"],
  [at(5), "show zone hon", "show zone honey-pots _"],
  [at(5), "show zone x", "show zone x_"],
  [at(5), "show zone home ", "show zone home _"],
  [at(5), "show zone home d", "show zone home detail _"],
  [at(0), "show zone h", "show zone h_"],
  [at(10), "rollback 1 comment co", "rollback 1 comment co_"],
  [at(0), "show version | in", "show version | include _"],
  [inZone, "do sh v", "do sh version _"],
  [inZone, 'owner "a" ip', 'owner "a" IP-class _'],
  [inZone, "no zo", "no zone _"],
];

for (const [prompt, text, expected] of tabs) {
  test(`${prompt.modes.at(-1)} at level ${prompt.level} completes ${JSON.stringify(text)}`, (t) => {
    t.is(tab(prompt, text), expected);
  });
}

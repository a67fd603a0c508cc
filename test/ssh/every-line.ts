// Every command as it can be typed, in every place: with each optional part there or left out, and each word of its choices.
import type { Command } from "../../cli/grammar/command.ts";
import type { Route, Token } from "../../cli/grammar/syntax.ts";
import type { CommandTable } from "../../cli/grammar/table.ts";

/** A value that is read as each type. */
const SAMPLES: Readonly<Record<string, string>> = {
  WORD: "sample",
  SERVICE: "sample",
  HOSTNAME: "sample",
  STRING: '"a sample"',
  NAME: "sample",
  MAPPING: "10.9.0.0/24",
  "RADIUS-ATTRIBUTE": "9.250",
  // A command where one is meant, and a text elsewhere.
  LINE: "show history",
  ADDRESS: "192.0.2.1",
  PREFIX: "192.0.2.0/24",
  "IP-RANGE": "10.9.0.0/16",
  PORTS: "25,465",
  PERCENT: "0.1",
  LEVEL: "5",
  BANNER: "a sample",
  METHODS: "local",
  KEY: "VKWYVKWYVKWY",
  "KEY-BLOB": "AAAAC3NzaC1lZDI1NTE5AAAAIFJmJrv+qbgcjn4JY6ZS0WhdYiFxt1i9PFUrwCqky1R/",
  SECRET: "QXZJQXZJQXZJ",
  HASH: `$scrypt$ln=14,r=8,p=1$${"A".repeat(22)}$${"b".repeat(43)}`,
};

export interface EveryLine {
  readonly command: Command;
  readonly text: string;
}

/** The lines of commands, each once. */
export function everyLine(commands: readonly Command[]): EveryLine[] {
  const lines = commands.flatMap((command) =>
    command.routes.flatMap((route) => spellings(route).map((words) => ({ command, text: words.join(" ") }))),
  );
  return [...new Map(lines.map((line) => [line.text, line])).values()];
}

/** What can follow what was typed: by the words before it, keywords as help shows them. */
export function followers(commands: readonly Command[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const route of commands.flatMap(({ routes }) => routes)) {
    const typed = route.map((token) => wordsFor(token)[0] ?? "");
    for (const [index, token] of route.entries()) {
      if ("type" in token) continue;
      const before = typed.slice(0, index).join(" ");
      found.set(before, new Set([...(found.get(before) ?? []), ...token.words]));
    }
  }
  return found;
}

/** What is typed to come from the start of a table into a mode. */
export function entrance(table: CommandTable, mode: string): string[] {
  if (mode === table.start) return [];
  const entering = table.commands.find(({ enters }) => enters === mode);
  const [route] = entering?.routes ?? [];
  if (!entering || !route) throw new Error(`No command enters ${mode}.`);
  return [...entrance(table, entering.mode), (spellings(route)[0] ?? []).join(" ")];
}

/** With the first word of every choice, and with each other word of one. */
function spellings(route: Route): string[][] {
  const first = route.map((token) => wordsFor(token)[0] ?? "");
  const others = route.flatMap((token, index) =>
    wordsFor(token)
      .slice(1)
      .map((word) => first.with(index, word)),
  );
  return [first, ...others];
}

function wordsFor(token: Token): readonly string[] {
  if (!("type" in token)) return token.words;
  const [, , last] = /^(\d+)-(\d+)$/.exec(token.spec) ?? [];
  const sample = last ?? SAMPLES[token.spec];
  if (sample === undefined) throw new Error(`Give ${token.spec} a sample.`);
  return [sample];
}

// Random lines that commands read, and random lines that they hardly do.

import fc from "fast-check";
import { isBanner } from "../../cli/grammar/banner.ts";
import type { Command } from "../../cli/grammar/command.ts";
import { loginMethods } from "../../cli/grammar/login-methods.ts";
import type { Language, Prompt } from "../../cli/grammar/prompt.ts";
import type { Route, Token } from "../../cli/grammar/syntax.ts";
import { levels } from "../../mgmt/level.ts";
import { parseMapping } from "../../mgmt/subscribers/mapping.ts";

/** Printed masked: nothing reads it back. */
const SECRET = "SECRET";

const character = fc.constantFrom(...'abcXYZ059.-_ |!#?"');
const printable = (alphabet: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength });

const network = fc.integer({ min: 0, max: 255 }).map((byte) => `10.${byte}.0.0/16`);

/** Values that commands may get, by their type. */
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  WORD: printable("abcZ09", 8),
  SERVICE: printable("abcZ09", 8),
  HOSTNAME: printable("abcZ09", 8),
  STRING: printable("abc XYZ.!|?", 8),
  NAME: printable("abc XYZ.!|?@,-", 8),
  MAPPING: fc.constantFrom("10.1.2.3", "10.1.2.0/24@100.7", "2001:db8:30::/56", "VLAN 100").map(keysOf),
  "RADIUS-ATTRIBUTE": fc.constantFrom("9.1", "3561.26"),
  LINE: fc.oneof(
    printable("abc |!#é", 8),
    printable('a"', 4).filter((text) => !/^"[^"]*"$/.test(text)),
  ),
  BANNER: printable("abc |!#\\n\n", 8).filter(isBanner),
  METHODS: fc.shuffledSubarray([...loginMethods], { minLength: 1 }),
  KEY: printable("abcZ09!$|#", 8).map((text) => text.padEnd(8, "-")),
  "KEY-BLOB": fc.constant("AAAAC3NzaC1lZDI1NTE5AAAAIFJmJrv+qbgcjn4JY6ZS0WhdYiFxt1i9PFUrwCqky1R/"),
  ADDRESS: fc.constantFrom("192.0.2.1", "2001:db8::1", "::"),
  PREFIX: fc.oneof(network, fc.constantFrom("2001:db8::/48", "::/0")),
  "IP-RANGE": fc.oneof(network, fc.constantFrom("2001:db8::/48")),
  PORTS: fc.constantFrom(
    [{ first: 25, last: 25 }],
    [
      { first: 1, last: 9 },
      { first: 465, last: 465 },
    ],
  ),
  LEVEL: fc.constantFrom(...levels),
  PERCENT: fc.constantFrom(0, 0.1, 5, 99.999, 100),
  HASH: fc.constant(`$scrypt$ln=14,r=8,p=1$${"A".repeat(22)}$${"b".repeat(43)}`),
};

function keysOf(mapping: string) {
  const key = parseMapping(mapping);
  return key ? [key] : [];
}

function valuesFor(token: Token): fc.Arbitrary<unknown> {
  if ("type" in token) {
    const [, first, last] = /^(\d+)-(\d+)$/.exec(token.spec) ?? [];
    const known = values[token.spec];
    if (last !== undefined) return fc.integer({ min: Number(first), max: Number(last) });
    if (!known) throw new Error(`Give ${token.spec} some values.`);
    return known;
  }
  return token.many ? fc.subarray([...token.words], { minLength: 1 }) : fc.constantFrom(...token.words);
}

export interface Typed {
  readonly prompt: Prompt;
  readonly command: Command;
  readonly route: Route;
  readonly args: Readonly<Record<string, unknown>>;
}

function typedOn(prompt: Prompt, command: Command, route: Route): fc.Arbitrary<Typed> {
  const named = route.flatMap((token) => (token.name === undefined ? [] : [[token.name, valuesFor(token)] as const]));
  return fc.record(Object.fromEntries(named)).map((args) => ({ prompt, command, route, args }));
}

/** Everywhere that something can be typed, and what can be typed there. */
export function placesOf({ exec, configuration }: Language): { prompt: Prompt; commands: readonly Command[] }[] {
  const modes = configuration.modes.map((mode) => ({
    prompt: { modes: mode === configuration.start ? [mode] : [configuration.start, mode], level: 15 as const },
    commands: configuration.commandsIn(mode),
  }));
  return [{ prompt: { modes: [exec.start], level: 15 }, commands: exec.commands }, ...modes];
}

function isPlain(route: Route): boolean {
  return route.every((token) => !("type" in token) || token.spec !== SECRET);
}

/** A command with arguments, in any place. */
export function typedCommands(language: Language): fc.Arbitrary<Typed> {
  const routes = placesOf(language).flatMap(({ prompt, commands }) =>
    commands.flatMap((command) => command.routes.filter(isPlain).map((route) => ({ prompt, command, route }))),
  );
  return fc.constantFrom(...routes).chain(({ prompt, command, route }) => typedOn(prompt, command, route));
}

/** As it is typed in full, a word or value each. */
export function wordsOfTyped({ route, args }: Typed): string[] {
  return route.flatMap((token) => {
    if (token.name === undefined) return "type" in token ? [] : token.words;
    const value = args[token.name];
    return "type" in token ? token.type.print(value) : ([value].flat() as string[]);
  });
}

/** Lines that are partly commands, partly anything. */
export function hostileLines(language: Language): fc.Arbitrary<string> {
  const keywords = placesOf(language).flatMap(({ commands }) => commands.flatMap(({ help }) => Object.keys(help)));
  const word = fc.oneof(
    fc.constantFrom(...new Set(keywords)),
    fc.constantFrom(...new Set(keywords)).map((text) => text.slice(0, 2)),
    fc.constantFrom(
      "|",
      '"',
      '""',
      "do",
      "no",
      "1",
      "a",
      "10.0.0.0/8",
      "\t",
      "",
      "!",
      "\u0000",
      "\u202e",
      "\ud800",
      "İ",
    ),
    fc.string({ unit: character, maxLength: 6 }),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  return fc.array(word, { maxLength: 12 }).map((words) => words.join(" "));
}

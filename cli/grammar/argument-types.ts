// The types that a syntax string can name, `<prefix:PREFIX>`: how each reads a typed word and prints a value.

import type { MappingKey } from "../../mgmt/engine/subscriber_change.ts";
import { type Level, levelHelp, levels } from "../../mgmt/level.ts";
import { mappingText, readMappings } from "../../mgmt/subscribers/mapping.ts";
import { isName } from "../../mgmt/subscribers/name.ts";
import { printBanner, readBanner } from "./banner.ts";
import { methodForms, printMethods, readMethods } from "./login-methods.ts";
import { printPorts, readPorts } from "./ports.ts";
import { type Prefix, printRange, readHost, readRange } from "./prefix.ts";
import { readKeyBlob } from "./public-key.ts";
import { readRadiusAttribute } from "./radius-attribute.ts";
import { MASK, readClearText, readHash, readKey } from "./secret.ts";

/** What came of reading a word: a value; a sentence that says why it is none; or nothing: it is not what is expected. */
export type Reading<T> = { readonly value: T } | { readonly refusal: string } | undefined;

export interface ArgumentType<T> {
  /** What can be typed, to follow "Expected". */
  readonly expected: string;
  /** How help shows what can be typed: a line each. */
  readonly forms: readonly string[];
  /** What each form means, where they mean different things. */
  readonly help?: Readonly<Record<string, string>>;
  /** It reads the rest of the line, blanks and all. */
  readonly isRest?: true;
  read(word: string): Reading<T>;
  /** The inverse: `read` gives the value back (once quotes are taken off). */
  print(value: T): string;
  /** What stands in a secret's place where it is not to be seen. */
  readonly mask?: string;
}

/** A name that needs no quotes. */
const WORD = textType({
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  expected: "a name of 1 to 64 letters, digits, dots, hyphens and underscores",
  forms: ["WORD"],
  print: (name) => name,
});

export const argumentTypes = {
  WORD,
  /** A name, but for the one that SCEs print a setting of their own with. */
  SERVICE: {
    expected: WORD.expected,
    forms: WORD.forms,
    read: readService,
    print: WORD.print,
  },
  /** A text that is printed in quotes. */
  STRING: textType({
    pattern: /^[ !#-~]{1,64}$/,
    expected: 'a text of 1 to 64 printable ASCII characters in quotes, such as "north side"',
    forms: ['"TEXT"'],
    print: (text) => `"${text}"`,
  }),
  /** What a subscriber may be called (mgmt/subscribers/name.ts). */
  NAME: {
    expected: "a name of 1 to 64 printable ASCII characters, none of them a quote, in quotes if it has blanks",
    forms: ["NAME"],
    read: (word: string) => (isName(word) ? { value: word } : undefined),
    print: (name: string) => `"${name}"`,
  },
  /** What of the network is a name's: one mapping, or for a range several. */
  MAPPING: {
    isRest: true,
    expected: "a mapping, such as 10.1.2.3, 10.1.2.0/24, 2001:db8:30::/56, 10.1.2.3@100, VLAN 100 or VLAN 100.7",
    forms: ["A.B.C.D[/N][@VLAN[.VLAN]]", "A.B.C.D-A.B.C.D", "X:X::X[/N][@VLAN[.VLAN]]", "VLAN N[.N]"],
    read: readMappings,
    print: (keys: readonly MappingKey[]) => keys.map(mappingText).join(", "),
  },
  /** A label of RFC 1123 2.1: prompts begin with it. */
  HOSTNAME: textType({
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    expected: "a host name of 1 to 63 letters, digits and inner hyphens",
    forms: ["WORD"],
    print: (name) => name,
  }),
  /** Any text without control characters. It is printed in quotes unless it has some inside. */
  LINE: {
    isRest: true,
    expected: "the rest of the line, 1 to 512 characters",
    forms: ["LINE"],
    read: readRest,
    print: (text: string) => (text.includes('"') ? text : `"${text}"`),
  },
  BANNER: {
    isRest: true,
    expected: "a text of 1 to 512 printable ASCII characters, none of them a quote",
    forms: ["LINE"],
    read: readBanner,
    print: printBanner,
  },
  /** A public key in base64, with or without the comment that it has in its file. */
  "KEY-BLOB": {
    isRest: true,
    expected: "a key as its file has it behind the algorithm, such as AAAAC3NzaC1lZDI1NTE5AAAA...",
    forms: ["BASE64 [COMMENT]"],
    read: readKeyBlob,
    print: String,
  },
  ADDRESS: {
    expected: "an address, such as 192.0.2.1 or 2001:db8::1",
    forms: ["A.B.C.D", "X:X::X"],
    read: readHost,
    print: (address: string) => address,
  },
  PREFIX: {
    expected: "an address or prefix, such as 192.0.2.1, 192.0.2.0/24, 192.0.2.0:0xffffff00 or 2001:db8::/48",
    forms: ["A.B.C.D[/N]", "A.B.C.D:0xMASK", "X:X::X[/N]"],
    read: readRange,
    print: (prefix: Prefix) => prefix,
  },
  /** The same; IPv4 is printed in the SCE's form. */
  "IP-RANGE": {
    expected: "an address range, such as 10.30.94.0:0xffffff00 or 10.30.94.0/24 or 2001:db8:30::/48",
    forms: ["A.B.C.D:0xMASK", "A.B.C.D[/N]", "X:X::X[/N]"],
    read: readRange,
    print: printRange,
  },
  PORTS: {
    expected: "ports from 1 to 65535, such as 25 or 25,465,587 or 1000-2000",
    forms: ["PORT[-PORT][,...]"],
    read: readPorts,
    print: printPorts,
  },
  "RADIUS-ATTRIBUTE": {
    expected: "class, filter-id, or a vendor's number and the type of its attribute, such as 9.1",
    forms: ["class", "filter-id", "VENDOR.TYPE"],
    help: {
      class: "The attribute Class",
      "filter-id": "The attribute Filter-Id",
      "VENDOR.TYPE": "A vendor's own: its enterprise number, and the type of its attribute",
    },
    read: readRadiusAttribute,
    print: (attribute: string) => attribute,
  },
  LEVEL: {
    expected: "a level: 0, 5, 10 or 15",
    forms: levels.map(String),
    help: levelHelp,
    read: readLevel,
    print: (level: Level) => `${level}`,
  },
  PERCENT: {
    expected: "percent, from 0 to 100 with at most three decimals, such as 5 or 0.1",
    forms: ["PERCENT"],
    read: readPercent,
    print: String,
  },
  /** The methods of logging in, in the order in which they are asked. */
  METHODS: {
    isRest: true,
    expected: `${methodForms.slice(0, -1).join(", ")} or ${methodForms.at(-1)}, or several of them`,
    forms: methodForms,
    read: readMethods,
    print: printMethods,
  },
  /** A secret as it is typed. */
  SECRET: {
    expected: "a secret of 8 to 64 printable ASCII characters",
    forms: ["SECRET"],
    read: readClearText,
    print: String,
    mask: MASK,
  },
  /** A secret as it is kept. */
  HASH: {
    expected: "a hash of scrypt",
    forms: ["$scrypt$..."],
    read: readHash,
    print: (hash: string) => hash,
    mask: MASK,
  },
  /** What is shared with a server: kept as it is, because it must be known to be used. */
  KEY: {
    expected: "a key of 8 to 64 printable ASCII characters without blanks",
    forms: ["KEY"],
    read: readKey,
    print: (key: string) => key,
    mask: MASK,
  },
} satisfies Record<string, ArgumentType<unknown>>;

export type ArgumentTypes = typeof argumentTypes;

/** A whole number from `first` to `last`: what `<id:0-255>` stands for. */
export function numberType(first: number, last: number): ArgumentType<number> {
  return {
    expected: `a number from ${first} to ${last}`,
    forms: [`<${first}-${last}>`],
    read(word) {
      const value = Number(word);
      return /^\d{1,15}$/.test(word) && value >= first && value <= last ? { value } : undefined;
    },
    print: String,
  };
}

function readPercent(word: string): Reading<number> {
  const value = Number(word);
  return /^\d{1,3}(?:\.\d{1,3})?$/.test(word) && value <= 100 ? { value } : undefined;
}

function readLevel(word: string): Reading<Level> {
  const level = levels.find((each) => `${each}` === word);
  return level === undefined ? undefined : { value: level };
}

function readService(word: string): Reading<string> {
  if (word.toLowerCase() !== "password-encryption") return WORD.read(word);
  return { refusal: "Secrets are always kept as hashes: leave this line out." };
}

/** A whole in quotes is what is inside them. */
function readRest(rest: string): Reading<string> {
  const [, text = rest] = /^"([^"]*)"$/.exec(rest) ?? [];
  return /^\P{C}{1,512}$/u.test(text) ? { value: text } : undefined;
}

function textType({ pattern, ...type }: Omit<ArgumentType<string>, "read"> & { pattern: RegExp }) {
  const read = (word: string): Reading<string> => (pattern.test(word) ? { value: word } : undefined);
  return { ...type, read };
}

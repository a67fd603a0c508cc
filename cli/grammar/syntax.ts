// The notation of a command's syntax, read twice: by the compiler, which infers the arguments' types and the words that
// need help, and here, into tokens for the matcher.
//
//   detect                      a keyword
//   <id:0-255>                  a number in a range
//   <zone:WORD>                 a value of a named type (argument-types.ts)
//   <match:include|exclude>     one word of a choice
//   <actions:report|block...>   one or more words of a choice, each once, in any order
//   [template <template:0-199>] words that may be left out together
//   [<form:detail>]             a keyword that may be left out, and an argument that says whether it was

import { type ArgumentType, type ArgumentTypes, argumentTypes, numberType } from "./argument-types.ts";

/** A keyword (one word, no name) or a choice. */
export interface WordToken {
  readonly words: readonly string[];
  readonly name?: string;
  readonly many: boolean;
}

export interface ValueToken {
  readonly name: string;
  readonly spec: string;
  readonly type: ArgumentType<unknown>;
}

export type Token = WordToken | ValueToken;

/** One way to type a command: its syntax with each optional part either there or left out. */
export type Route = readonly Token[];

/** The arguments of a syntax by name: `Arguments<"zone <name:WORD>">` is `{ name: string }`. */
export type Arguments<Syntax extends string> = Flat<ArgumentsOf<Syntax>>;

/** The words of a syntax that need help: keywords, words of choices, and `<name>` for a value. */
export type HelpWords<Syntax extends string> = Syntax extends `${infer First} ${infer Rest}`
  ? HelpWord<First> | HelpWords<Rest>
  : HelpWord<Syntax>;

type HelpWord<Text extends string> = Text extends `[${infer Inner}`
  ? HelpWord<Inner>
  : Text extends `${infer Inner}]`
    ? HelpWord<Inner>
    : Text extends `<${infer Name}:${infer Spec}>`
      ? Spec extends ValueSpec
        ? `<${Name}>`
        : Choice<Spec>
      : Text;

type ValueSpec = keyof ArgumentTypes | `${number}-${number}`;

type ArgumentsOf<Syntax extends string> = Syntax extends `${infer Before}[${infer Inner}]${infer After}`
  ? Given<Before> & Optional<Given<Inner>> & ArgumentsOf<After>
  : Given<Syntax>;

type Given<Syntax extends string> = Syntax extends `${string}<${infer Name}:${infer Spec}>${infer Rest}`
  ? { [K in Name]: Value<Spec> } & Given<Rest>
  : unknown;

type Value<Spec extends string> = Spec extends keyof ArgumentTypes
  ? ArgumentTypes[Spec] extends ArgumentType<infer T>
    ? T
    : never
  : Spec extends `${number}-${number}`
    ? number
    : Spec extends `${infer Words}...`
      ? readonly Choice<Words>[]
      : Choice<Spec>;

type Choice<Spec extends string> = Spec extends `${infer Words}...`
  ? Choice<Words>
  : Spec extends `${infer Word}|${infer Rest}`
    ? Word | Choice<Rest>
    : Spec;

type Optional<T> = { [K in keyof T]?: T[K] | undefined };
type Flat<T> = { [K in keyof T]: T[K] };

/** Every route of a syntax, those with the most optional parts first. */
export function routesOf(syntax: string): Route[] {
  const optional = /\[(.*?)\]/.exec(syntax);
  if (!optional) return [syntax.trim().split(/\s+/).map(tokenOf)];
  const [group, inner = ""] = optional;
  return [...routesOf(syntax.replace(group, inner)), ...routesOf(syntax.replace(group, ""))];
}

function tokenOf(text: string): Token {
  const [, name, spec] = /^<([^:]+):(.+)>$/.exec(text) ?? [];
  if (name === undefined || spec === undefined) return { words: [text], many: false };
  const type = valueType(spec);
  if (type) return { name, spec, type };
  return { name, words: spec.replace(/\.\.\.$/, "").split("|"), many: spec.endsWith("...") };
}

function valueType(spec: string): ArgumentType<unknown> | undefined {
  if (Object.hasOwn(argumentTypes, spec)) return argumentTypes[spec as keyof ArgumentTypes];
  const [, first, last] = /^(\d+)-(\d+)$/.exec(spec) ?? [];
  return last === undefined ? undefined : numberType(Number(first), Number(last));
}

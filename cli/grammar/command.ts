// A command is data: what is typed, where, what each word means, and what it does there.

import type { Facts } from "../../mgmt/config/service.ts";
import type { Level } from "../../mgmt/level.ts";
import { type Arguments, type HelpWords, type Route, routesOf, type Token } from "./syntax.ts";

/** A mode whose commands can be typed in every other. */
export const EVERYWHERE = "everywhere";

/** Who may change the configuration. */
export const CONFIGURE_LEVEL: Level = 10;

/** A command with its types erased, as tables hold it. */
export interface Command {
  /** The mode it is typed in. */
  readonly mode: string;
  readonly syntax: string;
  /** A sentence for each keyword, word of a choice, and `<argument>`. */
  readonly help: Readonly<Record<string, string>>;
  readonly routes: readonly Route[];
  /** Who may type it. */
  readonly level: Level;
  /** Values that exist now, by the argument's name: what `?` and Tab offer. */
  readonly suggest?: Readonly<Record<string, ((facts: Facts) => readonly (string | number)[]) | undefined>>;
  /** The mode that it opens: the lines that follow act on what `run` returned. */
  readonly enters?: string;
  /** What it closes: its mode, or all of them. */
  readonly leaves?: "mode" | "all";
}

/** A line of the configuration. */
export interface Line extends Command {
  /** Acts on the subject of its mode and returns what it made or changed, so that a later complaint can name the line. */
  run(subject: never, args: never): unknown;
}

/** A line that can also be printed. */
export interface PrintableLine<Args> extends Line {
  /** The line that does this; arguments that the syntax lacks are ignored. */
  print(args: Args): string;
}

interface Definition<Subjects, Mode extends keyof Subjects, Syntax extends string, Entered extends keyof Subjects> {
  mode: Mode;
  syntax: Syntax;
  help: Readonly<Record<HelpWords<Syntax>, string>>;
  enters?: Entered;
  run(subject: Subjects[Mode], args: Arguments<Syntax>): [Entered] extends [never] ? unknown : Subjects[Entered];
}

/**
 * The function that defines commands for a set of modes.
 * `Subjects`: each mode's name and what the lines typed in it act on.
 */
export function commandsFor<Subjects extends Record<string, object>>() {
  return function command<
    const Mode extends keyof Subjects & string,
    const Syntax extends string,
    const Entered extends keyof Subjects & string = never,
  >(definition: Definition<Subjects, Mode, Syntax, Entered>): PrintableLine<Arguments<Syntax>> {
    const routes = routesOf(definition.syntax);
    return { ...definition, level: CONFIGURE_LEVEL, routes, print: (args) => printed(routes, args) };
  };
}

/** The commands that close modes. */
export const leavingCommands: readonly Line[] = [
  leaving("exit", "Leave this mode", "mode"),
  leaving("end", "Leave configuration", "all"),
];

function leaving(word: string, help: string, leaves: "mode" | "all"): Line {
  return {
    mode: EVERYWHERE,
    syntax: word,
    help: { [word]: help },
    level: CONFIGURE_LEVEL,
    routes: routesOf(word),
    leaves,
    run: () => undefined,
  };
}

/** Prints the fullest route whose arguments are all given. */
function printed(routes: readonly Route[], args: Readonly<Record<string, unknown>>): string {
  const given = (token: Token) => token.name === undefined || args[token.name] !== undefined;
  const route = routes.find((tokens) => tokens.every(given));
  if (!route) throw new Error("An argument of the command is missing.");
  return route.map((token) => printedToken(token, args)).join(" ");
}

function printedToken(token: Token, args: Readonly<Record<string, unknown>>): string {
  if ("type" in token) return token.type.print(args[token.name]);
  if (token.name === undefined) return token.words.join(" ");
  return [args[token.name]].flat().join(" ");
}

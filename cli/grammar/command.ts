// A command is data: what is typed, where, what each word means, and what it does there.

import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../mgmt/config/problems.ts";
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
  /** What arguments that are left out mean. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Who may type it. */
  readonly level: Level;
  /** Values that exist now, by the argument's name: what `?` and Tab offer. */
  readonly suggest?: Readonly<Record<string, ((facts: Facts) => readonly (string | number)[]) | undefined>>;
  /** The mode that it opens: the lines that follow act on what `run` returned. */
  readonly enters?: string;
  /** What can follow a bar may follow it. */
  readonly takesPipes?: true;
  /** It is always refused: nobody is told to type it. */
  readonly isRefused?: true;
  /** What it closes: its mode, or all of them. */
  readonly leaves?: "mode" | "all";
}

/** A line of the configuration. */
export interface Line extends Command {
  /** Acts on the subject of its mode and returns what it made or changed, so that a later complaint can name the line. */
  run(subject: never, args: never): unknown;
  /** Why it cannot be obeyed, where nothing that it would leave behind shows it. The path ends in the argument that is wrong. */
  refuse?(subject: never, args: never): Problem | undefined;
  /** What the line sets, in its mode: two lines with one slot say the same thing differently. */
  slot(args: never): string;
  /** `no` with more than the slot: the line that it takes back must say these too. */
  said?(args: never): readonly string[];
}

/** A line as it is printed, with those of the mode that it enters. */
export interface Rendered {
  readonly text: string;
  /** The text with its secrets masked, if it has any. */
  readonly masked?: string;
  readonly slot: string;
  readonly children: readonly Rendered[];
}

/** A line that can also be printed, and taken back. Arguments that its syntax lacks are ignored. */
export interface PrintableLine<Args, Slot> extends Line {
  print(args: Args, children?: readonly Rendered[]): Rendered;
  /** `no ...`, for a line that says something when it is taken back. */
  printNo(args: Slot): Rendered;
  /** Itself, `no` and `default`: what tables hold. */
  readonly forms: readonly Line[];
}

/** Arguments of which those with a default are always there. */
type Filled<Args, Defaults> = Args & { [Name in keyof Args & keyof Defaults]: Exclude<Args[Name], undefined> };

interface Definition<
  Subjects,
  Mode extends keyof Subjects,
  Syntax extends string,
  Entered extends keyof Subjects,
  Slot extends string,
  Defaults,
> {
  mode: Mode;
  syntax: Syntax;
  help: Readonly<Record<HelpWords<Syntax>, string>>;
  /** Who may type it, where that is not whoever may configure. */
  level?: Level;
  suggest?: { readonly [Name in keyof Arguments<Syntax>]?: (facts: Facts) => readonly (string | number)[] };
  enters?: Entered;
  /** What arguments that are left out mean. */
  defaults?: Defaults;
  run(
    subject: Subjects[Mode],
    args: Filled<Arguments<Syntax>, Defaults>,
  ): [Entered] extends [never] ? unknown : Subjects[Entered];
  /** Why it cannot be obeyed, where nothing that it would leave behind shows it. The path ends in the argument that is wrong. */
  refuse?(subject: Subjects[Mode], args: Arguments<Syntax>): Problem | undefined;
  /** What of the line says what it sets: `no` and `default` are typed with that much of it, or with all of it. */
  slot: Slot & ([HelpWords<Slot>] extends [HelpWords<Syntax>] ? unknown : never);
  /** Left out: it cannot be taken back. */
  no?(subject: Subjects[Mode], args: Filled<Arguments<Slot>, Defaults>): void;
  /** Where that is something else than `no`. */
  default?(subject: Subjects[Mode], args: Filled<Arguments<Slot>, Defaults>): void;
}

/**
 * The function that defines lines for a set of modes.
 * `Subjects`: each mode's name and what the lines typed in it act on.
 */
export function linesFor<Subjects extends Record<string, object>>() {
  return function line<
    const Mode extends keyof Subjects & string,
    const Syntax extends string,
    const Slot extends string,
    const Entered extends keyof Subjects & string = never,
    const Defaults extends Partial<Arguments<Syntax>> = Record<never, never>,
  >(
    definition: Definition<Subjects, Mode, Syntax, Entered, Slot, Defaults>,
  ): PrintableLine<Arguments<Syntax>, Arguments<Slot>> {
    const routes = routesOf(definition.syntax);
    const slotRoutes = routesOf(definition.slot);
    const { level = CONFIGURE_LEVEL, defaults = {} } = definition;
    const slot = (args: Arguments<Slot>) => printed(slotRoutes, withoutDefaults(args, defaults)).text;
    const line = { ...definition, level, routes, slot, defaults };
    const backs = definition.no
      ? backsOf({ ...definition, level, slotText: definition.slot, slotRoutes, slot, no: definition.no, defaults })
      : [];
    return {
      ...line,
      print: (args, children = []) => ({
        ...printed(routes, args),
        slot: slot(args as unknown as Arguments<Slot>),
        children,
      }),
      printNo: (args) => ({ text: `no ${slot(args)}`, slot: slot(args), children: [] }),
      forms: [line, ...backs],
    };
  };
}

export const backHelp = { no: "Take a line back", default: "Set it back to its default" };

interface Taken<Args> {
  readonly mode: string;
  readonly level: Level;
  readonly syntax: string;
  readonly slotText: string;
  readonly slotRoutes: readonly Route[];
  readonly help: Readonly<Record<string, string>>;
  readonly suggest?: object;
  readonly defaults: Readonly<Record<string, unknown>>;
  slot(args: Args): string;
  no(subject: never, args: never): void;
  default?(subject: never, args: never): void;
}

/** `no` with the slot or the whole line, and `default` with the slot. */
function backsOf<Args>({
  mode,
  level,
  slotText,
  slotRoutes,
  syntax,
  help,
  suggest = {},
  defaults,
  slot,
  no,
  default: reset = no,
}: Taken<Args>): Line[] {
  const back = (word: keyof typeof backHelp, rests: readonly string[], run: typeof no): Line => ({
    mode,
    syntax: `${word} ${slotText}`,
    help: { ...help, [word]: backHelp[word] },
    suggest: { ...suggest },
    level,
    // Only of what the slot names: what else is left out is not said of the line that is taken back.
    defaults: Object.fromEntries(Object.entries(defaults).filter(([name]) => known.has(name))),
    routes: different(rests.flatMap((rest) => routesOf(`${word} ${rest}`))),
    run,
    slot,
    said: (args) => Object.keys(args).filter((name) => !known.has(name)),
  });
  const known = new Set(slotRoutes.flat().map(({ name }) => name));
  return [back("no", [slotText, syntax], no), back("default", [slotText], reset)];
}

function different(routes: readonly Route[]): Route[] {
  return [...new Map(routes.map((route) => [JSON.stringify(route), route])).values()];
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
    slot: () => word,
  };
}

/** A slot is named without what goes without saying, so that it is named in one way. */
function withoutDefaults(args: object, defaults: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(args).filter(([name, value]) => !isDeepStrictEqual(value, defaults[name])));
}

/** Prints the fullest route whose arguments are all given. */
function printed(routes: readonly Route[], args: Readonly<Record<string, unknown>>): Pick<Rendered, "text" | "masked"> {
  const given = (token: Token) => token.name === undefined || args[token.name] !== undefined;
  const route = routes.find((tokens) => tokens.every(given));
  if (!route) throw new Error("An argument of the command is missing.");
  const text = route.map((token) => printedToken(token, args)).join(" ");
  if (!route.some((token) => maskOf(token))) return { text };
  return { text, masked: route.map((token) => maskOf(token) ?? printedToken(token, args)).join(" ") };
}

function maskOf(token: Token): string | undefined {
  return "type" in token ? token.type.mask : undefined;
}

function printedToken(token: Token, args: Readonly<Record<string, unknown>>): string {
  if ("type" in token) return token.type.print(args[token.name]);
  if (token.name === undefined) return token.words.join(" ");
  return [args[token.name]].flat().join(" ");
}

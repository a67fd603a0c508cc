// Defines the commands of the prompt. Each is data: what is typed, who may type it, what it asks of the appliance, and how the
// answer is drawn. Nothing here knows of sockets or terminals.

import type { Appliance, ApplianceOperation } from "../../mgmt/appliance.ts";
import type { EnableSecret } from "../../mgmt/config/sections/users.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import type { Level } from "../../mgmt/level.ts";
import type { Actor } from "../../mgmt/operations/operation.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { Command } from "../grammar/command.ts";
import { type Arguments, type HelpWords, routesOf } from "../grammar/syntax.ts";

/** The session that a command is typed in, as far as commands know it. */
export interface Session {
  level: Level;
  /** The enable secret that he knew; it leads to its level as long as it is in force. */
  enabledBy: EnableSecret | undefined;
  /** The level that the person has now by who he is, without a password. */
  readonly ownLevel: Level;
  /** Lines before `--More--`; 0: never. */
  pageLength: number;
  /** Columns; 0: no limit. */
  width: number;
  /** Lines typed, the latest last. */
  readonly history: readonly string[];
  /** Undefined: the person went away. `hidden`: what is typed is not shown. */
  ask(prompt: string, options?: { readonly hidden?: boolean }): Promise<string | undefined>;
  /** The configuration session that lines go to; null: they are in force at once, or none is typed. */
  readonly configurationSession: string | null;
  /** Enters configuration mode; with a name, in a configuration session of that name. */
  configure(session: string | null): void;
  leaveConfiguration(): void;
  /** Ends after this command. */
  close(): void;
}

export interface Context {
  readonly appliance: Appliance;
  readonly actor: Actor;
  readonly session: Session;
  /** Aborted by Ctrl-C, and when the person goes. */
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  now(): number;
}

/** A piece of an answer: data, and its text for a person. */
export interface Answer {
  readonly data: unknown;
  lines(): Iterable<string>;
  /** Told as it happened: it begins a page of its own. */
  readonly live?: boolean;
}

/** A command of the prompt with its types erased, as tables hold it. */
export interface ExecCommand extends Command {
  readonly kind: "show" | "act" | "session";
  /** Rejects with a Sentence. */
  execute(context: Context, args: never): AsyncIterable<Answer>;
}

interface Typed<Syntax extends string> {
  /** Of the configuration, where it is typed beside its lines; left out: it is typed at the prompt. */
  readonly mode?: string;
  readonly syntax: Syntax;
  readonly help: Readonly<Record<HelpWords<Syntax>, string>>;
  /** Values that exist now, by the argument's name: what `?` and Tab offer. */
  readonly suggest?: { readonly [Name in keyof Arguments<Syntax>]?: (facts: Facts) => readonly (string | number)[] };
}

/** A question. `query` returns data, or data as it comes (`monitor events`), each drawn by `view`: `| json` prints it raw. */
export function show<const Syntax extends string, Data>(
  definition: Typed<Syntax> & {
    readonly level: Level;
    query(context: Context, args: Arguments<Syntax>): Data | Promise<Data> | AsyncIterable<Data>;
    view(data: Data, args: Arguments<Syntax>, context: Context): Iterable<string>;
  },
): ExecCommand {
  return showAnswers({
    ...definition,
    async *answers(context, args) {
      const found = await definition.query(context, args);
      const live = isStream(found);
      for await (const data of live ? found : [found]) {
        yield { data, lines: () => definition.view(data, args, context), live };
      }
    },
  });
}

/** A question whose answer has pieces of several kinds. */
export function showAnswers<const Syntax extends string>(
  definition: Typed<Syntax> & {
    readonly level: Level;
    answers(context: Context, args: Arguments<Syntax>): AsyncIterable<Answer>;
  },
): ExecCommand {
  return { ...erased(definition), kind: "show", takesPipes: true, execute: definition.answers };
}

/** An operation. */
export function act<const Syntax extends string, Input, Result>(
  definition: Typed<Syntax> & {
    readonly operation: ApplianceOperation<Input, Result>;
    /** Said before the person is asked. */
    foreword?(context: Context, args: Arguments<Syntax>): Promise<Iterable<string>>;
    input(args: Arguments<Syntax>, context: Context): Input | Promise<Input>;
    /** What the session makes of it. */
    after?(result: Result, session: Session, input: Input): void;
    /** A sentence, if the result is that nothing was done. */
    refusal?(result: Result): string | undefined;
    /** Nothing is said when it is left out. */
    view?(result: Result, context: Context): Iterable<string>;
  },
): ExecCommand {
  return {
    ...erased({ ...definition, level: definition.operation.level }),
    kind: "act",
    async *execute(context, args) {
      const said = await definition.foreword?.(context, args);
      if (said) yield { data: null, lines: () => said };
      const input = await definition.input(args, context);
      // He may have lost his level while he was asked.
      const actor = { ...context.actor, level: context.session.level };
      const data = await context.appliance.perform(definition.operation, input, actor);
      definition.after?.(data, context.session, input);
      yield { data, lines: () => definition.view?.(data, context) ?? [] };
      const refusal = definition.refusal?.(data);
      if (refusal !== undefined) throw new Sentence(refusal);
    },
  };
}

/** What concerns only the session itself. Returns lines to print. */
export function own<const Syntax extends string>(
  definition: Typed<Syntax> & {
    readonly level: Level;
    run(context: Context, args: Arguments<Syntax>): Iterable<string> | Promise<Iterable<string>> | undefined;
  },
): ExecCommand {
  return {
    ...erased(definition),
    kind: "session",
    async *execute(context, args) {
      const lines = (await definition.run(context, args)) ?? [];
      yield { data: null, lines: () => lines };
    },
  };
}

/** The mode of these commands. */
export const EXEC = "exec";

function erased<Syntax extends string>({
  mode = EXEC,
  syntax,
  help,
  suggest = {},
  level,
}: Typed<Syntax> & { level: Level }) {
  return { mode, level, syntax, help, suggest, routes: routesOf(syntax) };
}

function isStream<T>(value: T | AsyncIterable<T>): value is AsyncIterable<T> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

// Operations that change the configuration.

import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";
import { type CsvImported, type CsvKind, csvKinds } from "../config/csv-file.ts";
import { maskedLine } from "../config/mask.ts";
import type { CommitOptions, Committed, ConfigurationService, Saved } from "../config/service.ts";
import { word } from "../config/values.ts";
import { linesWrong } from "../config/wrong.ts";
import type { Actor, Done } from "./operation.ts";

const line = z.string().max(100_000);
const sessionName = z.string().min(1).max(64);
const minutes = z.number().min(1).max(1440);
const commitOptions = { confirmedMinutes: minutes.optional(), comment: z.string().max(200).optional() };

/** Lines, the last of which is new and those before which enter its modes: in force at once, or in a session. */
export const enterLine = commit({
  name: "configuration.line",
  input: z.object({ lines: z.array(line).min(1).readonly(), session: sessionName.nullable() }),
  describe: ({ lines, session }) => `${session === null ? "" : `in session ${session}: `}${maskedLine(lines)}`,
  run: (configuration, { lines, session }, actor) => configuration.enter(lines, session, actor),
});

export interface CsvInput {
  readonly kind: CsvKind;
  readonly file: string;
}

/** Anonymous groups or templates from a file: one commit, or lines of a session. */
export const importCsv: ApplianceOperation<CsvInput & { readonly session: string | null }, CsvImported> = {
  name: "configuration.import",
  kind: "commit",
  level: 10,
  input: z.strictObject({ kind: z.enum(csvKinds), file: word, session: sessionName.nullable() }),
  describe: ({ kind, file, session }) => `${session === null ? "" : `in session ${session}: `}${kind} ${file}`,
  async run({ csvFiles }, { kind, file, session }, actor) {
    const result = await csvFiles.import(kind, file, session, actor);
    const { committed, errors } = result;
    return committed ? { ...doneOf(committed), result } : { result, refused: linesWrong(errors.length) };
  },
};

/** How many. */
export const exportCsv: ApplianceOperation<CsvInput, number> = {
  name: "configuration.export",
  kind: "action",
  level: 10,
  input: z.strictObject({ kind: z.enum(csvKinds), file: word }),
  describe: ({ kind, file }) => `${kind} ${file}`,
  run: async ({ csvFiles }, { kind, file }) => ({ result: await csvFiles.export(kind, file) }),
};

export const commitSession = commit({
  name: "configuration.commit",
  input: z.object({ session: sessionName, ...commitOptions }),
  describe: ({ session, ...options }) => `session ${session}${optionsText(options)}`,
  run: (configuration, { session, ...options }, actor) => configuration.commit(session, options, actor),
});

export const rollback = commit({
  name: "configuration.rollback",
  input: z.object({ revision: z.number(), ...commitOptions }),
  describe: ({ revision, ...options }) => `to revision ${revision}${optionsText(options)}`,
  run: (configuration, { revision, ...options }, actor) => configuration.rollback(revision, options, actor),
});

export const loadStartup = commit({
  name: "configuration.load",
  input: z.object({}),
  describe: () => "startup-config",
  run: (configuration, _, actor) => configuration.loadStartup(actor),
});

export const revertNow = commit({
  name: "configuration.revert",
  input: z.object({}),
  describe: () => "now",
  run: (configuration, _, actor) => configuration.revertNow(actor),
});

export const revertTimer: ApplianceOperation<{ minutes: number }, void> = {
  name: "configuration.revert-timer",
  kind: "commit",
  level: 10,
  input: z.object({ minutes }),
  describe: ({ minutes }) => `${minutes} minutes`,
  run: async ({ configuration }, { minutes }, actor) => ({ result: await configuration.revertTimer(minutes, actor) }),
};

export const confirmCommit: ApplianceOperation<object, void> = {
  name: "configuration.confirm",
  kind: "commit",
  level: 10,
  input: z.object({}),
  describe: () => "",
  run: async ({ configuration }, _, actor) => ({
    result: await configuration.confirm(actor),
    revision: configuration.facts().revision,
  }),
};

export const saveConfiguration: ApplianceOperation<object, Saved> = {
  name: "configuration.save",
  kind: "action",
  level: 10,
  input: z.object({}),
  describe: () => "startup-config",
  run: async ({ configuration }) => {
    const result = await configuration.save();
    return { result, revision: result.revision };
  },
};

/** Nothing is in force before it is committed; the audit has who began what all the same. */
export const beginSession = sessionOperation("configuration.session", (configuration, session, actor) =>
  configuration.begin(session, actor),
);

export const abortSession = sessionOperation("configuration.abort", (configuration, session) =>
  configuration.abort(session),
);

function sessionOperation(
  name: string,
  run: (configuration: ConfigurationService, session: string, actor: Actor) => Promise<void>,
): ApplianceOperation<{ session: string }, void> {
  return {
    name,
    kind: "action",
    level: 10,
    input: z.object({ session: sessionName }),
    describe: ({ session }) => `session ${session}`,
    run: async ({ configuration }, { session }, actor) => ({ result: await run(configuration, session, actor) }),
  };
}

function optionsText({ confirmedMinutes, comment }: CommitOptions): string {
  const confirmed = confirmedMinutes === undefined ? "" : ` confirmed ${confirmedMinutes}`;
  return comment ? `${confirmed} comment ${comment}` : confirmed;
}

interface Commit<Input> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  describe(input: Input): string;
  run(configuration: ConfigurationService, input: Input, actor: Actor): Promise<Committed>;
}

function commit<Input>({ run, ...rest }: Commit<Input>): ApplianceOperation<Input, Committed> {
  return {
    ...rest,
    kind: "commit",
    level: 10,
    run: async ({ configuration }, input, actor) => doneOf(await run(configuration, input, actor)),
  };
}

function doneOf(result: Committed): Done<Committed> {
  if (result.outcome === "wrong")
    return { result, refused: result.errors[0]?.message ?? linesWrong(result.wrongLines) };
  if (result.outcome === "clash") return { result, refused: "Another changed the same lines meanwhile." };
  if (result.outcome === "typed" || result.outcome === "unchanged") return { result };
  return { result, revision: result.revision };
}

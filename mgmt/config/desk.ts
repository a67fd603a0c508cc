// Where configurations are worked on, in the store's thread: the one in force, the one that is about to be, and those that people
// type in sessions. A change is proposed; it is in force when it is accepted, and forgotten when it is dropped.

import type { Rendered } from "../../cli/grammar/command.ts";
import type { LineError } from "../../cli/grammar/line-error.ts";
import { preparePolicy } from "../policy/prepare.ts";
import { Sentence } from "../sentence.ts";
import type { IdTable } from "../store/id-table.ts";
import type { RevisionTable } from "../store/revision-table.ts";
import { type Candidate, type Configuration, emptyConfiguration } from "./configuration.ts";
import { type DiffLine, diff } from "./diff.ts";
import { changedPaths, merge } from "./merge.ts";
import { amend, parseConfiguration } from "./parse.ts";
import { placeOf } from "./place.ts";
import type { Problem } from "./problems.ts";
import type { Acceptance, Change, Proposal, Resumed, TextSource } from "./proposal.ts";
import { linesOf, textOf } from "./render.ts";
import type { Incomplete } from "./section.ts";
import type { Clash, SessionSummary } from "./service.ts";
import { sections } from "./table.ts";
import { checkConfiguration } from "./validate.ts";
import { linesWrong } from "./wrong.ts";

/** As many as a person can use. */
const ERRORS_SHOWN = 50;

const SESSIONS_MAX = 16;

/** A configuration and what it looks like. */
interface Held {
  readonly configuration: Configuration;
  readonly blocks: Rendered[][];
  readonly lines: readonly Rendered[];
  readonly text: string;
}

interface Session extends SessionSummary {
  candidate: Candidate;
  /** What it began from, or was last told of. */
  base: number;
  baseLines: readonly Rendered[];
}

/** Who changed a line last. */
interface Writer {
  readonly user: string;
  readonly revision: number;
}

export interface DeskParts {
  readonly revisions: RevisionTable;
  readonly ids: IdTable;
}

export class ConfigurationDesk {
  readonly #parts: DeskParts;
  readonly #sessions = new Map<string, Session>();
  readonly #writers = new Map<string, Writer>();
  #running: Held = held(emptyConfiguration());
  #revision = 0;
  #proposed: { readonly held: Held; readonly revision: number; readonly session: string | undefined } | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Nothing is in force until it is accepted. Throws a Sentence when the change speaks of what does not exist. */
  propose(change: Change): Proposal {
    const made = this.#make(change);
    if ("errors" in made) {
      return { outcome: "wrong", errors: made.errors.slice(0, ERRORS_SHOWN), wrongLines: made.errors.length };
    }
    if ("clashes" in made) return { outcome: "clash", clashes: made.clashes };
    const next = held(made.configuration);
    if (this.#revision > 0 && next.text === this.#running.text) {
      if (change.kind === "session") this.#sessions.delete(change.name);
      return { outcome: "unchanged", revision: this.#revision };
    }
    const revision = this.#parts.revisions.last() + 1;
    this.#proposed = { held: next, revision, session: change.kind === "session" ? change.name : undefined };
    return { outcome: "good", prepared: preparePolicy(next.configuration, this.#parts.ids, revision) };
  }

  /** The proposal is in force. Throws a Sentence when the store does not take it: it is not, then. */
  accept(acceptance: Acceptance): void {
    const proposed = this.#proposed;
    if (!proposed) throw new Error("Nothing was proposed.");
    const { revision, held, session } = proposed;
    this.#parts.revisions.save({ ...acceptance, number: revision, text: held.text });
    this.#proposed = undefined;
    if (session !== undefined) this.#sessions.delete(session);
    this.#remember(held, { user: acceptance.user, revision });
    this.#running = held;
    this.#revision = revision;
  }

  drop(): void {
    this.#proposed = undefined;
  }

  /**
   * Takes up what was in force before the daemon was restarted; null: before the machine was restarted, too. Undefined: there is
   * none, or it cannot be understood any more.
   */
  resume(bootId: string | null): Resumed | undefined {
    const { revisions, ids } = this.#parts;
    const running = revisions.running();
    if (!running || (bootId !== null && running.bootId !== bootId)) return undefined;
    const parsed = parseConfiguration(running.text);
    if ("errors" in parsed) return undefined;
    this.#running = held(parsed.configuration);
    this.#revision = running.revision;
    const prepared = preparePolicy(parsed.configuration, ids, running.revision);
    return { revision: running.revision, at: running.at, proposal: { outcome: "good", prepared } };
  }

  /** Joins the session of that name, or begins it. Throws a Sentence. */
  begin(name: string, user: string, startedAt: number): void {
    if (this.#sessions.has(name)) return;
    if (this.#sessions.size >= SESSIONS_MAX) {
      throw new Sentence(`There are ${SESSIONS_MAX} configuration sessions: commit or abort one first.`);
    }
    const candidate = structuredClone(this.#running.configuration) as Candidate;
    const { lines: baseLines } = this.#running;
    this.#sessions.set(name, { name, user, startedAt, base: this.#revision, baseLines, candidate });
  }

  /** Adds lines to a session: all, or none. */
  type(name: string, lines: readonly string[]): readonly LineError[] {
    const session = this.#session(name);
    const candidate = structuredClone(session.candidate);
    const errors = amend(candidate, lines);
    if (errors.length === 0) session.candidate = candidate;
    return errors;
  }

  abort(name: string): void {
    this.#sessions.delete(name);
    if (this.#sessions.size === 0) this.#writers.clear();
  }

  sessions(): SessionSummary[] {
    return [...this.#sessions.values()].map(({ name, user, base, startedAt }) => ({ name, user, base, startedAt }));
  }

  text(source: TextSource, secrets: boolean): string {
    return textOf(this.#held(source).blocks, { secrets });
  }

  diff(from: TextSource, to: TextSource): DiffLine[] {
    return diff(this.#held(from).lines, this.#held(to).lines);
  }

  incomplete(source: TextSource): Incomplete[] {
    return sections.flatMap((section) => [...(section.incomplete?.(this.#held(source).configuration) ?? [])]);
  }

  #make(change: Change): Made {
    switch (change.kind) {
      case "lines":
        return this.#amended(change.lines);
      case "text":
        return parseConfiguration(change.text);
      case "revision":
        return parseConfiguration(this.#revisionText(change.number));
      case "session":
        return this.#merged(this.#session(change.name));
    }
  }

  #amended(lines: readonly string[]): Made {
    const configuration = structuredClone(this.#running.configuration) as Candidate;
    const errors = amend(configuration, lines);
    if (errors.length > 0) return { errors };
    const problems = checkConfiguration(configuration);
    if (problems.length === 0) return { configuration };
    const [line, text] = [lines.length, lines.at(-1) ?? ""];
    const column = text.search(/\S|$/);
    const errorOf = ({ code, message, path }: Problem) => {
      const hint = `Needed by ${placeOf(path, configuration)}.`;
      return { code, message, hint, line, text, column };
    };
    return { errors: problems.map(errorOf) };
  }

  /** What the session says, put onto what others left since it began. */
  #merged(session: Session): Made {
    const mine = held(session.candidate);
    if (session.base === this.#revision) return parseConfiguration(mine.text);
    const { lines, clashes } = merge(session.baseLines, mine.lines, this.#running.lines);
    const merged = parseConfiguration(textOf([lines], { secrets: true }));
    if (clashes.length === 0 || "errors" in merged) return merged;
    const told = clashes.map(({ path, ...clash }): Clash => ({ ...clash, ...this.#writerOf(path) }));
    // Told once: who commits again means his own.
    session.base = this.#revision;
    session.baseLines = this.#running.lines;
    session.candidate = merged.configuration as Candidate;
    return { clashes: told };
  }

  #remember(next: Held, writer: Writer): void {
    if (this.#sessions.size === 0) this.#writers.clear();
    else for (const path of changedPaths(this.#running.lines, next.lines)) this.#writers.set(keyOf(path), writer);
  }

  /** Of the line, or of the innermost line around it that was changed. */
  #writerOf(path: readonly string[]): Writer {
    const paths = path.map((_, index) => path.slice(0, path.length - index));
    const writers = paths.map((each) => this.#writers.get(keyOf(each)));
    return writers.find((writer) => writer !== undefined) ?? { user: "another", revision: this.#revision };
  }

  #held(source: TextSource): Held {
    switch (source.kind) {
      case "running":
        return this.#running;
      case "session":
        return held(this.#session(source.name).candidate);
      case "revision":
        return this.#read(this.#revisionText(source.number), `Revision ${source.number}`);
      case "text":
        return this.#read(source.text, source.name);
    }
  }

  #read(text: string, name: string): Held {
    const parsed = parseConfiguration(text);
    if ("errors" in parsed) throw new Sentence(`${name} cannot be understood: ${linesWrong(parsed.errors.length)}`);
    return held(parsed.configuration);
  }

  #session(name: string): Session {
    const session = this.#sessions.get(name);
    if (!session)
      throw new Sentence(`There is no configuration session ${name}: begin it with "configure session ${name}".`);
    return session;
  }

  #revisionText(number: number): string {
    const text = this.#parts.revisions.text(number);
    if (text === undefined) throw new Sentence(`There is no revision ${number}: see "show configuration revisions".`);
    return text;
  }
}

type Made =
  | { readonly configuration: Configuration }
  | { readonly errors: readonly LineError[] }
  | { readonly clashes: readonly Clash[] };

function held(configuration: Configuration): Held {
  const blocks = linesOf(configuration);
  return { configuration, blocks, lines: blocks.flat(), text: textOf(blocks, { secrets: true }) };
}

function keyOf(path: readonly string[]): string {
  return path.join("\n");
}

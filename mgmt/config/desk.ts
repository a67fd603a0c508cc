// Where configurations are worked on, in the store's thread: the one in force, the one that is about to be, and those that people
// type in sessions. A change is proposed; it is in force when it is accepted, and forgotten when it is dropped.

import { isDeepStrictEqual } from "node:util";
import type { Level } from "../level.ts";
import { OverrideJudge } from "../overrides/judge.ts";
import type { Override } from "../overrides/override.ts";
import { type Prepared, preparePolicy } from "../policy/prepare.ts";
import { Sentence } from "../sentence.ts";
import type { IdTable } from "../store/id-table.ts";
import type { OverrideTable } from "../store/override-table.ts";
import type { RevisionTable } from "../store/revision-table.ts";
import type { Moment } from "../time.ts";
import { type Configuration, candidateOf, emptyConfiguration } from "./configuration.ts";
import { type DiffLine, diff } from "./diff.ts";
import { accessZonesOf } from "./facts.ts";
import { type Held, held } from "./held.ts";
import { amend, type Parsed, parseConfiguration } from "./parse.ts";
import { placeOf } from "./place.ts";
import type { Problem } from "./problems.ts";
import type { Acceptance, Change, Proposal, Resumed, TextSource } from "./proposal.ts";
import { type RenderOptions, renderConfiguration, textOf } from "./render.ts";
import type { Incomplete } from "./section.ts";
import { SET_USERS_LEVEL } from "./sections/users.ts";
import { sections } from "./table.ts";
import { type Merged, TypedSessions } from "./typed-sessions.ts";
import { checkConfiguration } from "./validate.ts";
import { wrongLinesText } from "./wrong.ts";

/** As many as a person can use. */
const ERRORS_SHOWN = 50;

export interface DeskParts {
  readonly revisions: RevisionTable;
  readonly ids: IdTable;
  /** Whatever the configuration, they are in force beside it. */
  readonly overrides: Pick<OverrideTable, "inForce">;
}

export class ConfigurationDesk {
  readonly #parts: DeskParts;
  readonly sessions = new TypedSessions();
  #running: Held = held(emptyConfiguration());
  #revision = 0;
  #proposed: { readonly held: Held; readonly revision: number; readonly session: string | undefined } | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Nothing is in force until it is accepted. Throws a Sentence when the change speaks of what does not exist. */
  propose(change: Change, level: Level, moment: Moment): Proposal {
    const made = this.#make(change);
    if ("errors" in made) {
      return { outcome: "wrong", errors: made.errors.slice(0, ERRORS_SHOWN), wrongLines: made.errors.length };
    }
    if ("clashes" in made) return { outcome: "clash", clashes: made.clashes };
    const next = held(made.configuration);
    if (this.#revision > 0 && next.text === this.#running.text) {
      if (change.kind === "session") this.sessions.end(change.name);
      return { outcome: "unchanged", revision: this.#revision };
    }
    if (level < SET_USERS_LEVEL && !isDeepStrictEqual(accessOf(next), accessOf(this.#running))) {
      throw new Sentence(`It changes who may come in or what he may do: level ${SET_USERS_LEVEL} is needed.`);
    }
    const revision = this.#parts.revisions.last() + 1;
    this.#proposed = { held: next, revision, session: change.kind === "session" ? change.name : undefined };
    return { outcome: "good", prepared: this.#prepared(next.configuration, revision, moment) };
  }

  /** The proposal is in force. Throws a Sentence when the store does not take it: it is not, then. */
  accept(acceptance: Acceptance): void {
    const proposed = this.#proposed;
    if (!proposed) throw new Error("Nothing was proposed.");
    const { revision, held, session } = proposed;
    this.#parts.revisions.save({ ...acceptance, number: revision, text: held.text });
    this.#proposed = undefined;
    this.sessions.committed(this.#running, held, { user: acceptance.user, revision });
    if (session !== undefined) this.sessions.end(session);
    this.#running = held;
    this.#revision = revision;
  }

  drop(): void {
    this.#proposed = undefined;
  }

  /**
   * Takes up what was in force before the daemon was restarted; `bootId` null: before the machine was restarted, too. Undefined:
   * there is none.
   */
  resume(bootId: string | null, moment: Moment): Resumed | undefined {
    const running = this.#parts.revisions.running();
    if (!running || (bootId !== null && running.bootId !== bootId)) return undefined;
    const { revision, at, text } = running;
    const parsed = parseConfiguration(text);
    if ("errors" in parsed) return { revision, at, proposal: undefined };
    this.#running = held(parsed.configuration);
    this.#revision = revision;
    const prepared = this.#prepared(parsed.configuration, revision, moment);
    return { revision, at, proposal: { outcome: "good", prepared } };
  }

  /** What is in force, with these overrides. Throws a Sentence when nothing is. */
  withOverrides(overrides: readonly Override[], moment: Moment): Prepared {
    if (this.#revision === 0)
      throw new Sentence("No configuration is in force that could be overridden: load one first.");
    return preparePolicy(this.#running.configuration, this.#parts.ids, this.#revision, { overrides, moment });
  }

  /** Of what is in force. */
  judge(): OverrideJudge {
    return new OverrideJudge(this.#running.configuration);
  }

  begin(name: string, user: string, startedAt: number): void {
    this.sessions.begin(name, user, startedAt, this.#running, this.#revision);
  }

  text(source: TextSource, options: RenderOptions): string {
    const { configuration, blocks } = this.#held(source);
    return options.all ? renderConfiguration(configuration, options) : textOf(blocks, options);
  }

  diff(from: TextSource, to: TextSource): DiffLine[] {
    return diff(this.#held(from).lines, this.#held(to).lines);
  }

  incomplete(source: TextSource): Incomplete[] {
    return sections.flatMap((section) => [...(section.incomplete?.(this.#held(source).configuration) ?? [])]);
  }

  #prepared(configuration: Configuration, revision: number, moment: Moment): Prepared {
    const { ids, overrides } = this.#parts;
    return preparePolicy(configuration, ids, revision, { overrides: overrides.inForce(), moment });
  }

  #make(change: Change): Merged {
    switch (change.kind) {
      case "lines":
        return this.#amended(change.lines);
      case "text":
        return parseConfiguration(change.text);
      case "revision":
        return parseConfiguration(this.#revisionText(change.number));
      case "session":
        return this.sessions.merged(change.name, this.#running, this.#revision);
    }
  }

  #amended(lines: readonly string[]): Parsed {
    const configuration = candidateOf(this.#running.configuration);
    const errors = amend(configuration, lines);
    if (errors.length > 0) return { errors };
    const problems = checkConfiguration(configuration, this.#running.configuration);
    if (problems.length === 0) return { configuration };
    const [line, text] = [lines.length, lines.at(-1) ?? ""];
    const column = text.search(/\S|$/);
    const takesBack = /^\s*(no|default)\b/i.test(text);
    const errorOf = ({ code, message, path }: Problem) => {
      const needed = `It is needed by ${placeOf(path, configuration)}: change that first.`;
      return { code, message: takesBack ? needed : message, line, text, column };
    };
    return { errors: problems.map(errorOf) };
  }

  #held(source: TextSource): Held {
    switch (source.kind) {
      case "running":
        return this.#running;
      case "session":
        return this.sessions.preview(source.name, this.#running, this.#revision);
      case "revision":
        return this.#read(this.#revisionText(source.number), `Revision ${source.number}`);
      case "text":
        return this.#read(source.text, source.name);
    }
  }

  #read(text: string, name: string): Held {
    const parsed = parseConfiguration(text);
    if ("errors" in parsed) throw new Sentence(`${name} cannot be understood: ${wrongLinesText(parsed.errors)}`);
    return held(parsed.configuration);
  }

  #revisionText(number: number): string {
    const text = this.#parts.revisions.text(number);
    if (text === undefined) throw new Sentence(`There is no revision ${number}: see "show configuration revisions".`);
    return text;
  }
}

/** Who may come in, from where and how, and what he may do. */
function accessOf({ configuration }: Held) {
  const { users, enableSecrets, login, aaa, ssh, vty } = configuration;
  return { users, enableSecrets, login, aaa, ssh, vty, zones: accessZonesOf(configuration) };
}

// Configurations that people type and have not committed. Each began from a revision; others may have committed since.

import type { Rendered } from "../../cli/grammar/command.ts";
import type { LineError } from "../../cli/grammar/line-error.ts";
import { Sentence } from "../sentence.ts";
import { type Candidate, candidateOf } from "./configuration.ts";
import { type Held, held } from "./held.ts";
import { changedPaths, merge } from "./merge.ts";
import { amend, type Parsed, parseConfiguration } from "./parse.ts";
import { textOf } from "./render.ts";
import type { Clash, SessionSummary } from "./service.ts";

const SESSIONS_MAX = 16;

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

export type Merged = Parsed | { readonly clashes: readonly Clash[] };

export class TypedSessions {
  readonly #sessions = new Map<string, Session>();
  /** By path, since the first of the sessions began. */
  readonly #writers = new Map<string, Writer>();

  /** Begins it, or goes on with his own of that name. Throws a Sentence. */
  begin(name: string, user: string, startedAt: number, { configuration, lines }: Held, base: number): void {
    const known = this.#sessions.get(name);
    if (known && known.user !== user) throw new Sentence(`Session ${name} is ${known.user}'s: choose another name.`);
    if (known) return;
    if (this.#sessions.size >= SESSIONS_MAX) {
      throw new Sentence(`There are ${SESSIONS_MAX} configuration sessions: commit or abort one first.`);
    }
    this.#sessions.set(name, { name, user, startedAt, base, baseLines: lines, candidate: candidateOf(configuration) });
  }

  /** Adds lines: all, or none. Throws a Sentence. */
  type(name: string, lines: readonly string[]): readonly LineError[] {
    return amend(this.#session(name).candidate, lines);
  }

  /** Forgets it: it was committed or given up. Throws a Sentence when there is none. */
  end(name: string): void {
    this.#session(name);
    this.#sessions.delete(name);
    if (this.#sessions.size === 0) this.#writers.clear();
  }

  list(): SessionSummary[] {
    return [...this.#sessions.values()].map(({ name, user, base, startedAt }) => ({ name, user, base, startedAt }));
  }

  /** What would be in force if it were committed now, as far as that can be said. Throws a Sentence. */
  preview(name: string, running: Held, revision: number): Held {
    const session = this.#session(name);
    if (session.base === revision) return held(session.candidate);
    const { merged } = this.#merge(session, running);
    return held("errors" in merged ? session.candidate : merged.configuration);
  }

  /** What the session says, put onto what others left since it began. Throws a Sentence. */
  merged(name: string, running: Held, revision: number): Merged {
    const session = this.#session(name);
    if (session.base === revision) return parseConfiguration(held(session.candidate).text, running.configuration);
    const { merged, clashes } = this.#merge(session, running);
    if ("errors" in merged) throw new Sentence(this.#misfit(session, merged.errors));
    if (clashes.length === 0) return merged;
    const told = clashes.map(({ path, ...clash }): Clash => ({ ...clash, ...this.#writerOf(path, revision) }));
    // Told once: who commits again means his own.
    session.base = revision;
    session.baseLines = running.lines;
    session.candidate = merged.configuration as Candidate;
    return { clashes: told };
  }

  #merge({ baseLines, candidate }: Session, running: Held) {
    const { lines, clashes } = merge(baseLines, held(candidate).lines, running.lines);
    return { merged: parseConfiguration(textOf([lines], { secrets: true }), running.configuration), clashes };
  }

  /** Its lines are of a text that nobody typed: told are what is wrong and whose changes it does not fit. */
  #misfit({ base }: Session, [first]: readonly LineError[]): string {
    const users = [...new Set([...this.#writers.values()].map(({ user }) => user))];
    const whose = users.length > 0 ? users.join(" and ") : "others";
    return `It does not fit what ${whose} committed since revision ${base}: ${first?.message ?? ""}`;
  }

  /** Another configuration is in force: remembers whose lines they are, as long as somebody may clash with them. */
  committed(before: Held, after: Held, writer: Writer): void {
    if (this.#sessions.size === 0) return;
    for (const path of changedPaths(before.lines, after.lines)) this.#writers.set(keyOf(path), writer);
  }

  #session(name: string): Session {
    const session = this.#sessions.get(name);
    if (session) return session;
    throw new Sentence(`There is no configuration session ${name}: begin it with "configure session ${name}".`);
  }

  /** Of the line, or of the innermost line around it that was changed. */
  #writerOf(path: readonly string[], revision: number): Writer {
    const around = path.map((_, index) => path.slice(0, path.length - index));
    const writers = around.map((each) => this.#writers.get(keyOf(each)));
    return writers.find((writer) => writer !== undefined) ?? { user: "another", revision };
  }
}

function keyOf(path: readonly string[]): string {
  return path.join("\n");
}

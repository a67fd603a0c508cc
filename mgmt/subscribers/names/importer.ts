// Imports and exports files of names: one at a time, some lines at a time, and others have their turn in between.

import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf, Sentence } from "../../sentence.ts";
import type { CsvError } from "../csv/fields.ts";
import type { ImportStep } from "./csv-import.ts";
import type { SubscriberKeeper } from "./keeper.ts";
import type { NameStore } from "./store.ts";

/** Errors that are told; the others are counted. */
const TOLD_ERRORS = 100;

export interface ImporterParts {
  readonly names: Pick<NameStore, "call">;
  readonly keeper: Pick<SubscriberKeeper, "change" | "alarms">;
  readonly now: () => number;
  /** Where files are. */
  readonly directory: string;
  /** The configuration's packages, by number. */
  packages(): readonly number[];
}

export interface ImportOptions {
  /** Nothing is imported: only looked at. */
  readonly dryRun: boolean;
  /** Lines that are wrong are left out; else one of them is enough for nothing to be imported. */
  readonly continueOnError: boolean;
}

export interface Imported extends ImportProgress {
  /** The first of them. */
  readonly errors: readonly CsvError[];
  /** All. */
  readonly wrongLines: number;
  readonly isImported: boolean;
  /** Sentences: what the fast path lacks now. */
  readonly alarms: readonly string[];
}

/** How far it is. */
export interface ImportProgress {
  readonly phase: "checking" | "importing";
  readonly lines: number;
  /** Subscribers that were found or, then, introduced. */
  readonly names: number;
  readonly bytes: number;
  readonly size: number;
}

export class NameImporter {
  readonly #parts: ImporterParts;
  #progress: ImportProgress | null = null;

  constructor(parts: ImporterParts) {
    this.#parts = parts;
  }

  /** Makes the directory of files, where the daemon's group may write. Rejects with a Sentence. */
  async start(): Promise<void> {
    const { directory } = this.#parts;
    try {
      await mkdir(directory, { recursive: true });
      await chmod(directory, 0o770);
    } catch (error) {
      throw new Sentence(`Cannot make the directory ${directory}: ${reasonOf(error)}.`);
    }
  }

  /** null: no import goes on. */
  get progress(): ImportProgress | null {
    return this.#progress;
  }

  /** Rejects with a Sentence. What fails half-way can be imported again: what is there already stays as it is. */
  async import(file: string, { dryRun, continueOnError }: ImportOptions): Promise<Imported> {
    const { names, packages } = this.#parts;
    await names.call("openImport", this.#pathOf(file), packages());
    try {
      if (continueOnError && !dryRun) return await this.#apply(true);
      const checked = await this.#steps("checking", () => names.call("checkImport"));
      if (dryRun || checked.wrongLines > 0) return { ...checked, isImported: false, alarms: [] };
      await names.call("beginImport");
      return await this.#apply(false);
    } finally {
      this.#progress = null;
      await names.call("closeImport");
    }
  }

  /** Writes those that a person introduced into a file. How many. Rejects with a Sentence. */
  export(file: string): Promise<number> {
    return this.#parts.names.call("exportTo", this.#pathOf(file));
  }

  #pathOf(file: string): string {
    return join(this.#parts.directory, file);
  }

  async #apply(isOnce: boolean): Promise<Imported> {
    const { names, keeper, now } = this.#parts;
    const step = () => keeper.change(() => names.call("stepImport", isOnce, now()));
    const done = await this.#steps("importing", step);
    return { ...done, isImported: true, alarms: keeper.alarms() };
  }

  async #steps(
    phase: ImportProgress["phase"],
    take: () => Promise<ImportStep>,
  ): Promise<Omit<Imported, "isImported" | "alarms">> {
    const errors: CsvError[] = [];
    let wrongLines = 0;
    for (;;) {
      const { isOver, errors: more, lines, names, bytes, size } = await take();
      errors.push(...more.slice(0, TOLD_ERRORS - errors.length));
      wrongLines += more.length;
      this.#progress = { phase, lines, names, bytes, size };
      if (isOver) return { ...this.#progress, errors, wrongLines };
    }
  }
}

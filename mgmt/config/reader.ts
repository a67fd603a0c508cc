// Questions about configurations: the one in force, those before it, the startup file's, and those being typed.

import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import type { DiffLine } from "./diff.ts";
import type { TextSource } from "./proposal.ts";
import type { RenderOptions } from "./render.ts";
import type { Incomplete } from "./section.ts";
import type { ConfigurationQuestions, Revision, Source } from "./service.ts";
import { readStartupFile } from "./startup-file.ts";

export interface ReaderParts {
  /** The startup file. */
  readonly file: string;
  readonly store: Pick<Store, "call">;
}

export class ConfigurationReader implements ConfigurationQuestions {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  async text(source: Source, options: RenderOptions): Promise<string> {
    return this.#parts.store.call("configurationText", await this.#readable(source), options);
  }

  async diff(from: Source, to: Source): Promise<readonly DiffLine[]> {
    return this.#parts.store.call("configurationDiff", await this.#readable(from), await this.#readable(to));
  }

  async incomplete(source: Source): Promise<readonly Incomplete[]> {
    return this.#parts.store.call("configurationIncomplete", await this.#readable(source));
  }

  revisions(count: number): Promise<readonly Revision[]> {
    return this.#parts.store.call("revisions", count);
  }

  async #readable(source: Source): Promise<TextSource> {
    if (source.kind !== "startup") return source;
    const { file } = this.#parts;
    const text = await readStartupFile(file).catch((error: unknown) => {
      throw error instanceof Sentence ? new Sentence(`${file}: ${error.message}`) : error;
    });
    return { kind: "text", name: file, text };
  }
}

// The servers of one protocol, as they are configured now, each with its record: a record lasts while its server is configured.
// They are asked one after the other, until one answers.

import { Sentence } from "../sentence.ts";
import type { Answer, Verdict } from "./login.ts";
import {
  NoAnswer,
  protocolNames,
  type RecordParts,
  type ServerFigures,
  type ServerPlace,
  ServerRecord,
} from "./server-record.ts";

export interface ServersParts<Settings> extends RecordParts, Pick<ServerPlace, "protocol" | "use"> {
  /** In the order in which they are asked. */
  configured(): readonly Settings[];
  portOf(server: Settings): number;
}

interface Server<Settings> {
  readonly settings: Settings;
  readonly record: ServerRecord;
}

/** Asks one server. Rejects with NoAnswer. The record has been told that it is asked, and is told by the caller what came of it. */
export type Question<Settings, Result> = (server: Settings, record: ServerRecord) => Promise<Result>;

export class Servers<Settings extends { readonly address: string }> {
  readonly #parts: ServersParts<Settings>;
  #records = new Map<string, ServerRecord>();

  constructor(parts: ServersParts<Settings>) {
    this.#parts = parts;
  }

  /**
   * Who somebody is, as the first that answers says. After `signal` nobody is asked, and nothing waited for. Does not reject for want of an answer.
   */
  async judge(question: Question<Settings, Answer>, signal: AbortSignal): Promise<Verdict> {
    try {
      return await this.#ask(this.#inTurn(), signal, async (settings, record) => {
        const answer = await question(settings, record);
        record.count(answer.outcome === "accepted" ? "accepts" : "refusals");
        return answer;
      });
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      return { outcome: "unanswered", reason: error.message };
    }
  }

  /** Whether one of them took what it was told; false: those that answered did not. Rejects with a Sentence when none answered. */
  tell(question: Question<Settings, boolean>, signal: AbortSignal): Promise<boolean> {
    return this.#ask(this.#inTurn(), signal, question, (taken) => taken);
  }

  /** None of them answered lately. */
  get rests(): boolean {
    const all = this.#all();
    return all.length > 0 && all.every(({ record }) => record.rests);
  }

  figures(): ServerFigures[] {
    return this.#all().map(({ record }) => record.figures());
  }

  /** Until an answer is `enough`. Returns the last one; rejects with a Sentence when there was none. */
  async #ask<Result>(
    servers: readonly Server<Settings>[],
    signal: AbortSignal,
    question: Question<Settings, Result>,
    enough: (result: Result) => boolean = () => true,
  ): Promise<Result> {
    const name = protocolNames[this.#parts.protocol];
    const troubles: string[] = [];
    let last: { readonly result: Result } | undefined;
    for (const { settings, record } of servers) {
      if (signal.aborted) break;
      try {
        last = { result: await this.#askOne(settings, record, question) };
        if (enough(last.result)) break;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (signal.aborted) break;
        record.failed(error);
        troubles.push(`${name} server ${settings.address} ${error.message}`);
      }
    }
    if (last) return last.result;
    throw new Sentence(troubles.length > 0 ? troubles.join(" ") : this.#nobodyAsked(signal));
  }

  async #askOne<Result>(settings: Settings, record: ServerRecord, question: Question<Settings, Result>) {
    const { nowMs } = this.#parts;
    const askedMs = nowMs();
    record.count("requests");
    const result = await question(settings, record);
    record.answered(nowMs() - askedMs);
    return result;
  }

  #nobodyAsked(signal: AbortSignal): string {
    const { protocol } = this.#parts;
    const name = protocolNames[protocol];
    if (signal.aborted) return `No answer of a ${name} server is waited for any more.`;
    return `No ${name} server is configured: name one with ${protocol.replace("+", "")}-server host.`;
  }

  /** Those that failed lately come last. */
  #inTurn(): Server<Settings>[] {
    const all = this.#all();
    return [...all.filter(({ record }) => !record.rests), ...all.filter(({ record }) => record.rests)];
  }

  #all(): Server<Settings>[] {
    const { configured, portOf, protocol, use } = this.#parts;
    const known = this.#records;
    const all = configured().map((settings) => {
      const place = { protocol, use, address: settings.address, port: portOf(settings) };
      const record = known.get(keyOf(place)) ?? new ServerRecord(place, this.#parts);
      return { settings, record };
    });
    this.#records = new Map(all.map(({ record }) => [keyOf(record.place), record]));
    return all;
  }
}

function keyOf({ address, port }: ServerPlace): string {
  return `${address} ${port}`;
}

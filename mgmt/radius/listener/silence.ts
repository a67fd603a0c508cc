// Clients of RADIUS accounting of which nothing is heard: what follows, until they are heard again. Nothing does unless it is configured.

import type { Silence } from "../../config/sections/radius-accounting.ts";
import type { Log } from "../../log/log.ts";
import { Sentence } from "../../sentence.ts";
import type { SubscriberFeed } from "../../subscribers/feed.ts";
import { number } from "../../words.ts";
import type { ClientRecord } from "./client-record.ts";
import type { Client, RadiusClients } from "./clients.ts";
import type { Nases } from "./nases.ts";
import { FEED } from "./request.ts";

export interface SilenceWatchParts {
  readonly clients: Pick<RadiusClients, "all">;
  readonly nases: Pick<Nases, "behind">;
  readonly feed: SubscriberFeed;
  /** Cuts off the links that judge, or no more. Does not reject. */
  cutOff(wanted: boolean): Promise<void>;
  readonly log: Pick<Log, "say">;
}

interface Silent {
  readonly name: string;
  /** A sentence. */
  readonly alarm: string;
  /** Nothing that it told of is anybody's any more. */
  isCleared: boolean;
}

type Action = Exclude<Silence["action"], "none">;

/** A client whose silence something follows from. */
interface Missed {
  readonly record: ClientRecord;
  readonly seconds: number;
  readonly action: Action;
}

const effects: Readonly<Record<Action, string>> = {
  warning: "what it told of holds, and gets old",
  "remove-mappings": "the addresses that it told of are nobody's until it tells of them again",
  shut: "nothing passes by links that judge until it is heard, or its silence is configured otherwise",
};

export class SilenceWatch {
  readonly #parts: SilenceWatchParts;
  /** By address. */
  readonly #silent = new Map<string, Silent>();

  constructor(parts: SilenceWatchParts) {
    this.#parts = parts;
  }

  /** `isListening`: otherwise nobody can be heard, and nobody is silent. Does what follows from what it sees. */
  async look(isListening: boolean): Promise<void> {
    const clients = this.#parts.clients.all();
    if (!isListening) for (const { record } of clients) record.excuse();
    const missed = clients.flatMap(missedOf);
    const heard = [...this.#silent.keys()].filter((each) => !missed.some(({ record }) => record.address === each));
    for (const address of heard) this.#end(address);
    for (const each of missed) await this.#follow(each);
    await this.#parts.cutOff(missed.some(({ action }) => action === "shut"));
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    return [...this.#silent.values()].map(({ alarm }) => alarm);
  }

  async #follow({ record, seconds, action }: Missed): Promise<void> {
    const before = this.#silent.get(record.address);
    const alarm = `${record.name} is silent: nothing with its key came for ${number(seconds)} seconds. Look whether it runs and reaches this appliance; ${effects[action]}.`;
    const known = { name: record.name, alarm, isCleared: before?.isCleared ?? false };
    this.#silent.set(record.address, known);
    if (alarm !== before?.alarm) this.#parts.log.say("ALARM", alarm);
    if (action === "remove-mappings" && !known.isCleared) known.isCleared = await this.#clear(record);
  }

  #end(address: string): void {
    const { name } = this.#silent.get(address) ?? {};
    this.#silent.delete(address);
    this.#parts.log.say("ALARM_END", `${name} is heard again, or not missed any more.`);
  }

  /** Whether it is done: what cannot be stored is tried again. */
  async #clear(record: ClientRecord): Promise<boolean> {
    const { nases, feed } = this.#parts;
    // With all that it told then; what it could not tell meanwhile is told late, and holds.
    const at = record.silentSince + 1;
    try {
      await feed.take(nases.behind(record.address).map((nas) => ({ kind: "clear", feed: FEED, nas, at })));
      return true;
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      record.trouble("not-cleared");
      return false;
    }
  }
}

/** Nothing of it was heard for as long as is configured. */
export function isSilent({ settings: { silence }, record }: Client): boolean {
  return silence !== null && record.silentMs >= 1000 * silence.seconds;
}

/** What follows when it is silent, if anything does. Nobody is cut off for one that never spoke: its address may be a mistake. */
function missedOf(client: Client): Missed[] {
  const { settings, record } = client;
  const { silence } = settings;
  if (!silence || silence.action === "none" || !isSilent(client)) return [];
  const action = silence.action === "shut" && !record.wasHeard ? "warning" : silence.action;
  return [{ record, seconds: silence.seconds, action }];
}

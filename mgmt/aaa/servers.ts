// The servers of one protocol, as they are configured now, each with its record: a record lasts while its server is configured.

import {
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

export class Servers<Settings extends { readonly address: string }> {
  readonly #parts: ServersParts<Settings>;
  #records = new Map<string, ServerRecord>();

  constructor(parts: ServersParts<Settings>) {
    this.#parts = parts;
  }

  /** In the order in which they are to be asked: those that failed lately come last. */
  inTurn(): { readonly settings: Settings; readonly record: ServerRecord }[] {
    const all = this.#all();
    return [...all.filter(({ record }) => !record.rests), ...all.filter(({ record }) => record.rests)];
  }

  /** Why nobody could say: a sentence. */
  nobodyAnswered(): string {
    const name = protocolNames[this.#parts.protocol];
    const states = this.figures().map(({ address, state }) => `${address} is ${state}`);
    return states.length > 0
      ? `No ${name} server gave an answer (${states.join(", ")}): look at "show aaa servers".`
      : `No ${name} server is configured: name one with ${this.#parts.protocol.replace("+", "")}-server host.`;
  }

  figures(): ServerFigures[] {
    return this.#all().map(({ record }) => record.figures());
  }

  #all() {
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

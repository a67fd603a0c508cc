// Listens at one place, and at another when it is told to.

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Log } from "../log/log.ts";
import { reasonOf } from "../sentence.ts";

const KEEP_ALIVE_MS = 60_000;

export interface Place {
  /** null: every address of this machine. */
  readonly address: string | null;
  readonly port: number;
}

export interface ListeningParts {
  readonly log: Pick<Log, "say">;
  accept(socket: Socket): void;
}

export class Listening {
  readonly #parts: ListeningParts;
  #open: { readonly place: Place; readonly server: Server } | undefined;
  #alarm: string | undefined;

  constructor(parts: ListeningParts) {
    this.#parts = parts;
  }

  /** Why nobody can connect where he should, if so: a sentence. */
  get alarm(): string | undefined {
    return this.#alarm;
  }

  /** There, and no more where it was before; undefined: nowhere. Who is connected stays. One call at a time; does not reject. */
  async at(wanted: Place | undefined): Promise<void> {
    const before = this.#open;
    if (!wanted) this.#open = undefined;
    else if (!before || !isSame(before.place, wanted)) {
      try {
        this.#open = { place: wanted, server: await this.#listen(wanted) };
      } catch (error) {
        const still = before ? `; it still listens at ${nameOf(before.place)}` : "";
        this.#tell(`SSH cannot listen at ${nameOf(wanted)}: ${reasonOf(error)}${still}.`);
        return;
      }
    }
    if (before !== this.#open) before?.server.close();
    this.#tell(undefined);
  }

  async #listen({ address, port }: Place): Promise<Server> {
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const server = createServer(options, (socket) => this.#parts.accept(socket));
    // At every address and at one of them: both are open when one takes the place of the other.
    server.listen({ port, reusePort: true, ...(address === null ? {} : { host: address }) });
    await once(server, "listening");
    // That one connection could not be taken is no reason to end.
    server.on("error", () => {});
    return server;
  }

  #tell(alarm: string | undefined): void {
    const { log } = this.#parts;
    if (alarm === this.#alarm) return;
    if (alarm !== undefined) log.say("ALARM", alarm);
    else log.say("ALARM_END", "SSH has what it lacked to listen.");
    this.#alarm = alarm;
  }
}

function isSame(a: Place, b: Place): boolean {
  return a.address === b.address && a.port === b.port;
}

function nameOf({ address, port }: Place): string {
  return address === null ? `port ${port}` : `${address} port ${port}`;
}

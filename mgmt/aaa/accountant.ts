// Tells the configured servers who is there and what he does, and holds up nobody.

import { type ServerGroup, serverGroups } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import type { Log } from "../log/log.ts";
import type { Accounting, AccountingRecord, AccountingServers } from "./accounting.ts";
import { AccountingQueue } from "./accounting-queue.ts";

const RETRY_MS = 10_000;

/** What waits when the daemon ends is given for so long: half of what the daemon has for its end (mgmt/main.ts). */
const STOP_MS = 400;

export interface AccountantParts {
  facts(): Pick<Facts, "aaa">;
  readonly log: Pick<Log, "say">;
  readonly servers: Readonly<Record<ServerGroup, AccountingServers>>;
}

export class Accountant implements Accounting {
  readonly #parts: AccountantParts;
  readonly #queues: Readonly<Record<ServerGroup, AccountingQueue>>;

  constructor(parts: AccountantParts, retryMs = RETRY_MS) {
    const { servers, log } = parts;
    const queue = (group: ServerGroup) => new AccountingQueue({ servers: servers[group], log, retryMs });
    this.#parts = parts;
    this.#queues = { radius: queue("radius"), "tacacs+": queue("tacacs+") };
  }

  tell(record: AccountingRecord): void {
    const { accountSessions, accountCommands } = this.#parts.facts().aaa;
    const group = record.kind === "command" ? accountCommands : accountSessions;
    if (group !== null) this.#queues[group].push(record);
  }

  /** Groups that are told nothing by this configuration are not told what still waits either. */
  obey({ aaa: { accountSessions, accountCommands } }: Pick<Facts, "aaa">): void {
    for (const group of serverGroups)
      if (group !== accountSessions && group !== accountCommands) this.#queues[group].clear();
  }

  async stop(): Promise<void> {
    await Promise.all(serverGroups.map((group) => this.#queues[group].stop(STOP_MS)));
  }
}

// Asks TACACS+ servers who somebody is, and tells them what he did.

import type { TacacsServer } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import type { Log } from "../log/log.ts";
import { accountingBody, readAccountingReply } from "../tacacs/accounting.ts";
import { logIn } from "../tacacs/login.ts";
import { inSession } from "../tacacs/session.ts";
import type { Clock } from "../time.ts";
import type { AccountingRecord, AccountingServers } from "./accounting.ts";
import type { Login, LoginMethod, Verdict } from "./login.ts";
import { NoAnswer, type ServerFigures } from "./server-record.ts";
import { type Question, Servers } from "./servers.ts";

export interface TacacsParts {
  facts(): Pick<Facts, "aaa">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Pick<Log, "say">;
}

export class Tacacs implements LoginMethod, AccountingServers {
  readonly #servers: Servers<TacacsServer>;
  readonly #stopping = new AbortController();

  constructor({ facts, clock, log }: TacacsParts) {
    this.#servers = new Servers({
      ...{ protocol: "tacacs+", use: "both", nowMs: clock.nowMs },
      configured: () => facts().aaa.tacacsServers,
      portOf: ({ port }) => port,
      say: (mnemonic, text) => log.say(mnemonic, text),
    });
  }

  /** Who he is and what he may do is asked of the same server. */
  ask(login: Login): Promise<Verdict> {
    const signal = AbortSignal.any([this.#stopping.signal, login.gone]);
    const question = inTime(signal, (server, inTime) => logIn(server, login, inTime));
    return this.#servers.judge(question, signal);
  }

  get rests(): boolean {
    return this.#servers.rests;
  }

  account(record: AccountingRecord): Promise<boolean> {
    const { signal } = this.#stopping;
    const body = accountingBody(record);
    const question = inTime(signal, (server, inTime) =>
      inSession(server, "accounting", inTime, async (ask) => {
        const { status } = await ask(body, readAccountingReply);
        return status === "success";
      }),
    );
    return this.#servers.tell(question, signal);
  }

  figures(): ServerFigures[] {
    return this.#servers.figures();
  }

  /** What is asked now gets no answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
  }
}

/** All sessions of a question are over within the server's time, or when the signal is aborted. */
function inTime<Result>(
  signal: AbortSignal,
  ask: (server: TacacsServer, signal: AbortSignal) => Promise<Result>,
): Question<TacacsServer, Result> {
  return async (server, record) => {
    try {
      return await ask(server, AbortSignal.any([AbortSignal.timeout(server.timeoutSeconds * 1000), signal]));
    } catch (error) {
      if (error instanceof NoAnswer && error.state === "untrusted") record.count("untrusted");
      throw error;
    }
  };
}

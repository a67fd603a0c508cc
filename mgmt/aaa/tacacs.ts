// The servers of TACACS+ that are configured: each login and each record goes to the first that answers.

import type { TacacsServer } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import type { Log } from "../log/log.ts";
import { Sentence } from "../sentence.ts";
import { accountingBody, readAccountingReply } from "../tacacs/accounting.ts";
import { logIn } from "../tacacs/login.ts";
import { inSession, NoAnswer } from "../tacacs/session.ts";
import type { Clock } from "../time.ts";
import type { AccountingRecord, AccountingServers } from "./accounting.ts";
import type { Login, LoginMethod, Verdict } from "./login.ts";
import type { ServerFigures, ServerRecord } from "./server-record.ts";
import { Servers } from "./servers.ts";

export interface TacacsParts {
  facts(): Pick<Facts, "aaa">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Pick<Log, "say">;
}

type Question<Answer> = (server: TacacsServer, signal: AbortSignal, record: ServerRecord) => Promise<Answer>;

export class Tacacs implements LoginMethod, AccountingServers {
  readonly #parts: TacacsParts;
  readonly #servers: Servers<TacacsServer>;
  readonly #stopping = new AbortController();

  constructor(parts: TacacsParts) {
    this.#parts = parts;
    const { facts, clock, log } = parts;
    this.#servers = new Servers({
      ...{ protocol: "tacacs+", use: "both", nowMs: clock.nowMs },
      configured: () => facts().aaa.tacacsServers,
      portOf: ({ port }) => port,
      say: (mnemonic, text) => log.say(mnemonic, text),
    });
  }

  /** Who he is and what he may do is asked of the same server. */
  async ask(login: Login): Promise<Verdict> {
    try {
      return await this.#first(async (server, signal, record) => {
        const answer = await logIn(server, login, signal);
        record.count(answer.outcome === "accepted" ? "accepts" : "refusals");
        return answer;
      });
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      return { outcome: "unanswered", reason: error.message };
    }
  }

  async account(record: AccountingRecord): Promise<void> {
    const body = accountingBody(record);
    await this.#first((server, signal) =>
      inSession(server, "accounting", signal, async (ask) => {
        const { status } = await ask(body, readAccountingReply);
        if (status !== "success") throw new NoAnswer("silent", "does not take what it is told: look at it.");
      }),
    );
  }

  figures(): ServerFigures[] {
    return this.#servers.figures();
  }

  /** What is asked now gets no answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
  }

  /** Rejects with a Sentence when none gives an answer. */
  async #first<Answer>(question: Question<Answer>): Promise<Answer> {
    const { nowMs } = this.#parts.clock;
    const troubles: string[] = [];
    for (const { settings, record } of this.#servers.inTurn()) {
      const inTime = AbortSignal.timeout(settings.timeoutSeconds * 1000);
      const askedMs = nowMs();
      record.count("requests");
      try {
        const answer = await question(settings, AbortSignal.any([inTime, this.#stopping.signal]), record);
        record.answered(nowMs() - askedMs);
        return answer;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (this.#stopping.signal.aborted) break;
        record.count(error.state === "silent" ? "timeouts" : "untrusted");
        record.failed(error.state, error.message);
        troubles.push(`TACACS+ server ${settings.address} ${error.message}`);
      }
    }
    throw new Sentence(troubles.length > 0 ? troubles.join(" ") : this.#servers.nobodyAnswered());
  }
}

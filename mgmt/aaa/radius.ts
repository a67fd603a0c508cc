// Asks RADIUS servers who somebody is, and tells them what he did: one server after the other, until one answers.

import type { RadiusServer } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import type { Log } from "../log/log.ts";
import { accountingRequest, isAccountingAnswer } from "../radius/accounting.ts";
import { Exchange, type ExchangeParts } from "../radius/exchange.ts";
import { accessRequest, canAsk, isAccessAnswer, verdictOf } from "../radius/login.ts";
import { AUTHENTICATOR_BYTES, encode, type Packet } from "../radius/packet.ts";
import { Sentence } from "../sentence.ts";
import type { Clock } from "../time.ts";
import type { AccountingRecord, AccountingServers } from "./accounting.ts";
import type { Login, LoginMethod, Verdict } from "./login.ts";
import type { ServerFigures, ServerRecord, ServerUse } from "./server-record.ts";
import { Servers } from "./servers.ts";

export interface RadiusParts extends Pick<ExchangeParts, "pause"> {
  facts(): Pick<Facts, "hostname" | "aaa">;
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  /** So many bytes that nobody can guess. */
  random(bytes: number): Buffer;
}

/** Whether a packet is the answer to a request, made with the key. */
type IsAnswer = (packet: Packet, request: Packet, key: string) => boolean;

interface Answered {
  readonly answer: Packet;
  readonly record: ServerRecord;
}

export class Radius implements LoginMethod, AccountingServers {
  readonly #parts: RadiusParts;
  readonly #logins: Servers<RadiusServer>;
  readonly #accounting: Servers<RadiusServer>;
  readonly #stopping = new AbortController();

  constructor(parts: RadiusParts) {
    this.#parts = parts;
    this.#logins = this.#servers("login", ({ authPort }) => authPort);
    this.#accounting = this.#servers("accounting", ({ acctPort }) => acctPort);
  }

  async ask(login: Login): Promise<Verdict> {
    if (!canAsk(login)) return { outcome: "refused" };
    const { facts, random } = this.#parts;
    const found = await this.#askInTurn(this.#logins, isAccessAnswer, ({ key }) => {
      const fresh = { identifier: this.#identifier(), authenticator: random(AUTHENTICATOR_BYTES) };
      return accessRequest(login, facts().hostname, key, fresh);
    });
    if (!found) return { outcome: "unanswered", reason: this.#logins.nobodyAnswered() };
    const verdict = verdictOf(found.answer);
    found.record.count(verdict.outcome === "accepted" ? "accepts" : "refusals");
    return verdict;
  }

  async account(record: AccountingRecord): Promise<void> {
    const { facts, clock } = this.#parts;
    const found = await this.#askInTurn(this.#accounting, isAccountingAnswer, ({ key }) => {
      const delaySeconds = Math.max(0, Math.round((clock.now() - record.at) / 1000));
      const from = { hostname: facts().hostname, delaySeconds };
      return accountingRequest(record, from, key, this.#identifier());
    });
    if (!found) throw new Sentence(this.#accounting.nobodyAnswered());
  }

  figures(): ServerFigures[] {
    return [...this.#logins.figures(), ...this.#accounting.figures()];
  }

  /** What is asked now gets no answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
  }

  /** Each server is asked a request of its own. */
  async #askInTurn(
    servers: Servers<RadiusServer>,
    isAnswer: IsAnswer,
    requestTo: (server: RadiusServer) => Packet,
  ): Promise<Answered | undefined> {
    for (const { settings, record } of servers.inTurn()) {
      if (this.#stopping.signal.aborted) return undefined;
      const request = requestTo(settings);
      const answer = await this.#askOne(settings, record, request, (packet) => isAnswer(packet, request, settings.key));
      if (answer) return { answer, record };
    }
    return undefined;
  }

  #askOne(
    { timeoutSeconds, retransmit }: RadiusServer,
    record: ServerRecord,
    request: Packet,
    isAnswer: (packet: Packet) => boolean,
  ): Promise<Packet | undefined> {
    const { pause, clock } = this.#parts;
    const question = { datagram: encode(request), timeoutMs: timeoutSeconds * 1000, retransmit, isAnswer };
    return new Exchange(question, record, { pause, nowMs: clock.nowMs, signal: this.#stopping.signal }).run();
  }

  #servers(use: ServerUse, portOf: (server: RadiusServer) => number): Servers<RadiusServer> {
    const { facts, clock, log } = this.#parts;
    return new Servers({
      ...{ protocol: "radius", use, portOf, nowMs: clock.nowMs },
      configured: () => facts().aaa.radiusServers,
      say: (mnemonic, text) => log.say(mnemonic, text),
    });
  }

  #identifier(): number {
    return this.#parts.random(1).readUInt8();
  }
}

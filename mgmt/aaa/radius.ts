// Asks RADIUS servers who somebody is, and tells them what he did.

import type { RadiusServer } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import type { Log } from "../log/log.ts";
import { accountingRequest, isAccountingAnswer } from "../radius/accounting.ts";
import { Exchange, type ExchangeParts } from "../radius/exchange.ts";
import { accessRequest, canAsk, isAccessAnswer, verdictOf } from "../radius/login.ts";
import { AUTHENTICATOR_BYTES, encode, type Packet } from "../radius/packet.ts";
import type { Clock } from "../time.ts";
import type { AccountingRecord, AccountingServers } from "./accounting.ts";
import type { Login, LoginMethod, Verdict } from "./login.ts";
import type { ServerFigures, ServerUse } from "./server-record.ts";
import { type Question, Servers } from "./servers.ts";

export interface RadiusParts extends Pick<ExchangeParts, "pause"> {
  facts(): Pick<Facts, "hostname" | "aaa">;
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  /** So many bytes that nobody can guess. */
  random(bytes: number): Buffer;
}

/** Whether a packet is the answer to a request, made with the key. */
type IsAnswer = (packet: Packet, request: Packet, key: string) => boolean;

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
    const signal = AbortSignal.any([this.#stopping.signal, login.gone]);
    const question = this.#question(signal, isAccessAnswer, ({ key }) => {
      const fresh = { identifier: this.#identifier(), authenticator: random(AUTHENTICATOR_BYTES) };
      return accessRequest(login, facts().hostname, key, fresh);
    });
    return this.#logins.judge(async (...server) => verdictOf(await question(...server)), signal);
  }

  get rests(): boolean {
    return this.#logins.rests;
  }

  /** A server that does not take a record is silent (RFC 2866 2). */
  async account(record: AccountingRecord): Promise<boolean> {
    const { facts, clock } = this.#parts;
    const { signal } = this.#stopping;
    const question = this.#question(signal, isAccountingAnswer, ({ key }) => {
      const delaySeconds = Math.max(0, Math.round((clock.now() - record.at) / 1000));
      const from = { hostname: facts().hostname, delaySeconds };
      return accountingRequest(record, from, key, this.#identifier());
    });
    return this.#accounting.tell(async (...server) => {
      await question(...server);
      return true;
    }, signal);
  }

  figures(): ServerFigures[] {
    return [...this.#logins.figures(), ...this.#accounting.figures()];
  }

  /** What is asked now gets no answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
  }

  /** Each server is asked a request of its own. */
  #question(
    signal: AbortSignal,
    isAnswer: IsAnswer,
    requestTo: (server: RadiusServer) => Packet,
  ): Question<RadiusServer, Packet> {
    const { pause } = this.#parts;
    return (server, record) => {
      const request = requestTo(server);
      const timeoutMs = server.timeoutSeconds * 1000;
      const isRight = (packet: Packet) => isAnswer(packet, request, server.key);
      const asked = { datagram: encode(request), timeoutMs, retransmit: server.retransmit, isAnswer: isRight };
      return new Exchange(asked, record, { pause, signal }).run();
    };
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

// Each datagram that comes to RADIUS accounting, and its answer: what it tells is stored and given to the fast path before it is answered.

import type { Facts } from "../../config/service.ts";
import { Sentence } from "../../sentence.ts";
import type { Outcome, SubscriberEvent, SubscriberFeed } from "../../subscribers/feed.ts";
import type { Clock } from "../../time.ts";
import { attribute, valuesOf } from "../attributes.ts";
import { codes, decode, encode, type Packet } from "../packet.ts";
import { isAuthentic, messageAuthenticator, NO_AUTHENTICATOR, withAuthenticator } from "../signature.ts";
import { AnsweredRequests, requestKey } from "./answered.ts";
import type { Client, RadiusClients } from "./clients.ts";
import type { Nases } from "./nases.ts";
import { toldBy } from "./request.ts";
import { isTrouble, type Trouble } from "./troubles.ts";

export interface ReceiverParts {
  facts(): Pick<Facts, "packages">;
  readonly clients: Pick<RadiusClients, "at" | "strange">;
  readonly nases: Pick<Nases, "heard">;
  readonly feed: SubscriberFeed;
  readonly clock: Clock;
}

export interface Source {
  /** In its one text. */
  readonly address: string;
  readonly port: number;
}

/** The client repeats what is not answered, and there may be room for it then. */
const unanswered: readonly (Outcome | Trouble)[] = ["not-stored", "full"];

export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #requests = new AnsweredRequests();

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  /** The answer's bytes; undefined: there is none. */
  async answerTo(datagram: Buffer, from: Source): Promise<Buffer | undefined> {
    const { clients } = this.#parts;
    const client = clients.at(from.address);
    if (!client) {
      clients.strange(from.address);
      return undefined;
    }
    const request = requestIn(datagram, client.settings.key);
    if (typeof request !== "string") return this.#answerTo(request, client, from);
    client.record.trouble(request);
    return undefined;
  }

  async #answerTo(request: Packet, client: Client, from: Source): Promise<Buffer | undefined> {
    const { settings, record } = client;
    const { clock } = this.#parts;
    const receivedAt = clock.now();
    record.heard(receivedAt);
    const key = requestKey(request, from);
    const known = this.#requests.see(key, clock.nowMs());
    if (known === "full") record.trouble("overload");
    else if (known !== "new") record.count("repeated");
    const isAnswered =
      known === "answered" || (known === "new" && (await this.#takeOnce(request, client, key, receivedAt)));
    if (!isAnswered) return undefined;
    record.count("answers");
    return answerOf(request, settings.key);
  }

  /** Whether it may be answered, now and when it is repeated. */
  async #takeOnce(request: Packet, client: Client, key: string, receivedAt: number): Promise<boolean> {
    this.#requests.begin(key);
    let isAnswered = false;
    try {
      isAnswered = await this.#take(request, client, receivedAt);
    } finally {
      this.#requests.end(key, isAnswered, this.#parts.clock.nowMs());
    }
    return isAnswered;
  }

  async #take(request: Packet, { settings, record }: Client, receivedAt: number): Promise<boolean> {
    const { facts, nases } = this.#parts;
    const { packages } = facts();
    const told = toldBy(request, { client: settings, packages, receivedAt });
    if (told.status) record.count(told.status);
    nases.heard(told.nas, settings.address);
    for (const trouble of told.troubles) record.trouble(trouble);
    if (!told.event) return true;
    const outcome = await this.#outcomeOf(told.event);
    if (isTrouble(outcome)) record.trouble(outcome);
    return !unanswered.includes(outcome);
  }

  async #outcomeOf(event: SubscriberEvent): Promise<Outcome | Trouble> {
    try {
      const [outcome = "unchanged"] = await this.#parts.feed.take([event]);
      return outcome;
    } catch (error) {
      if (error instanceof Sentence) return "not-stored";
      throw error;
    }
  }
}

/** What the datagram asks for; or what is wrong with it. */
function requestIn(datagram: Buffer, key: string): Packet | "malformed" | "not-accounting" | "wrong-key" {
  const packet = decode(datagram);
  if (!packet) return "malformed";
  if (packet.code !== codes.accountingRequest) return "not-accounting";
  const isHis =
    isAuthentic(packet, NO_AUTHENTICATOR, key) && messageAuthenticator(packet, NO_AUTHENTICATOR, key) !== "wrong";
  return isHis ? packet : "wrong-key";
}

/** The same for the same request: RFC 2866 4.2, and what proxies wrote into it for themselves (RFC 2865 5.33). */
function answerOf(request: Packet, key: string): Buffer {
  const attributes = valuesOf(request.attributes, "Proxy-State").map((state) => attribute("Proxy-State", state));
  return encode(withAuthenticator({ ...request, code: codes.accountingResponse, attributes }, key));
}

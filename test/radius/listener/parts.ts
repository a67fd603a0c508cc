// What the tests of RADIUS accounting are made of: requests as clients write them, a feed that writes down what it is told, a clock.
import type { RadiusClient } from "../../../mgmt/config/sections/radius-accounting.ts";
import type { Facts } from "../../../mgmt/config/service.ts";
import type { Mnemonic } from "../../../mgmt/log/mnemonics.ts";
import { attribute } from "../../../mgmt/radius/attributes.ts";
import { RadiusClients } from "../../../mgmt/radius/listener/clients.ts";
import { Nases } from "../../../mgmt/radius/listener/nases.ts";
import { Receiver, type Source } from "../../../mgmt/radius/listener/receiver.ts";
import { type Attribute, codes, encode, type Packet } from "../../../mgmt/radius/packet.ts";
import { NO_AUTHENTICATOR, withAuthenticator } from "../../../mgmt/radius/signature.ts";
import type { Outcome, SubscriberEvent, SubscriberFeed } from "../../../mgmt/subscribers/feed.ts";
import { mappingText } from "../../../mgmt/subscribers/mapping.ts";
import { FakeClock } from "../../daemon/parts.ts";

export const KEY = "a-key-of-this-test";
export const CLIENT = "192.0.2.7";

export const statuses = { start: 1, stop: 2, interim: 3, on: 7, off: 8 } as const;

/** An Accounting-Request. */
export function request(
  status: keyof typeof statuses | number,
  attributes: readonly Attribute[] = [],
  { identifier = 1, key = KEY } = {},
): Packet {
  const all = [attribute("Acct-Status-Type", typeof status === "number" ? status : statuses[status]), ...attributes];
  const packet = { code: codes.accountingRequest, identifier, authenticator: NO_AUTHENTICATOR, attributes: all };
  return withAuthenticator(packet, key);
}

export const named = (name: string) => attribute("User-Name", name);
export const session = (id: string) => attribute("Acct-Session-Id", id);
export const address = (...bytes: number[]) => attribute("Framed-IP-Address", Uint8Array.from(bytes));

/** A login as most NASes tell it. */
export function login(name = "alice", id = "0001", ...more: Attribute[]): Attribute[] {
  return [named(name), session(id), attribute("NAS-Identifier", "bras-1"), address(10, 1, 2, 3), ...more];
}

/** What an event says, its mappings as text. */
export function said(event: SubscriberEvent | undefined): unknown {
  if (event?.kind !== "login") return event;
  return { ...event, mappings: event.mappings.map(({ key, attribute }) => `${attribute} ${mappingText(key)}`) };
}

export class FakeFeed implements SubscriberFeed {
  readonly events: SubscriberEvent[] = [];
  /** What each event comes to. */
  answer: (event: SubscriberEvent) => Outcome | Promise<Outcome> = () => "applied";

  take(events: readonly SubscriberEvent[]): Promise<Outcome[]> {
    this.events.push(...events);
    return Promise.all(events.map((event) => this.answer(event)));
  }
}

/** In memory. */
export function fakeStore(kept: { nas: string; client: string }[] = []) {
  const call = async (name: string, argument: never) => {
    if (name === "radiusNases") return kept;
    if (name === "saveRadiusNas") kept.push(argument);
    return undefined;
  };
  return { kept, call: call as never };
}

export function client(changes: Partial<RadiusClient> = {}): RadiusClient {
  const attributes = { nameAttribute: "user-name", packageAttribute: null } as const;
  return { address: CLIENT, key: KEY, ...attributes, silence: null, ...changes };
}

export const packages = [
  { id: 0, name: "residential", massMailing: [] },
  { id: 3, name: "gold", massMailing: [] },
] as const satisfies Facts["packages"];

/** Receives for these clients; `configure` changes them. */
export function receiving(clients: readonly RadiusClient[] = [client()]) {
  const clock = new FakeClock();
  const feed = new FakeFeed();
  const told: string[] = [];
  const log = { say: (mnemonic: Mnemonic, text: string) => void told.push(`${mnemonic}: ${text}`) };
  let facts: Pick<Facts, "radiusAccounting" | "packages"> = { radiusAccounting: { port: 1813, clients }, packages };
  const configured = new RadiusClients({ now: clock.now, nowMs: clock.nowMs, log, facts: () => facts });
  const nases = new Nases({ store: fakeStore() });
  const receiver = new Receiver({ facts: () => facts, clients: configured, nases, feed, clock });
  return {
    ...{ clock, feed, told, clients: configured, nases },
    configure: (clients: readonly RadiusClient[]) => {
      facts = { ...facts, radiusAccounting: { ...facts.radiusAccounting, clients } };
    },
    receive: (packet: Packet | Buffer, from: Partial<Source> = {}) =>
      receiver.answerTo(Buffer.isBuffer(packet) ? packet : encode(packet), { address: CLIENT, port: 40_000, ...from }),
    figures: () => configured.all().map(({ record }) => record.figures()),
  };
}

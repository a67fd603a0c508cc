// What an Accounting-Request tells of subscribers (RFC 2866): that somebody came or went, or that all of a NAS went.

import { printAddress } from "../../../cli/grammar/address.ts";
import type { RadiusClient } from "../../config/sections/radius-accounting.ts";
import type { FeedSession, SubscriberEvent } from "../../subscribers/feed.ts";
import { valuesOf } from "../attributes.ts";
import type { Attribute, Packet } from "../packet.ts";
import { mappingsOf } from "./mappings.ts";
import { type Package, packageIn } from "./package.ts";
import type { Trouble } from "./troubles.ts";

/** In mappings, and in what others undo. */
export const FEED = "radius";

/** RFC 2866 5.1: those that matter here. */
const statuses = { 1: "start", 2: "stop", 3: "interim", 7: "on", 8: "off" } as const;

export type Status = (typeof statuses)[keyof typeof statuses];

/** Acct-Delay-Time counts whole seconds: one that is told late may seem to have happened so much later than it did. */
const DELAY_UNIT_MS = 1000;

export interface Told {
  readonly status: Status | undefined;
  /** Who tells it, as his mappings have it. */
  readonly nas: string;
  /** Undefined: it says nothing of use. */
  readonly event: SubscriberEvent | undefined;
  readonly troubles: readonly Trouble[];
}

export interface Circumstances {
  readonly client: Pick<RadiusClient, "address" | "nameAttribute" | "packageAttribute">;
  readonly packages: readonly Package[];
  /** When the request came, in Unix milliseconds. */
  readonly receivedAt: number;
}

/**
 * A request that was made with the client's key. It tells of what happened Acct-Delay-Time before it came: by our clock, so that
 * those of NASes need not be right. Event-Timestamp, which is by theirs, is not looked at.
 */
export function toldBy({ attributes }: Packet, circumstances: Circumstances): Told {
  const { client, receivedAt } = circumstances;
  const [type] = valuesOf(attributes, "Acct-Status-Type");
  const status = statuses[type as keyof typeof statuses];
  const nas = nasOf(attributes) ?? client.address;
  const [delaySeconds = 0] = valuesOf(attributes, "Acct-Delay-Time");
  const at = Math.max(0, receivedAt - 1000 * delaySeconds);
  if (!status) return { status, nas, event: undefined, troubles: ["other-status"] };
  if (status === "on" || status === "off") {
    // Not after the first login behind it.
    const clearedAt = Math.max(0, delaySeconds > 0 ? at - DELAY_UNIT_MS : at);
    return { status, nas, event: { kind: "clear", feed: FEED, nas, at: clearedAt }, troubles: [] };
  }
  const [id] = valuesOf(attributes, "Acct-Session-Id");
  if (id === undefined) return { status, nas, event: undefined, troubles: ["no-session"] };
  const session = { feed: FEED, nas, id };
  if (status !== "stop") return { status, nas, ...loginOf(attributes, circumstances, session, at) };
  // Not before its own login.
  return { status, nas, event: { kind: "logout", session, at: at + DELAY_UNIT_MS }, troubles: [] };
}

function loginOf(
  attributes: readonly Attribute[],
  { client, packages }: Circumstances,
  session: FeedSession,
  at: number,
): Pick<Told, "event" | "troubles"> {
  const [name] = valuesOf(attributes, client.nameAttribute === "user-name" ? "User-Name" : "Calling-Station-Id");
  if (name === undefined) return { event: undefined, troubles: ["no-name"] };
  const { mappings, isWhole } = mappingsOf(attributes);
  const his = client.packageAttribute === null ? undefined : packageIn(attributes, client.packageAttribute, packages);
  return {
    event: { kind: "login", name, mappings, session, at, expiresAt: null, ...(his ? { package: his.id } : {}) },
    troubles: [
      ...(isWhole ? [] : (["impossible-address"] as const)),
      ...(his === null ? (["unknown-package"] as const) : []),
    ],
  };
}

/** As it names itself: a proxy may send for many. */
function nasOf(attributes: readonly Attribute[]): string | undefined {
  const addresses = [...valuesOf(attributes, "NAS-IP-Address"), ...valuesOf(attributes, "NAS-IPv6-Address")];
  const address = addresses.find((bytes) => bytes.some((byte) => byte !== 0));
  return address ? printAddress(address) : valuesOf(attributes, "NAS-Identifier")[0];
}

// Which messages are believed: those of listed servers that came from the network side. A subscriber can send whatever he likes, and
// so can strangers, of whom one may call himself anything but what a listed server is called.

import { printAddress } from "../../cli/grammar/address.ts";
import type { Sample } from "../engine/region_data.ts";
import { readDatagram } from "./datagram.ts";
import { readReply4 } from "./dhcpv4.ts";
import { readReply6 } from "./dhcpv6.ts";
import { type Lease, lease4, leases6 } from "./lease.ts";

/** The ports that servers and relays send from (RFC 2131 4.1, RFC 8415 7.2). */
export const SERVER_PORTS = [67, 547] as const;

export type Verdict =
  | { readonly verdict: "believed"; readonly leases: readonly Lease[] }
  | { readonly verdict: "unlisted"; readonly source: string }
  /** `other`: it is no reply that gives a lease, or ends one. */
  | { readonly verdict: "subscriberSide" | "malformed" | "other" };

export function judge({ side, bytes }: Pick<Sample, "side" | "bytes">, servers: readonly string[]): Verdict {
  const datagram = readDatagram(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!datagram) return { verdict: "malformed" };
  const source = printAddress(datagram.source);
  const isListed = side === "network" && servers.includes(source);
  const leases = datagram.sourcePort === SERVER_PORTS[0] ? leasesOf4(datagram.payload) : leasesOf6(datagram.payload);
  // What relays forward from subscribers to servers is no reply, and so is much else.
  if (leases === "other" || (leases === undefined && !isListed)) return { verdict: "other" };
  if (side !== "network") return { verdict: "subscriberSide" };
  if (!isListed) return { verdict: "unlisted", source };
  return leases ? { verdict: "believed", leases } : { verdict: "malformed" };
}

function leasesOf4(payload: Buffer): readonly Lease[] | "other" | undefined {
  const reply = readReply4(payload);
  if (typeof reply !== "object") return reply;
  const lease = lease4(reply);
  return lease ? [lease] : "other";
}

function leasesOf6(payload: Buffer): readonly Lease[] | "other" | undefined {
  const reply = readReply6(payload);
  if (typeof reply !== "object") return reply;
  const leases = leases6(reply);
  return leases.length > 0 ? leases : "other";
}

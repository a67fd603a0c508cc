// Whether packets can exist that a filter asks for.

import type { PacketKind } from "../engine/region_data.ts";
import { packetKinds, type SampleFilter } from "../engine/sample_order.ts";
import { Sentence } from "../sentence.ts";

const TCP = 6;
const UDP = 17;

/** `links`: how many there are. Throws a Sentence when no packet can match. */
export function refuseImpossible(filter: SampleFilter, links: number): void {
  const { link, kinds = [] } = filter;
  if (link !== undefined && link >= links) {
    throw new Sentence(`There is no link ${link}: the last one is link ${links - 1}.`);
  }
  const asked = kinds.length === 0 ? packetKinds : kinds;
  if (asked.some((kind) => canBe(kind, filter))) return;
  throw new Sentence(
    "No packet can match: only tcp and udp have ports, each has its own protocol, ip has neither's, and other and malformed have no address.",
  );
}

function canBe(kind: PacketKind, { address, port, protocol }: SampleFilter): boolean {
  if (port !== undefined && kind !== "tcp" && kind !== "udp") return false;
  switch (kind) {
    case "other":
    case "malformed":
      return address === undefined && protocol === undefined;
    case "tcp":
      return protocol === undefined || protocol === TCP;
    case "udp":
      return protocol === undefined || protocol === UDP;
    case "ip":
      return protocol !== TCP && protocol !== UDP;
    // What is hidden may be anything.
    case "evasive":
    case "fragment":
      return true;
  }
}

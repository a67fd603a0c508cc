// What the fast path is asked to release: the bytes of struct control_release (dataplane/fastpath/control_protocol.h), which is the
// contract.

import { parsePrefix } from "../../cli/grammar/prefix.ts";
import { nativeBytes, nativeLength } from "./native_prefix.ts";
import type { SubscriberAddress } from "./region_data.ts";

export interface ReleaseOrder {
  readonly subscriber: SubscriberAddress;
  /** The id that the policy gave it; 0: every detector. */
  readonly detector: number;
}

const ORDER_BYTES = 28;

export function releaseBytes({ subscriber, detector }: ReleaseOrder): Uint8Array {
  const { address, prefixLength, outerVlan, innerVlan } = subscriber;
  const { family, bytes: network, length } = parsePrefix(`${address}/${prefixLength}`);
  const bytes = Buffer.alloc(ORDER_BYTES);
  bytes.set(nativeBytes(family, network), 0);
  bytes.writeUInt32LE((outerVlan << 12) | innerVlan, 16);
  bytes.writeUInt32LE(detector, 20);
  bytes[24] = nativeLength(family, length);
  return bytes;
}

// What the fast path is asked to restore: the bytes of struct control_restore (dataplane/fastpath/control_protocol.h), which is the
// contract.

import type { BreachFacts } from "./region_data.ts";
import { releaseBytes } from "./release_order.ts";

/** A breach that goes on, in this boot's time. */
export type RestoreOrder = Omit<BreachFacts, "destinations">;

const ORDER_BYTES = 52;

export function restoreBytes(order: RestoreOrder): Uint8Array {
  const bytes = Buffer.alloc(ORDER_BYTES);
  const of = releaseBytes(order);
  bytes.set(of);
  bytes.writeBigUInt64LE(BigInt(order.periodStartedMs), of.length);
  for (const [index, word] of [order.periodMs, order.holdMs, order.counted, order.refused].entries()) {
    bytes.writeUInt32LE(word, of.length + 8 + 4 * index);
  }
  return bytes;
}

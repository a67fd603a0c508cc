// Which subscribers are asked for, and how the addon is told (dataplane/addon/attachment.h).

import { readAddress } from "../../cli/grammar/address.ts";
import type { Prefix } from "../../cli/grammar/prefix.ts";
import { nativeBytes, nativePrefixes } from "./native_prefix.ts";

/** All of them, or those of whom everything is true that is there. */
export interface SubscriberQuery {
  /** An address that is in the subscriber's prefix. Given it, `within` and `except` are not looked at. */
  readonly containing?: string | undefined;
  /** The subscriber lies in one of these, */
  readonly within?: readonly Prefix[] | undefined;
  /** but not in one of these, unless a longer one of `within` is around it. */
  readonly except?: readonly Prefix[] | undefined;
  /** He is in breach of a detector. */
  readonly inBreach?: boolean | undefined;
}

/** Arguments of the addon's `subscribers`. */
export interface NativeQuery {
  readonly containing: Uint8Array | null;
  readonly prefixes: Uint8Array;
  readonly inBreach: boolean;
}

/** 16 of address, one of length, one that says whether it is wanted. */
const PREFIX_BYTES = 18;

export function nativeQuery({ containing, within = [], except = [], inBreach = false }: SubscriberQuery): NativeQuery {
  const wanted = [...within.map((prefix) => [prefix, 1] as const), ...except.map((prefix) => [prefix, 0] as const)];
  const native = wanted.flatMap(([prefix, isWanted]) => nativePrefixes(prefix).map((each) => ({ ...each, isWanted })));
  const prefixes = new Uint8Array(native.length * PREFIX_BYTES);
  for (const [index, { bytes, length, isWanted }] of native.entries()) {
    prefixes.set(bytes, index * PREFIX_BYTES);
    prefixes[index * PREFIX_BYTES + 16] = length;
    prefixes[index * PREFIX_BYTES + 17] = isWanted;
  }
  return { containing: containing === undefined ? null : nativeAddress(containing), prefixes, inBreach };
}

function nativeAddress(text: string): Uint8Array {
  const bytes = readAddress(text);
  if (!bytes) throw new RangeError(`${text} is no address.`);
  return nativeBytes(bytes.length === 4 ? 4 : 6, bytes);
}

// What a policy would do with a session, as the fast path's own code says: the checked face of the addon's function of that name.

import { readAddress } from "../../cli/grammar/address.ts";
import { type Classification, loadNative } from "./native.ts";
import { nativeBytes } from "./native_prefix.ts";

/** A session that somebody wonders about. */
export interface SupposedSession {
  /** The address on the subscribers' side, and the other. */
  readonly subscriber: string;
  readonly network: string;
  readonly protocol: "tcp" | "udp";
  readonly serverPort: number;
  /** The side that opens it. */
  readonly opener: "subscriber" | "network";
  /** That has the subscriber's address, by its own, and the package that goes with it; null: none has. */
  readonly name: { readonly address: string; readonly package: number } | null;
}

const protocols = { tcp: 6, udp: 17 } as const;
const PORT_LAST = 65535;

/** `nowMs`: CLOCK_BOOTTIME, which ends overrides. Compiles the whole policy, off the main thread. Throws an Error when it is refused. */
export function classify(policy: Uint8Array, session: SupposedSession, nowMs: number): Promise<Classification> {
  const { subscriber, network, protocol, serverPort, opener, name } = session;
  if (!Number.isInteger(serverPort) || serverPort < 0 || serverPort > PORT_LAST)
    throw new RangeError(`There is no port ${serverPort}.`);
  return loadNative().classify(
    policy,
    bytesOf(subscriber),
    bytesOf(network),
    protocols[protocol],
    serverPort,
    opener === "network",
    nowMs,
    name && bytesOf(name.address),
    name?.package ?? 0,
  );
}

function bytesOf(address: string): Uint8Array {
  const bytes = readAddress(address);
  if (!bytes) throw new TypeError(`${address} is no address.`);
  return nativeBytes(bytes.length === 4 ? 4 : 6, bytes);
}

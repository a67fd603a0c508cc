// What the fast path is asked to sample: the bytes of struct control_sample (dataplane/fastpath/control_protocol.h), which is the
// contract.

import { type Prefix, parsePrefix } from "../../cli/grammar/prefix.ts";
import { nativeBytes, nativeLength } from "./native_prefix.ts";
import type { PacketKind, SampleVerdict } from "./region_data.ts";
import { dropReasons } from "./region_data.ts";

/** Packets that match every field that is there are sampled. */
export interface SampleFilter {
  /** Of either end. */
  readonly address?: Prefix | undefined;
  /** Of either end, of TCP and UDP. */
  readonly port?: number | undefined;
  /** Of IP: 1 to 255. */
  readonly protocol?: number | undefined;
  readonly verdicts?: readonly SampleVerdict[] | undefined;
  readonly kinds?: readonly PacketKind[] | undefined;
  readonly link?: number | undefined;
}

export interface SampleOrder {
  readonly filter: SampleFilter;
  /** From now on, in milliseconds; 0: what was ordered before ends. */
  readonly durationMs: number;
  /** Bytes of a packet that are kept. */
  readonly snapLength: number;
}

/** In the numbering of struct sample (dataplane/core/sample.h). */
export const sampleVerdicts: readonly SampleVerdict[] = ["forwarded", ...dropReasons, "injected"];

/** In the order of enum packet_kind (dataplane/core/packet.h). */
export const packetKinds: readonly PacketKind[] = ["other", "malformed", "ip", "evasive", "fragment", "tcp", "udp"];

/** SAMPLE_BYTES_MAX (dataplane/core/sample.h). */
export const SNAP_LENGTH_MAX = 1988;

/** CONTROL_SAMPLE_RATE_MAX: samples a second of each worker that a reader can follow who looks every 50 ms. */
const RATE = 2000;

const ORDER_BYTES = 44;

export function orderBytes({ filter, durationMs, snapLength }: SampleOrder): Uint8Array {
  const { address, port = 0, protocol = 0, verdicts = [], kinds = [], link } = filter;
  const bytes = Buffer.alloc(ORDER_BYTES);
  if (address !== undefined) {
    const { family, bytes: network, length } = parsePrefix(address);
    bytes.set(nativeBytes(family, network), 0);
    bytes[30] = nativeLength(family, length);
  }
  bytes.writeUInt32LE(bitsOf(verdicts, sampleVerdicts), 16);
  bytes.writeUInt32LE(bitsOf(kinds, packetKinds), 20);
  bytes.writeUInt32LE(link === undefined ? 0 : 1 << link, 24);
  bytes.writeUInt16LE(port, 28);
  bytes[31] = protocol;
  bytes.writeUInt32LE(durationMs, 32);
  bytes.writeUInt32LE(RATE, 36);
  bytes.writeUInt32LE(snapLength, 40);
  return bytes;
}

function bitsOf<T>(members: readonly T[], all: readonly T[]): number {
  return members.reduce((bits, member) => bits | (1 << all.indexOf(member)), 0);
}

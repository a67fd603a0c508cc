// What the fast path is asked to sample: the bytes of struct control_sample (dataplane/fastpath/control_protocol.h), which is the
// contract.

import { readAddress } from "../../cli/grammar/address.ts";
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
  /** Of the end that sent it: the one or the other. */
  readonly sourcePorts?: readonly [number, number] | undefined;
}

/** For whom: each channel has an order, rings and a reader of its own. In the order of enum sample_channel (dataplane/core/counters.h). */
export const sampleChannels = ["capture", "dhcp"] as const;
export type SampleChannel = (typeof sampleChannels)[number];

export interface SampleOrder {
  readonly channel: SampleChannel;
  readonly filter: SampleFilter;
  /** From now on, in milliseconds; 0: what was ordered before ends. */
  readonly durationMs: number;
  /** Bytes of a packet that are kept. */
  readonly snapLength: number;
  /** Addresses on the network side whose packets go before those of strangers; at most SAMPLE_SOURCES_MAX. None: all are alike. */
  readonly preferred?: readonly string[];
}

/** In the numbering of struct sample (dataplane/core/sample.h). */
export const sampleVerdicts: readonly SampleVerdict[] = ["forwarded", ...dropReasons, "injected"];

/** In the order of enum packet_kind (dataplane/core/packet.h). */
export const packetKinds: readonly PacketKind[] = ["other", "malformed", "ip", "evasive", "fragment", "tcp", "udp"];

/** SAMPLE_BYTES_MAX (dataplane/core/sample.h). */
export const SNAP_LENGTH_MAX = 1988;

/** CONTROL_SAMPLE_RATE_MAX: samples a second of each worker that a reader can follow who looks every 50 ms. */
const RATE = 2000;

/** SAMPLE_SOURCES. */
export const SAMPLE_SOURCES_MAX = 16;

const PREFERRED_AT = 52;
const ORDER_BYTES = PREFERRED_AT + SAMPLE_SOURCES_MAX * 16;

export function orderBytes({ channel, filter, durationMs, snapLength, preferred = [] }: SampleOrder): Uint8Array {
  const { address, port = 0, protocol = 0, verdicts = [], kinds = [], link, sourcePorts = [0, 0] } = filter;
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
  bytes.writeUInt16LE(sourcePorts[0], 32);
  bytes.writeUInt16LE(sourcePorts[1], 34);
  bytes.writeUInt32LE(durationMs, 36);
  bytes.writeUInt32LE(RATE, 40);
  bytes.writeUInt32LE(snapLength, 44);
  bytes.writeUInt32LE(sampleChannels.indexOf(channel), 48);
  for (const [index, text] of preferred.entries()) {
    const source = readAddress(text);
    if (source) bytes.set(nativeBytes(source.length === 4 ? 4 : 6, source), PREFERRED_AT + 16 * index);
  }
  return bytes;
}

function bitsOf<T>(members: readonly T[], all: readonly T[]): number {
  return members.reduce((bits, member) => bits | (1 << all.indexOf(member)), 0);
}

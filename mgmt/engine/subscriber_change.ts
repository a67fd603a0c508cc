// What the fast path is told about names and their mappings: the bytes of struct subscriber_change (dataplane/core/subscriber_change.h)
// and of the orders around it (dataplane/fastpath/control_protocol.h), which are the contract. There may be millions, so they are
// written in place.

import { nativeBytes, nativeLength } from "./native_prefix.ts";

/** Of one change. */
export const CHANGE_BYTES = 32;

/** In one order, at most. */
const CHANGES_MAX = 100_000;

/**
 * What of the network is a name's, as it is stored and sent: 16 bytes of the first address (IPv4 in IPv6 form), one of the prefix's
 * length in that form, four of VLAN tags, little-endian. Tags alone: no address, length 0.
 */
export type MappingKey = Uint8Array;

export const MAPPING_KEY_BYTES = 21;
const LENGTH_AT = 16;
const TAGS_AT = 17;

/** In place of tags: whatever they are. */
const ANY_TAGS = 0xffff_ffff;

/** In place of an inner tag: whatever it is. Reserved as a VLAN id (IEEE 802.1Q). */
const ANY_TAG = 0xfff;

/** VLAN ids; `inner` undefined: with an address none, alone whatever it is. */
export interface Tags {
  readonly outer: number;
  readonly inner?: number | undefined;
}

/** A prefix, in `tags` or in whatever tags. `bytes`: of its first address, in network order. */
export function prefixKey(family: 4 | 6, bytes: Uint8Array, length: number, tags?: Tags): MappingKey {
  const word = tags ? tagsWord(tags.outer, tags.inner ?? 0) : ANY_TAGS;
  return keyOf(nativeBytes(family, bytes), nativeLength(family, length), word);
}

/** All that carries these tags. */
export function tagsKey({ outer, inner = ANY_TAG }: Tags): MappingKey {
  return keyOf(new Uint8Array(LENGTH_AT), 0, tagsWord(outer, inner));
}

/** What prefixKey and tagsKey were given; `address` null: tags alone. Bytes and length in the fast path's form. */
interface KeyParts {
  readonly address: Uint8Array | null;
  readonly length: number;
  readonly tags: Tags | undefined;
}

export function keyParts(key: MappingKey): KeyParts {
  const length = key[LENGTH_AT] ?? 0;
  const word = viewOf(key).getUint32(TAGS_AT, true);
  const alone = length === 0;
  const inner = word & 0xfff;
  const named = alone ? inner !== ANY_TAG : inner !== 0;
  const tags = word === ANY_TAGS ? undefined : { outer: word >>> 12, ...(named ? { inner } : {}) };
  return { address: alone ? null : key.subarray(0, LENGTH_AT), length, tags };
}

function keyOf(address: Uint8Array, length: number, tags: number): MappingKey {
  const key = new Uint8Array(MAPPING_KEY_BYTES);
  key.set(address);
  key[LENGTH_AT] = length;
  for (let byte = 0; byte < 4; byte++) key[TAGS_AT + byte] = tags >>> (8 * byte);
  return key;
}

function tagsWord(outer: number, inner: number): number {
  return (outer << 12) | inner;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** enum control_change_kind. */
const kinds = { name: 1, map: 2, unmap: 3, forget: 4 } as const;
type ChangeKind = keyof typeof kinds;

/** Changes in a row, as they are sent. Grows by itself. */
export class ChangeWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** `room`: for how many changes to begin with. */
  constructor(room = 256) {
    this.#bytes = new Uint8Array(room * CHANGE_BYTES);
    this.#view = viewOf(this.#bytes);
  }

  get count(): number {
    return this.#length / CHANGE_BYTES;
  }

  /** Introduces a name, or gives it another package: the configuration's id. */
  name(id: number, packageId: number): void {
    const at = this.#next("name", id);
    this.#view.setUint16(at + 24, packageId, true);
  }

  /** Gives it a mapping, whoever has it. */
  map(id: number, key: MappingKey): void {
    this.#mapping("map", id, key);
  }

  /** Takes a mapping from it, if it is its. */
  unmap(id: number, key: MappingKey): void {
    this.#mapping("unmap", id, key);
  }

  /** The name; what mappings it has are nobody's then. */
  forget(id: number): void {
    this.#next("forget", id);
  }

  /** What was written; the writer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(256 * CHANGE_BYTES);
    this.#view = viewOf(this.#bytes);
    this.#length = 0;
    return taken;
  }

  #mapping(kind: ChangeKind, id: number, key: MappingKey): void {
    const at = this.#next(kind, id);
    this.#bytes.set(key.subarray(0, LENGTH_AT), at);
    this.#bytes.set(key.subarray(TAGS_AT), at + 16);
    this.#bytes[at + 27] = key[LENGTH_AT] ?? 0;
  }

  #next(kind: ChangeKind, id: number): number {
    const at = this.#length;
    if (at + CHANGE_BYTES > this.#bytes.length) this.#grow();
    this.#length += CHANGE_BYTES;
    this.#view.setUint32(at + 20, id, true);
    this.#view.setUint8(at + 26, kinds[kind]);
    return at;
  }

  #grow(): void {
    const bytes = new Uint8Array(this.#bytes.length * 2);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

/** A change as it was written: for who reads what was sent. */
export interface Change {
  readonly kind: ChangeKind;
  readonly id: number;
  readonly package: number;
  /** Hexadecimal. */
  readonly key: string;
}

export function changesOf(bytes: Uint8Array): Change[] {
  const view = viewOf(bytes);
  const words = Object.keys(kinds) as ChangeKind[];
  return Array.from({ length: bytes.length / CHANGE_BYTES }, (_, index) => {
    const at = index * CHANGE_BYTES;
    const key = [bytes.subarray(at, at + 16), bytes.subarray(at + 27, at + 28), bytes.subarray(at + 16, at + 20)];
    return {
      kind: words[view.getUint8(at + 26) - 1] ?? "name",
      id: view.getUint32(at + 20, true),
      package: view.getUint16(at + 24, true),
      key: Buffer.concat(key).toString("hex"),
    };
  });
}

/** The payloads of CONTROL_SUBSCRIBERS that carry these changes: CHANGES_MAX each at most. */
export function* subscriberOrders(epoch: number, changes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < changes.length; at += CHANGES_MAX * CHANGE_BYTES) {
    const part = changes.subarray(at, at + CHANGES_MAX * CHANGE_BYTES);
    const header = new Uint8Array(8);
    viewOf(header).setUint32(0, epoch, true);
    viewOf(header).setUint32(4, part.length / CHANGE_BYTES, true);
    yield Buffer.concat([header, part]);
  }
}

/** The payload of CONTROL_SWEEP. */
export function sweepOrder(epoch: number): Uint8Array {
  const order = new Uint8Array(4);
  viewOf(order).setUint32(0, epoch, true);
  return order;
}

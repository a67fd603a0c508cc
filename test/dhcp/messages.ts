// Messages of DHCP servers and the frames that carry them, made for tests.

import { readAddress } from "../../cli/grammar/address.ts";

export function bytesOf(address: string): Buffer {
  return Buffer.from(readAddress(address) ?? []);
}

/** Options of DHCPv4, or suboptions of option 82. */
export function options4(...options: readonly (readonly [code: number, value: Buffer | string | number])[]): Buffer {
  return Buffer.concat(
    options.map(([code, value]) => {
      const bytes = typeof value === "number" ? Buffer.of(value) : Buffer.from(value);
      return Buffer.concat([Buffer.of(code, bytes.length), bytes]);
    }),
  );
}

export function seconds(count: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(count);
  return bytes;
}

export const END = Buffer.of(255);

interface Message4 {
  readonly op?: number;
  readonly address?: string;
  readonly mac?: string;
  /** The relay's. */
  readonly giaddr?: string;
  readonly sname?: Buffer;
  readonly file?: Buffer;
  /** All that follows the cookie. */
  readonly options: Buffer;
}

export function message4({
  op = 2,
  address = "0.0.0.0",
  giaddr = "0.0.0.0",
  mac = "020000000007",
  ...rest
}: Message4): Buffer {
  const { sname = Buffer.alloc(0), file = Buffer.alloc(0), options } = rest;
  const head = Buffer.alloc(236);
  const hardware = Buffer.from(mac, "hex");
  head.set([op, 1, hardware.length]);
  head.set(bytesOf(address), 16);
  head.set(bytesOf(giaddr), 24);
  head.set(hardware, 28);
  head.set(sname, 44);
  head.set(file, 108);
  return Buffer.concat([head, Buffer.of(0x63, 0x82, 0x53, 0x63), options]);
}

interface Ack {
  readonly address: string;
  readonly mac?: string;
  readonly giaddr?: string;
  readonly lease?: number;
  readonly type?: number;
  readonly clientId?: Buffer;
  readonly circuitId?: Buffer | string;
  readonly remoteId?: Buffer | string;
}

export function ack4({ address, lease = 3600, type = 5, ...rest }: Ack): Buffer {
  const { mac = "020000000007", giaddr = "0.0.0.0", clientId, circuitId, remoteId } = rest;
  const relay = options4(
    ...(circuitId === undefined ? [] : [[1, circuitId] as const]),
    ...(remoteId === undefined ? [] : [[2, remoteId] as const]),
  );
  const options = options4(
    [53, type],
    [51, seconds(lease)],
    [54, bytesOf("192.0.2.53")],
    ...(clientId ? [[61, clientId] as const] : []),
    ...(relay.length > 0 ? [[82, relay] as const] : []),
  );
  return message4({ address, mac, giaddr, options: Buffer.concat([options, END]) });
}

/** Options of DHCPv6. */
export function options6(...options: readonly (readonly [code: number, value: Buffer | string])[]): Buffer {
  return Buffer.concat(
    options.map(([code, value]) => {
      const bytes = Buffer.from(value);
      const head = Buffer.alloc(4);
      head.writeUInt16BE(code, 0);
      head.writeUInt16BE(bytes.length, 2);
      return Buffer.concat([head, bytes]);
    }),
  );
}

export function status(code: number): readonly [number, Buffer] {
  return [13, Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from("so it is")])];
}

export function iaaddr(address: string, lifetime: number, ...more: readonly (readonly [number, Buffer])[]) {
  return [5, Buffer.concat([bytesOf(address), seconds(lifetime), seconds(lifetime), options6(...more)])] as const;
}

export function iaprefix(prefix: string, lifetime: number, ...more: readonly (readonly [number, Buffer])[]) {
  const [address = "", length] = prefix.split("/");
  const head = [seconds(lifetime), seconds(lifetime), Buffer.of(Number(length)), bytesOf(address)];
  return [26, Buffer.concat([...head, options6(...more)])] as const;
}

/** An identity association: 3 of addresses, 25 of prefixes. */
export function association(code: 3 | 25, ...inner: readonly (readonly [number, Buffer])[]) {
  return [code, Buffer.concat([Buffer.alloc(12), options6(...inner)])] as const;
}

export function message6(type: number, ...options: readonly (readonly [number, Buffer])[]): Buffer {
  return Buffer.concat([Buffer.of(type, 1, 2, 3), options6(...options)]);
}

/** A DUID-LL of an Ethernet address. */
export function duid(mac: string): Buffer {
  return Buffer.from(`00030001${mac}`, "hex");
}

interface Line {
  readonly link?: string;
  readonly interfaceId?: string;
  readonly remoteId?: string;
}

/** On its way to a relay. */
export function relayed(message: Buffer, { link = "::", interfaceId, remoteId }: Line = {}): Buffer {
  const options = options6(
    ...(interfaceId === undefined ? [] : [[18, interfaceId] as const]),
    ...(remoteId === undefined ? [] : [[37, Buffer.concat([seconds(9), Buffer.from(remoteId)])] as const]),
    [9, message],
  );
  return Buffer.concat([Buffer.of(13, 0), bytesOf(link), Buffer.alloc(16), options]);
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tags?: readonly number[];
}

/** An Ethernet frame with the payload in UDP. */
export function frame(payload: Buffer, { from, to, sourcePort, destinationPort, tags = [] }: Way): Buffer {
  const udp = Buffer.alloc(8);
  for (const [index, word] of [sourcePort, destinationPort, 8 + payload.length, 0].entries()) {
    udp.writeUInt16BE(word, 2 * index);
  }
  const [source, destination] = [bytesOf(from), bytesOf(to)];
  const length = udp.length + payload.length;
  const isIpv4 = source.length === 4;
  const ip = isIpv4 ? ipv4(length) : ipv6(length);
  const ethernet = Buffer.concat([
    Buffer.alloc(12),
    ...tags.map((tag) => Buffer.of(0x81, 0, tag >> 8, tag & 0xff)),
    isIpv4 ? Buffer.of(8, 0) : Buffer.of(0x86, 0xdd),
  ]);
  return Buffer.concat([ethernet, ip, source, destination, udp, payload]);
}

function ipv4(length: number): Buffer {
  const head = Buffer.of(0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0);
  head.writeUInt16BE(20 + length, 2);
  return head;
}

function ipv6(length: number): Buffer {
  const head = Buffer.of(0x60, 0, 0, 0, 0, 0, 17, 64);
  head.writeUInt16BE(length, 4);
  return head;
}

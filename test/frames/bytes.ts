// Numbers, text and addresses as they lie on the wire.
import ipaddr from "ipaddr.js";

/** Bytes, each 0 to 255. */
export type Bytes = readonly number[];

export const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];
export const ascii = (text: string): number[] => [...Buffer.from(text, "latin1")];
export const macBytes = (mac: string): number[] => [...Buffer.from(mac.replaceAll(":", ""), "hex")];
/** Of an IPv4 or IPv6 address: 4 or 16 bytes. */
export const addressBytes = (address: string): number[] => ipaddr.parse(address).toByteArray();

/** Bytes that differ from their neighbours. */
export const pattern = (length: number): number[] => Array.from({ length }, (_, n) => (n * 7 + 1) & 0xff);

/** The Internet checksum (RFC 1071). */
export function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

// IP addresses as text and as bytes in network order, 4 or 16. A configuration may have 100,000 of them, for which ipaddr.js
// would take ten times as long; it reads the rare form.

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

const DOT = 46;
const COLON = 58;

/** Any text form of an address without a zone; undefined: the text is none. */
export function readAddress(text: string): Uint8Array | undefined {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return bytes4(text);
  return text.includes(".") ? Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray()) : bytes6(text);
}

/** The one text of an address: that of RFC 5952 for IPv6, but an IPv4 address in it is written in hexadecimal. */
export function printAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join(".") : text6(bytes);
}

/** Of a text that isIP calls 4. */
function bytes4(text: string): Uint8Array {
  const bytes = new Uint8Array(4);
  for (let at = 0, index = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) index++;
    else bytes[index] = (bytes[index] ?? 0) * 10 + digit(code);
  }
  return bytes;
}

/** Of a text in hexadecimal that isIP calls 6. */
function bytes6(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  let length = 0;
  let gap = 16;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) === COLON) {
      gap = length;
      continue;
    }
    let group = 0;
    for (; at < text.length && text.charCodeAt(at) !== COLON; at++) group = group * 16 + digit(text.charCodeAt(at));
    bytes[length++] = group >> 8;
    bytes[length++] = group & 0xff;
  }
  // What follows `::` belongs at the end.
  return bytes.copyWithin(16 - (length - gap), gap, length).fill(0, gap, 16 - (length - gap));
}

/** Of `0` to `9` and `a` to `f` in either case. */
function digit(code: number): number {
  return (code & 15) + (code > COLON ? 9 : 0);
}

function text6(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let index = 0; index < 16; index += 2) {
    groups.push(((bytes[index] ?? 0) * 256 + (bytes[index + 1] ?? 0)).toString(16));
  }
  const text = groups.join(":");
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  if (!longest) return text;
  const { index, 0: zeros } = longest;
  return `${text.slice(0, Math.max(0, index - 1))}::${text.slice(index + zeros.length + 1)}`;
}

// Options of DHCP: one after the other, each with a code, a length and so many bytes. What does not fit is no list of options.

/** In order; a code may be there again. */
export type Options = readonly (readonly [code: number, value: Buffer])[];

/** What stands before each value. */
interface Head {
  readonly bytes: number;
  read(list: Buffer, at: number): readonly [code: number, length: number];
}

/** Of DHCPv4's suboptions (RFC 3046 2.0): a byte each. */
export const narrow: Head = { bytes: 2, read: (list, at) => [list.readUInt8(at), list.readUInt8(at + 1)] };

/** Of DHCPv6's options (RFC 8415 21.1): two bytes each. */
export const wide: Head = { bytes: 4, read: (list, at) => [list.readUInt16BE(at), list.readUInt16BE(at + 2)] };

/** Undefined: the list does not end with the end of an option. */
export function readOptions(list: Buffer, head: Head): Options | undefined {
  const options: [number, Buffer][] = [];
  for (let at = 0; at < list.length; ) {
    if (list.length - at < head.bytes) return undefined;
    const [code, length] = head.read(list, at);
    const end = at + head.bytes + length;
    if (end > list.length) return undefined;
    options.push([code, list.subarray(at + head.bytes, end)]);
    at = end;
  }
  return options;
}

/** The value of the first one with the code. */
export function optionOf(options: Options, code: number): Buffer | undefined {
  return options.find(([each]) => each === code)?.[1];
}

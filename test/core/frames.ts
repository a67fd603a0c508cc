// Ethernet frames for the engine: addresses as text, nothing checked, no checksums (the engine reads none).

import { addressBytes, u16, u32 } from "../frames/bytes.ts";

export interface Ends {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  /** VLAN ids, outer first. */
  readonly vlans?: readonly number[];
}

export interface Segment extends Ends {
  readonly sequence?: number;
  readonly flags?: readonly (keyof typeof flagBits)[];
}

const flagBits = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 };

export function tcp({ fromPort, toPort, sequence = 1, flags = ["syn"], ...ends }: Segment): Uint8Array {
  const bits = flags.reduce((sum, flag) => sum | flagBits[flag], 0);
  return frame(ends, 6, [
    ...u16(fromPort),
    ...u16(toPort),
    ...u32(sequence),
    ...u32(0),
    0x50,
    bits,
    ...u16(1024),
    ...u32(0),
  ]);
}

export function udp({ fromPort, toPort, ...ends }: Ends): Uint8Array {
  return frame(ends, 17, [...u16(fromPort), ...u16(toPort), ...u16(8), ...u16(0)]);
}

function frame(
  { from, to, vlans = [] }: Pick<Ends, "from" | "to" | "vlans">,
  protocol: number,
  rest: number[],
): Uint8Array {
  const [source, destination] = [addressBytes(from), addressBytes(to)];
  const tags = vlans.flatMap((id) => [...u16(0x8100), ...u16(id)]);
  const ip =
    source.length === 4
      ? [0x45, 0, ...u16(20 + rest.length), ...u32(0), 64, protocol, ...u16(0), ...source, ...destination]
      : [0x60, 0, 0, 0, ...u16(rest.length), protocol, 64, ...source, ...destination];
  const type = source.length === 4 ? 0x0800 : 0x86dd;
  return Uint8Array.from([...Array(12).fill(2), ...tags, ...u16(type), ...ip, ...rest]);
}

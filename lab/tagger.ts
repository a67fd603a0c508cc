// VLAN tags for the lab's traffic: compiles tagger.bpf.c for the wanted tags and attaches it to a port.
import { join } from "node:path";
import type { Port } from "./edge.ts";
import { run } from "./process.ts";

/** One VLAN tag of a frame. */
interface Tag {
  /** The tag's EtherType. */
  readonly protocol: number;
  readonly vlan: number;
}

const customer: Tag = { protocol: 0x8100, vlan: 94 };

/** The framings the lab can speak: the tags of a frame, outermost first. */
export const framings = {
  untagged: [],
  "802.1Q": [customer],
  /** IEEE 802.1ad: service tag 88a8. */
  QinQ: [{ protocol: 0x88a8, vlan: 30 }, customer],
  /** Two 802.1Q tags, as older switches send them. */
  "QinQ-8100": [{ protocol: 0x8100, vlan: 30 }, customer],
} as const satisfies Record<string, readonly Tag[]>;

export type Framing = keyof typeof framings;

/** Compiles the program for `framing` into `directory` and returns the object file's path. */
async function compile(framing: Framing, directory: string): Promise<string> {
  const object = join(directory, "tagger.bpf.o");
  const defines = framings[framing].toReversed().flatMap(({ protocol, vlan }, depth) => {
    const position = depth === 0 ? "INNER" : "OUTER";
    return [`-D${position}_PROTOCOL=${protocol}`, `-D${position}_VLAN=${vlan}`];
  });
  const source = join(import.meta.dirname, "tagger.bpf.c");
  // The architecture's headers (asm/types.h) are not on the path of the bpf target.
  const headers = "-I/usr/include/x86_64-linux-gnu";
  await run(["clang-14", "-O2", "-g", "-target", "bpf", headers, ...defines, "-c", source, "-o", object]);
  return object;
}

/** Makes everything that leaves `ports` carry the tags of `framing`, and takes them off what arrives. */
export async function tagPorts(ports: readonly Port[], framing: Framing, directory: string): Promise<void> {
  if (framings[framing].length === 0) return;
  const object = await compile(framing, directory);
  for (const { namespace, device } of ports) {
    const filter = (direction: string, section: string) =>
      `filter add dev ${device} ${direction} bpf da obj ${object} sec ${section}\n`;
    const commands = `qdisc add dev ${device} clsact\n${filter("egress", "push")}${filter("ingress", "pop")}`;
    await namespace.run(["tc", "-batch", "-"], { input: commands });
  }
}

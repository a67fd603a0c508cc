// VLAN tags, PPPoE and MPLS for the lab's traffic: compiles tagger.bpf.c for the wanted framing and attaches it to a port.
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

interface Layers {
  /** Outermost first. */
  readonly tags: readonly Tag[];
  /** Between the tags and IP; it takes a tag at least. */
  readonly shim?: "PPPOE" | "MPLS";
}

/** IEEE 802.1ad: service tag 88a8. */
const qinq: readonly Tag[] = [{ protocol: 0x88a8, vlan: 30 }, customer];

/** The framings the lab can speak. */
export const framings = {
  untagged: { tags: [] },
  "802.1Q": { tags: [customer] },
  QinQ: { tags: qinq },
  /** Two 802.1Q tags, as older switches send them. */
  "QinQ-8100": { tags: [{ protocol: 0x8100, vlan: 30 }, customer] },
  "QinQ-PPPoE": { tags: qinq, shim: "PPPOE" },
  "802.1Q-MPLS": { tags: [customer], shim: "MPLS" },
} as const satisfies Record<string, Layers>;

export type Framing = keyof typeof framings;

/** The words of a capture filter that lead it to the IP packets of `framing`. */
export function filterWords(framing: Framing): string[] {
  const { tags, shim }: Layers = framings[framing];
  const shimWords = { PPPOE: "pppoes", MPLS: "mpls" };
  return [...tags.map(() => "vlan"), ...(shim ? [shimWords[shim]] : [])];
}

/** Compiles the program for `framing` into `directory` and returns the object file's path. */
async function compile(framing: Framing, directory: string): Promise<string> {
  const object = join(directory, "tagger.bpf.o");
  const { tags, shim }: Layers = framings[framing];
  const defines = tags.toReversed().flatMap(({ protocol, vlan }, depth) => {
    const position = depth === 0 ? "INNER" : "OUTER";
    return [`-D${position}_PROTOCOL=${protocol}`, `-D${position}_VLAN=${vlan}`];
  });
  if (shim) defines.push(`-D${shim}`);
  const source = join(import.meta.dirname, "tagger.bpf.c");
  // The architecture's headers (asm/types.h) are not on the path of the bpf target.
  const headers = "-I/usr/include/x86_64-linux-gnu";
  await run(["clang-14", "-O2", "-g", "-target", "bpf", headers, ...defines, "-c", source, "-o", object]);
  return object;
}

/** Makes everything that leaves `ports` carry `framing`, and takes it off what arrives. */
export async function tagPorts(ports: readonly Port[], framing: Framing, directory: string): Promise<void> {
  if (framings[framing].tags.length === 0) return;
  const object = await compile(framing, directory);
  for (const { namespace, device } of ports) {
    // The kernel cannot cut a long packet into segments behind the program: it does not know what stands before IP then.
    await namespace.ip([`link set dev ${device} gso_max_segs 1`]);
    const filter = (direction: string, section: string) =>
      `filter add dev ${device} ${direction} bpf da obj ${object} sec ${section}\n`;
    const commands = `qdisc add dev ${device} clsact\n${filter("egress", "push")}${filter("ingress", "pop")}`;
    await namespace.run(["tc", "-batch", "-"], { input: commands });
  }
}

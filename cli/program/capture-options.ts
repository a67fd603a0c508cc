// What `postern capture` is asked for on its command line.

import { isIP } from "node:net";
import { parseArgs } from "node:util";
import type { CaptureRequest } from "../../mgmt/capture/captures.ts";
import type { PacketKind, SampleVerdict } from "../../mgmt/engine/region_data.ts";
import { type SampleFilter, SNAP_LENGTH_MAX } from "../../mgmt/engine/sample_order.ts";
import { DEFAULT_RUN_DIRECTORY } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Prefix, readPrefix } from "../grammar/prefix.ts";
import { FILE_BYTES_MAX } from "./capture-file.ts";

/** Whether the other port took a packet is known too late for a sample. */
type AskedVerdict = Exclude<SampleVerdict, "transmit">;

const verdictWords: Readonly<Record<AskedVerdict, string>> = {
  forwarded: "given to the other port",
  refused: "of a session that is refused, or another packet of its subscriber while he is blocked",
  evasive: "refused because it hides what it opens",
  cutoff: "its link is in cutoff",
  handover_full: "the hand-over ring to its worker was full",
  oversize: "too long for the other port",
  injected: "a reset that was sent to an end of a refused session",
};

const kindWords: Readonly<Record<PacketKind, string>> = {
  other: "no IP that is read",
  malformed: "a length in it does not fit",
  ip: "IP, but neither TCP nor UDP: ICMP, tunnels",
  evasive: "its ports are hidden: by fragments, or by a long chain of IPv6 extension headers",
  fragment: "a later fragment: it has no ports",
  tcp: "TCP: whole, or the first fragment",
  udp: "UDP: whole, or the first fragment",
};

const protocols: ReadonlyMap<string, number> = new Map([
  ["tcp", 6],
  ["udp", 17],
]);

const PACKETS_MAX = 1_000_000;
const SECONDS_MAX = 600;

export const usage = `postern capture FILE.pcapng [OPTION...]

  --count N          packets, at most (default 10000)
  --seconds S        seconds, at most (default 60)
  --address A[/LEN]  only packets from or to an address or a prefix
  --port N           only TCP and UDP packets from or to a port
  --protocol P       only tcp, udp, or a number of an IP protocol
  --verdict V        only packets of which this became, see below; may be repeated
  --kind K           only packets of this kind, see below; may be repeated
  --link N           only packets of a link
  --snap N           bytes of a packet that are kept (default ${SNAP_LENGTH_MAX}, which is the most)
  --run-dir DIR      where the daemon is met (default ${DEFAULT_RUN_DIRECTORY})

It ends with its packets, its seconds, Ctrl-C, or when the file has ${FILE_BYTES_MAX / 2 ** 20} MiB. A packet's comment tells verdict, subscriber,
services, and its session's state or else its kind.

Verdicts:
${explained(verdictWords)}

Kinds:
${explained(kindWords)}
`;

/** A line for each word. */
function explained(words: Readonly<Record<string, string>>): string {
  return Object.entries(words)
    .map(([word, meaning]) => `  ${word.padEnd(19)}${meaning}`)
    .join("\n");
}

const options = {
  count: { type: "string", default: "10000" },
  seconds: { type: "string", default: "60" },
  address: { type: "string" },
  port: { type: "string" },
  protocol: { type: "string" },
  verdict: { type: "string", multiple: true, default: [] as string[] },
  kind: { type: "string", multiple: true, default: [] as string[] },
  link: { type: "string" },
  snap: { type: "string", default: `${SNAP_LENGTH_MAX}` },
  "run-dir": { type: "string", default: DEFAULT_RUN_DIRECTORY },
} as const;

/** What a command line asks for. */
export interface Asked extends CaptureRequest {
  readonly path: string;
  readonly runDirectory: string;
  readonly count: number;
  readonly seconds: number;
}

/** Throws a Sentence. */
export function askedOf(args: readonly string[]): Asked {
  const { values, positionals } = parsed(args);
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new Sentence("One file is named: see postern capture --help.");
  return {
    path,
    runDirectory: values["run-dir"],
    count: numberOf("count", values.count, 1, PACKETS_MAX),
    seconds: numberOf("seconds", values.seconds, 1, SECONDS_MAX),
    snapLength: numberOf("snap", values.snap, 1, SNAP_LENGTH_MAX),
    filter: filterOf(values),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [what] = (error as Error).message.split(/[.\n]/);
    throw new Sentence(`${what}: see postern capture --help.`);
  }
}

function filterOf(values: ReturnType<typeof parsed>["values"]): SampleFilter {
  const { address, port, protocol, verdict, kind, link } = values;
  return {
    address: address === undefined ? undefined : prefixOf(address),
    port: port === undefined ? undefined : numberOf("port", port, 1, 65_535),
    protocol: protocol === undefined ? undefined : protocolOf(protocol),
    verdicts: verdict.map((word) => oneOf("verdict", word, verdictWords)),
    kinds: kind.map((word) => oneOf("kind", word, kindWords)),
    link: link === undefined ? undefined : numberOf("link", link, 0, 3),
  };
}

function prefixOf(text: string): Prefix {
  const family = isIP(text);
  const reading = readPrefix(family === 0 ? text : `${text}/${family === 4 ? 32 : 128}`);
  if (reading && "value" in reading) return reading.value;
  throw new Sentence(reading?.refusal ?? "--address is an address or a prefix, such as 192.0.2.7 or 2001:db8::/48.");
}

function protocolOf(text: string): number {
  const number = protocols.get(text) ?? wholeNumber(text);
  if (number >= 1 && number <= 255) return number;
  throw new Sentence("--protocol is tcp, udp, or a number from 1 to 255.");
}

function numberOf(option: string, text: string, first: number, last: number): number {
  const value = wholeNumber(text);
  if (value >= first && value <= last) return value;
  throw new Sentence(`--${option} is a number from ${first} to ${last}.`);
}

/** NaN: it is none. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function oneOf<T extends string>(option: string, text: string, words: Readonly<Record<T, string>>): T {
  if (Object.hasOwn(words, text)) return text as T;
  throw new Sentence(`--${option} is one of ${Object.keys(words).join(", ")}.`);
}

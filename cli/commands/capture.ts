// `postern capture`: packets as they pass, with what became of them, into a pcapng file.

import { isIP } from "node:net";
import { parseArgs } from "node:util";
import type { CaptureRequest } from "../../mgmt/capture/captures.ts";
import { packetKinds, type SampleFilter, SNAP_LENGTH_MAX, sampleVerdicts } from "../../mgmt/engine/sample_order.ts";
import { askMany } from "../../mgmt/local/client.ts";
import { DEFAULT_RUN_DIRECTORY, daemonSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { number } from "../../mgmt/words.ts";
import { CaptureFile } from "../capture-file.ts";
import { type Prefix, readPrefix } from "../prefix.ts";

/** Whether the other port took a packet is known too late for a sample. */
const verdicts = sampleVerdicts.filter((verdict) => verdict !== "transmit");

const PACKETS_MAX = 1_000_000;
const SECONDS_MAX = 600;
const PROGRESS_MS = 500;

export const usage = `postern capture FILE.pcapng [OPTION...]

  --count N          packets, at most (default 10000)
  --seconds S        seconds, at most (default 60)
  --address A[/LEN]  only packets from or to an address or a prefix
  --port N           only TCP and UDP packets from or to a port
  --protocol P       only tcp, udp, or a number of an IP protocol
  --verdict V        only ${verdicts.join(", ")}; may be repeated
  --kind K           only ${packetKinds.join(", ")}; may be repeated
  --link N           only packets of a link
  --snap N           bytes of a packet that are kept (default ${SNAP_LENGTH_MAX}, which is the most)
  --run-dir DIR      where the daemon is met (default ${DEFAULT_RUN_DIRECTORY})
`;

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

interface Asked extends CaptureRequest {
  readonly path: string;
  readonly runDirectory: string;
  readonly count: number;
  readonly seconds: number;
}

/** `args`: what follows the word capture. Returns the exit status; rejects with a Sentence. */
export async function capture(args: readonly string[]): Promise<number> {
  const asked = askedOf(args);
  const file = await CaptureFile.create(asked.path, asked.snapLength);
  const ended = endOf(asked.seconds);
  try {
    await record(asked, file, ended);
  } finally {
    await file.end(Date.now() * 1000);
  }
  process.stdout.write(`${number(file.packets)} packets are in ${file.path}. ${file.missing}\n`);
  return 0;
}

async function record(asked: Asked, file: CaptureFile, ended: AbortSignal): Promise<void> {
  const { filter, snapLength, count, runDirectory } = asked;
  const batches = askMany(daemonSocket(runDirectory), { ask: "capture", filter, snapLength });
  let told = 0;
  // The daemon sends many batches a second, so none of these conditions waits long.
  for await (const batch of batches) {
    await file.add(batch, count - file.packets);
    if (ended.aborted || file.packets >= count || file.full) break;
    if (process.stderr.isTTY && performance.now() - told >= PROGRESS_MS) {
      told = performance.now();
      process.stderr.write(`\r${number(file.packets)} packets, ${number(file.bytes)} bytes; Ctrl-C ends it `);
    }
  }
  if (told > 0) process.stderr.write("\n");
}

/** Aborted after so many seconds, or when the process is asked to end. */
function endOf(seconds: number): AbortSignal {
  const asked = new AbortController();
  const end = () => asked.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  return AbortSignal.any([asked.signal, AbortSignal.timeout(seconds * 1000)]);
}

function askedOf(args: readonly string[]): Asked {
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
    verdicts: verdict.map((word) => oneOf("verdict", word, verdicts)),
    kinds: kind.map((word) => oneOf("kind", word, packetKinds)),
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
  const named: Readonly<Record<string, number>> = { tcp: 6, udp: 17 };
  return Object.hasOwn(named, text) ? (named[text] ?? 0) : numberOf("protocol", text, 1, 255);
}

function numberOf(option: string, text: string, first: number, last: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= first && value <= last) return value;
  throw new Sentence(`--${option} is a number from ${first} to ${last}.`);
}

function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new Sentence(`--${option} is one of ${words.join(", ")}.`);
  return word;
}

// What tshark reads in a capture: the generator's witness, which knows nothing of this program.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const fields = [
  "frame.number",
  "frame.time_epoch",
  "tcp.stream",
  "tcp.flags.str",
  "ip.src",
  "ip.dst",
  "ipv6.src",
  "ipv6.dst",
  "tcp.srcport",
  "tcp.dstport",
  "smtp.req.command",
  "smtp.response.code",
  "imf.subject",
  "dns.qry.type",
  "dns.count.answers",
  "dns.mx.mail_exchange",
  "_ws.expert.severity",
  "_ws.expert.message",
] as const;

/** A frame's fields; empty: it has none such. Of an address or port in several headers the innermost; of others all, by commas. */
export type ReadFrame = Readonly<Record<(typeof fields)[number], string>>;

const inner = /^(tcp|ip|ipv6)\./;

/** What tshark does not do by itself: checksums, one old tag type, and pseudowires, which nothing announces. */
const settings = [
  ...["tcp", "udp", "ip"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]),
  ...["-d", "ethertype==0x9200,vlan", "-d", "mpls.label==500,pwethcw", "-d", "mpls.label==600,pwethnocw"],
];

export function readFrames(path: string): Promise<ReadFrame[]> {
  return readFields(path, fields);
}

/** As `readFrames`, of these fields; `more` are options of tshark's. */
export async function readFields<Field extends string>(
  path: string,
  names: readonly Field[],
  more: readonly string[] = [],
): Promise<Readonly<Record<Field, string>>[]> {
  const columns = ["-T", "fields", "-E", "separator=/t", ...names.flatMap((name) => ["-e", name])];
  const { stdout } = await run("tshark", ["-r", path, ...settings, ...more, ...columns], { maxBuffer: 2 ** 26 });
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => fieldsIn(line, names));
}

function fieldsIn<Field extends string>(line: string, names: readonly Field[]): Readonly<Record<Field, string>> {
  const values = line.split("\t");
  const named = names.map((name, n) => {
    const value = values[n] ?? "";
    return [name, inner.test(name) ? value.split(",").at(-1) : value];
  });
  return Object.fromEntries(named);
}

/** Wireshark's PI_WARN; errors are more. Below it are notes on the ordinary. */
const warning = 0x00600000;

/** What tshark complains about: wrong checksums, lengths that do not fit, lost segments... */
export function complaints(
  frames: readonly Pick<ReadFrame, "frame.number" | "_ws.expert.severity" | "_ws.expert.message">[],
): string[] {
  return frames
    .filter((frame) => frame["_ws.expert.severity"].split(",").some((severity) => Number(severity) >= warning))
    .map((frame) => `frame ${frame["frame.number"]}: ${frame["_ws.expert.message"]}`);
}

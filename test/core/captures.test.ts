// Public captures through the engine, against what tshark's conversation lists and flag filters say. Each file in captures/ is a
// configuration, with the reasons in its comments, and below `---` what must come out; people wrote both, not this program.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import type { ReplayedBreach } from "../../mgmt/replay/breach_list.ts";
import { type ReplayReport, replayCapture } from "../../mgmt/replay/replay.ts";
import type { ReplayedSession } from "../../mgmt/replay/session_list.ts";

const goldens = join(import.meta.dirname, "captures");
const captures = process.env.POSTERN_CAPTURES ?? join(import.meta.dirname, "../../../shared/captures");

/** What is in the captures, in a few words each. */
const names = {
  "02-smtp-one-direction": "the client's half of a session opens it and leaves it half-closed",
  "03-smtp-600-rcpt": "600 recipients in one session are one session",
  "04-smtp-invalid-transactions": "a loopback capture, where both ends are the subscriber, is two keys",
  "05-smtp-ipv6": "mail over IPv6",
  "06-smtp-starttls": "a session with a server in an excluded zone belongs to no service",
  "07-smtp-bdat-pipelining": "a SYN that asks for explicit congestion notification opens a session",
  "09-smtp-many-rcpt-1999": "a session of 1999",
  "10-smtp-starttls-vlan-ipv6": "an untagged IPv4 session and, four years later, a tagged IPv6 one",
  "16-smtp-3-mails-one-session": "three mails in one session count once, and the one that declares a breach passes",
  "18-smtp-pipelined": "pipelined commands",
  "21-dns-mx-a-aaaa": "UDP exchanges over a quota are refused until the period ends",
  "22-dns-google-mx": "a breach that is only reported refuses nothing",
  "23-dns-mx-single": "one question and its answer are one exchange",
  "24-dns-mx-tunnel-falsepositive": "300 packets of one 5-tuple are one exchange",
  "27-pppoe-over-qinq-tls": "a session in PPPoE within QinQ, silent for minutes",
  "28-vlan-mpls-mixed": "a session in MPLS beside plain and tagged ones",
  "30-trex-smtp-template": "a session opened from the network side is nobody's to count",
} as const;

for (const [name, title] of Object.entries(names)) {
  const capture = join(captures, `${name}.pcap`);
  const run = existsSync(capture) ? test : test.skip;
  const reason = existsSync(capture) ? "" : ` (no capture at ${captures})`;
  run(`${name}: ${title}${reason}`, async (t) => {
    const [configuration = "", expected = ""] = (await readFile(join(goldens, `${name}.txt`), "utf8")).split("---\n");
    const parsed = parseConfiguration(configuration);
    if ("errors" in parsed) return t.fail(JSON.stringify(parsed.errors));
    const report = replayCapture(parsed.configuration, capture);
    t.is(report.error, null);
    t.is(summary(report), expected);
  });
}

function summary({ packets, sessions, breaches, counters }: ReplayReport): string {
  const { side, kind, verdict } = packets;
  const lines = [
    `from: subscriber ${side.subscriber}, network ${side.network}, neither ${side.neither}`,
    `kind: tcp ${kind.tcp}, udp ${kind.udp}, ip ${kind.ip}, other ${kind.other}, malformed ${counters.malformed}`,
    `verdict: forward ${verdict.forward}, refuse ${verdict.refuse}`,
    `sessions: opened ${counters.sessions_opened}, joined ${counters.sessions_joined}, refused ${counters.sessions_refused}`,
    ...bySubscriber(sessions),
    ...sessions.map(sessionLine),
    ...breaches.map(breachLine),
  ];
  return `${lines.join("\n")}\n`;
}

function bySubscriber(sessions: readonly ReplayedSession[]): string[] {
  return [...Map.groupBy(sessions, ({ subscriber }) => subscriber)].map(([subscriber, own]) => {
    const count = (began: ReplayedSession["began"]) => own.filter((session) => session.began === began).length;
    return `subscriber ${subscriber}: opened ${count("opened")}, joined ${count("joined")}, refused ${count("refused")}`;
  });
}

function sessionLine(session: ReplayedSession): string {
  const { began, protocol, opener, outerVlan, innerVlan, services, state } = session;
  const [subscriber, network] = [
    endText(session.subscriber, session.subscriberPort),
    endText(session.network, session.networkPort),
  ];
  const direction = opener === "subscriber" ? ">" : "<";
  const vlans = [outerVlan, innerVlan].filter((id) => id !== 0).join(".");
  const vlan = vlans && ` vlan ${vlans}`;
  const service = services.join(",") || "-";
  return `session ${began} ${protocol} ${subscriber} ${direction} ${network}${vlan} services ${service} state ${state}`;
}

function breachLine({ subscriber, service, counted, refused }: ReplayedBreach): string {
  return `breach ${subscriber.address}/${subscriber.prefixLength} ${service} counted ${counted} refused ${refused}`;
}

function endText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

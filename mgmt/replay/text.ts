// A replay's report as text for a person.

import { columns } from "../../cli/columns.ts";
import { periodText, signalText, subscriberText } from "../breaches/notice.ts";
import { dateAndTime, number } from "../words.ts";
import type { ReplayedBreach } from "./breach_list.ts";
import type { PacketCounts } from "./packet_counts.ts";
import type { ReplayReport } from "./replay.ts";
import type { ReplayedSession } from "./session_list.ts";

export function reportLines({ packets, sessions, breaches, counters }: ReplayReport): string[] {
  const notRoom = ["session_table_full", "subscriber_table_full", "watch_pool_full"] as const;
  return [
    ...block(`Sessions: ${number(sessions.length)}`, sessions.length > 0 ? sessionLines(sessions) : []),
    ...block(`Breaches: ${number(breaches.length)}`, breaches.length > 0 ? breachLines(breaches) : []),
    ...block(`Packets: ${number(packets.total)}`, packetLines(packets)),
    ...notRoom
      .filter((counter) => counters[counter] > 0)
      .map((counter) => `${counter.replaceAll("_", " ")}: ${number(counters[counter])} times`),
  ];
}

function block(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => `  ${line}`), ""];
}

function sessionLines(sessions: readonly ReplayedSession[]): string[] {
  return columns(
    ["TIME", "SUBSCRIBER", "", "NETWORK", "PROTOCOL", "VLAN", "SERVICES", "BEGAN", "STATE"],
    sessions.map((session) => [
      timeText(session.startedAt),
      endText(session.subscriber, session.subscriberPort),
      session.opener === "subscriber" ? "->" : "<-",
      endText(session.network, session.networkPort),
      session.protocol,
      [session.outerVlan, session.innerVlan].filter((id) => id !== 0).join(".") || "-",
      session.services.join(",") || "-",
      session.began,
      session.state,
    ]),
  );
}

function breachLines(breaches: readonly ReplayedBreach[]): string[] {
  return columns(
    ["DECLARED", "UNTIL", "SUBSCRIBER", "SERVICE", "QUOTA", "ACTIONS", "COUNTED", "REFUSED"],
    breaches.map(({ detector, ...breach }) => [
      timeText(breach.startedAt),
      timeText(breach.untilAt),
      subscriberText(breach),
      breach.service,
      `${detector.threshold} ${signalText(detector)} in ${periodText(detector)}`,
      detector.actions.join(","),
      breach.counted,
      breach.refused,
    ]),
  );
}

function packetLines({ side, kind, verdict }: PacketCounts): string[] {
  const rows = { from: side, kind, verdict };
  return columns(
    ["", "", "PACKETS"],
    Object.entries(rows).flatMap(([what, counts]) =>
      Object.entries(counts).map(([which, count], index) => [index === 0 ? what : "", which, count]),
    ),
  );
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`. */
function endText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `2026-11-22 12:00:03.250`, in this machine's time zone. */
function timeText(unixMs: number): string {
  return `${dateAndTime(unixMs)}.${String(unixMs % 1000).padStart(3, "0")}`;
}

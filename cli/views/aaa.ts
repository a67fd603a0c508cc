// Servers of logins and accounting, as text.

import { protocolNames, type ServerFigures } from "../../mgmt/aaa/server-record.ts";
import { number } from "../../mgmt/words.ts";
import { columns } from "../columns.ts";

const heading = [
  ...["PROTOCOL", "ADDRESS", "PORT", "FOR", "STATE", "REQUESTS", "ANSWERS", "ACCEPTED", "REFUSED", "UNANSWERED"],
  ...["UNTRUSTED", "TOOK"],
];

export function serverLines(servers: readonly ServerFigures[]): string[] {
  if (servers.length === 0) return ["No server is configured."];
  const rows = servers.map(({ protocol, address, port, use, state, ...figures }) => [
    ...[protocolNames[protocol], address, String(port), use, state],
    ...[figures.requests, figures.answers, figures.accepts, figures.refusals, figures.unanswered, figures.untrusted],
    figures.answerMs === null ? "-" : `${number(Math.round(figures.answerMs))} ms`,
  ]);
  return columns(heading, rows);
}

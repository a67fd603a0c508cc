// The lab as a drawing.
import type { Quota } from "./configuration.ts";
import { dns, exchangers, type Host, homes, mail, web, zombie } from "./plan.ts";
import type { Site } from "./site.ts";

const row = ({ name, ipv4, ipv6 }: Host) => `    ${name.padEnd(8)} ${ipv4.padEnd(14)} ${ipv6}`;

/** Draws who is where and what is watched. */
export function picture(site: Site, { sessions, periodSeconds }: Quota): string {
  const rule = `  Postern: outbound SMTP, at most ${sessions} sessions in ${periodSeconds} s  `;
  const edge = rule.replace(/./g, "-");
  const port = (device: string) => ["          |", `        ${device}`, "          |"];
  return [
    `  subscribers, in namespace ${site.subscribers.name}`,
    ...[...homes, zombie].map(row),
    ...port("sub0"),
    `  +${edge}+`,
    `  |${rule}|`,
    `  +${edge}+`,
    ...port("net0"),
    ...[mail, dns, web, ...exchangers].map(row),
    `  servers, in namespace ${site.network.name}`,
  ].join("\n");
}

// The lab's configuration: the appliance's text form, with the quota and the link mode that a lab wants.
import type { LinkMode } from "../mgmt/config/sections/links.ts";
import { prefixes } from "./plan.ts";

/** The quota on outbound mail: at most `sessions` in a period of `periodSeconds`. */
export interface Quota {
  readonly sessions: number;
  readonly periodSeconds: number;
  /** What the detector's line says behind its period; it blocks by dropping unless told otherwise. */
  readonly detector?: string;
  /** The service that is counted, in place of all outbound mail: a built-in one. */
  readonly service?: string;
  /** Lines about zones, for the file's beginning. */
  readonly zones?: readonly string[];
  /** Lines for the line card. */
  readonly lineCard?: readonly string[];
}

/** The quota of Cisco's own example (OL-10610-03, chapter 4). */
export const usualQuota: Quota = { sessions: 10, periodSeconds: 60 };

/** The configuration file: every address of the plan is an anonymous subscriber under the quota. */
export function configurationText(quota: Quota, linkMode: LinkMode = "forwarding"): string {
  const { sessions, periodSeconds, detector = "window fixed action report block" } = quota;
  const { service = "smtp-outbound", zones = [], lineCard = [] } = quota;
  const [ipv4, length = ""] = prefixes.subscribers.ipv4.split("/");
  const mask = (0xffffffff << (32 - Number(length))) >>> 0;
  return `hostname "lab"
${zones.map((line) => `${line}\n`).join("")}service smtp-outbound
 protocol tcp port 25
 initiator subscriber
package 0 name "residential"
 mass-mailing service ${service}
  detect sessions ${sessions} period ${periodSeconds} ${detector}
interface LineCard 0
${lineCard.map((line) => ` ${line}\n`).join("")} link mode all-links ${linkMode}
 subscriber anonymous-group name "homes" IP-range ${ipv4}:0x${mask.toString(16)} template 4
 subscriber anonymous-group name "homes-ipv6" IP-range ${prefixes.subscribers.ipv6} template 4
 subscriber template 4 package 0
end
`;
}

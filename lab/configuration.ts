// The lab's configuration: the appliance's text form, with the quota and the link mode that a lab wants.
import type { LinkMode } from "../mgmt/config/sections/links.ts";
import { prefixes } from "./plan.ts";

/** The quota on outbound mail: at most `sessions` in a period of `periodSeconds`. */
export interface Quota {
  readonly sessions: number;
  readonly periodSeconds: number;
}

/** The quota of Cisco's own example (OL-10610-03, chapter 4). */
export const usualQuota: Quota = { sessions: 10, periodSeconds: 60 };

/** The configuration file: every address of the plan is an anonymous subscriber under the quota. */
export function configurationText({ sessions, periodSeconds }: Quota, linkMode: LinkMode = "forwarding"): string {
  const [ipv4, length = ""] = prefixes.subscribers.ipv4.split("/");
  const mask = (0xffffffff << (32 - Number(length))) >>> 0;
  return `hostname "lab"
service smtp-outbound
 protocol tcp port 25
 initiator subscriber
package 0 name "residential"
 mass-mailing service smtp-outbound
  detect sessions ${sessions} period ${periodSeconds} window fixed action report block
interface LineCard 0
 link mode all-links ${linkMode}
 subscriber mode anonymous
 subscriber anonymous-group name "homes" IP-range ${ipv4}:0x${mask.toString(16)} template 4
 subscriber anonymous-group name "homes-ipv6" IP-range ${prefixes.subscribers.ipv6} template 4
 subscriber template 4 package 0
end
`;
}

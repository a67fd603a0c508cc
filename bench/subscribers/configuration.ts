import { radiusKey } from "./radius.ts";

/** RFC 2866 3. */
export const radiusPort = 1813;

/** Names have an effect; the crowd's packets are of a service that is measured. */
export function configurationText(): string {
  return `hostname bench
service discard
 protocol udp port 9
 initiator subscriber
service smtp-outbound
 protocol tcp port 25
 initiator subscriber
package 0 name "residential"
 mass-mailing service discard
 mass-mailing service smtp-outbound
  detect sessions 10 period 60 window fixed action report block
interface LineCard 0
 link mode all-links forwarding
 subscriber mode aware
 subscriber LEG radius-accounting port ${radiusPort}
 subscriber LEG radius-accounting client 127.0.0.1 key ${radiusKey}
end
`;
}

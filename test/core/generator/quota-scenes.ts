// The scene of every framing: a zombie that mails over its quota of 10 in 60 s, and everything of it and beside it that must pass.

import type { Scene } from "./capture.ts";
import { type Conversation, type Host, mail, mxLookup } from "./conversation.ts";
import type { NamedFraming } from "./framings.ts";

/** Of the hosts in each family. */
export const addresses = {
  IPv4: { zombie: "10.30.94.66", bystander: "10.30.94.11", server: "198.51.100.25" },
  IPv6: { zombie: "2001:db8:94:66::66", bystander: "2001:db8:94:11::11", server: "2001:db8:f::25" },
} as const;

/**
 * The mail's subject is the scene's name. `turn`: scenes of different turns have no port and no time in common, so a capture can
 * hold them one after the other.
 */
export function quotaScenes(framing: NamedFraming, turn = 0): Scene[] {
  const { zombie, bystander, server } = addresses[framing.family];
  const [firstPort, startSeconds] = [10_000 + 100 * turn, 200 * turn];
  const home = (address: string, port: number): Host => ({ side: "subscriber", address, port });
  const far = (port: number): Host => ({ side: "network", address: server, port });
  const scene = (name: string, atSeconds: number, conversation: Conversation): Scene => ({
    ...{ name, framing, conversation },
    atSeconds: startSeconds + atSeconds,
  });
  const mailing = (name: string, atSeconds: number, client: Host, to: Host) =>
    scene(name, atSeconds, mail(client, to, { subject: name }));
  return [
    ...Array.from({ length: 12 }, (_, n) => mailing(`mail ${n + 1}`, n, home(zombie, firstPort + n + 1), far(25))),
    mailing("bystander 1", 4.5, home(bystander, firstPort + 21), far(25)),
    mailing("bystander 2", 11.5, home(bystander, firstPort + 22), far(25)),
    mailing("inbound", 12.5, far(firstPort + 31), home(zombie, 25)),
    scene("lookup", 13.5, mxLookup(home(zombie, firstPort + 41), far(53))),
    mailing("mail 13", 61, home(zombie, firstPort + 13), far(25)),
  ];
}

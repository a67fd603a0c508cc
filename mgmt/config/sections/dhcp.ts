// DHCP as a feed of subscribers: which servers are believed, and what their clients are called.

import { z } from "zod";
import { nameSources } from "../../dhcp/name.ts";
import { SAMPLE_SOURCES_MAX } from "../../engine/sample_order.ts";
import { put, remove } from "../lists.ts";
import { excess, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import type { Facts } from "../service.ts";
import { address } from "../values.ts";
import { LEG, SUBSCRIBER } from "./subscribers.ts";

/** Of both families; as many as the fast path prefers to strangers. */
export const DHCP_SERVERS_MAX = SAMPLE_SOURCES_MAX;

export const dhcpSchema = z.strictObject({
  servers: z.array(address),
  /** By what a client is named. */
  name: z.enum(nameSources),
});

export const dhcpDefaults: z.infer<typeof dhcpSchema> = { servers: [], name: "relay-circuit-id" };

const DHCP = "DHCP servers, by their replies to clients as they pass";

const server = line({
  mode: "linecard",
  syntax: "subscriber LEG dhcp server <server:ADDRESS>",
  help: {
    ...{ subscriber: SUBSCRIBER, LEG, dhcp: DHCP },
    server: "One that is believed, where its replies come from the network side",
    "<server>": "The IPv4 or IPv6 address that they come from: its own, or that of the relay that passes them on",
  },
  suggest: { server: ({ dhcp: { servers } }: Facts) => [...servers] },
  run: ({ dhcp: { servers } }, { server }) => put(servers, server, itself),
  slot: "subscriber LEG dhcp server <server:ADDRESS>",
  no: ({ dhcp: { servers } }, { server }) => remove(servers, server, itself),
});

const name = line({
  mode: "linecard",
  syntax: "subscriber LEG dhcp name <name:relay-circuit-id|circuit-id|remote-id|client-id|mac>",
  help: {
    ...{ subscriber: SUBSCRIBER, LEG, dhcp: DHCP },
    name: "What a subscriber is called by",
    "relay-circuit-id": "His relay's address and what it calls his line (the default)",
    "circuit-id":
      "What his relay calls his line, if no two relays say the same: Circuit ID, and Interface-Id of DHCPv6",
    "remote-id": "What his relay calls him: Remote ID",
    "client-id": "What he calls himself: his client identifier, or his DUID",
    mac: "His hardware address",
  },
  run: ({ dhcp }, { name }) => {
    dhcp.name = name;
  },
  slot: "subscriber LEG dhcp name",
  no: ({ dhcp }) => {
    dhcp.name = dhcpDefaults.name;
  },
});

export const dhcp: Section = {
  lines: [server, name].flatMap(({ forms }) => forms),

  render: ({ dhcp }, all) => [
    ...dhcp.servers.map((each) => server.print({ server: each })),
    ...(dhcp.name !== dhcpDefaults.name || all ? [name.print(dhcp)] : []),
  ],

  *check({ dhcp: { servers } }) {
    const path = ["dhcp", "servers"];
    yield* repeats(path, servers, "Server", itself);
    yield* excess([[path, servers]], DHCP_SERVERS_MAX, "DHCP servers");
  },
};

function itself(server: string): string {
  return server;
}

// Services: the sessions that detectors count, told by protocol, server ports, initiating side and zone. Some are built in
// (../known-services.ts).

import { z } from "zod";
import { checkService, policyServices, serviceUses } from "../known-services.ts";
import { findOrAdd, remove } from "../lists.ts";
import { excess, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { ports, word } from "../values.ts";
import { checkZone, zoneNames } from "./zones.ts";

/** A session's services are a 64-bit set in the fast path. */
export const SERVICES_MAX = 64;

/** So that all services fit the 1024 of the fast path's policy. */
export const SERVICE_PORT_RANGES_MAX = 16;

export const serviceSchema = z.strictObject({
  name: word,
  /** Absent: the service is incomplete and matches nothing. */
  transport: z.strictObject({ protocol: z.enum(["tcp", "udp"]), ports }).optional(),
  /** The side that opens the session. */
  initiator: z.enum(["subscriber", "network", "either"]),
  /** Whether the other end's address must be in the zone or outside it. */
  zone: z.strictObject({ relation: z.enum(["include", "exclude"]), name: word }).optional(),
});

export type Service = z.infer<typeof serviceSchema>;

const service = line({
  mode: "global",
  syntax: "service <name:SERVICE>",
  help: { service: "A kind of session to count", "<name>": "Its name" },
  suggest: { name: ({ services }) => services.map(({ name }) => name) },
  enters: "service",
  run: ({ services }, { name }) => findOrAdd(services, { name, initiator: "either" }, nameOf),
  slot: "service <name:SERVICE>",
  no: ({ services }, { name }) => remove(services, name, nameOf),
});

const protocol = line({
  mode: "service",
  syntax: "protocol <protocol:tcp|udp> port <ports:PORTS>",
  help: {
    protocol: "The protocol and the server's ports",
    tcp: "Connections",
    udp: "Exchanges",
    port: "The server's ports",
    "<ports>": "A list of ports and ranges",
  },
  run: (service, transport) => {
    service.transport = transport;
    return transport;
  },
  slot: "protocol",
  no: (service) => {
    delete service.transport;
  },
});

const initiator = line({
  mode: "service",
  syntax: "initiator <initiator:subscriber|network|either>",
  help: {
    initiator: "The side that opens the session",
    subscriber: "Outbound: the subscriber",
    network: "Inbound: a host on the network side",
    either: "Both (the default)",
  },
  run: (service, { initiator }) => {
    service.initiator = initiator;
  },
  slot: "initiator",
  no: (service) => {
    service.initiator = "either";
  },
});

const zone = line({
  mode: "service",
  syntax: "zone <relation:include|exclude> <name:WORD>",
  help: {
    zone: "The address on the network side",
    include: "Count only sessions with the zone",
    exclude: "Leave out sessions with the zone",
    "<name>": "The zone's name",
  },
  suggest: { name: zoneNames },
  run: (service, zone) => {
    service.zone = zone;
    return zone;
  },
  slot: "zone",
  no: (service) => {
    delete service.zone;
  },
});

export const services: Section = {
  lines: [service, protocol, initiator, zone].flatMap(({ forms }) => forms),

  render: ({ services }) =>
    services.map((each) =>
      service.print(each, [
        ...(each.transport ? [protocol.print(each.transport)] : []),
        initiator.print(each),
        ...(each.zone ? [zone.print(each.zone)] : []),
      ]),
    ),

  *check(configuration, before) {
    const { services, zones } = configuration;
    yield* repeats(["services"], services, "Service", nameOf);
    yield* excess([[["services"], services]], SERVICES_MAX, "services");
    for (const [index, { transport, zone }] of services.entries()) {
      const path = ["services", index];
      if (zone) yield* checkZone([...path, "zone", "name"], zone.name, zones);
      const ports = [...path, "transport", "ports"];
      if ((transport?.ports.length ?? 0) > SERVICE_PORT_RANGES_MAX) {
        yield problem(ports, "too-many", "port ranges in a service", SERVICE_PORT_RANGES_MAX);
      }
    }
    const uses = serviceUses(configuration);
    for (const { path, name } of uses) yield* checkService(path, name, configuration, before);
    const [one] = policyServices(configuration).slice(SERVICES_MAX);
    const use = uses.find(({ name }) => name === one?.name);
    if (services.length <= SERVICES_MAX && use) yield problem(use.path, "too-many", "services", SERVICES_MAX);
  },

  *incomplete({ services }) {
    for (const { name, transport } of services) {
      if (!transport) yield { object: `service ${name}`, lacks: 'It has no ports: give it a "protocol" line.' };
    }
  },
};

function nameOf({ name }: Pick<Service, "name">): string {
  return name;
}

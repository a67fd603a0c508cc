// The services that a configuration may speak of: its own, and those that are built in. What is built in is in the fast path's
// policy only where somebody speaks of it.

import type { Configuration } from "./configuration.ts";
import { type Path, type Problem, problem } from "./problems.ts";

type Service = Configuration["services"][number];

/** One that has ports. */
export type KnownService = Service & { readonly transport: NonNullable<Service["transport"]> };

/** Ports are those of IANA's Service Name and Transport Protocol Port Number Registry. */
interface BuiltIn {
  readonly service: KnownService;
  /** What it is, for a person. */
  readonly means: string;
}

/** The configuration's, or what the rest of the daemon sees of it. */
type Services = Pick<Configuration, "services" | "homeServers">;

type Uses = Services & Pick<Configuration, "packages" | "zoneOverrides">;

const OFF_NET = "smtp-off-net";

const mail = { protocol: "tcp", ports: [{ first: 25, last: 25 }] } as const;

const always: readonly BuiltIn[] = [
  {
    service: { name: "smtp", transport: mail, initiator: "either" },
    means: "Mail from server to server, in both directions",
  },
  {
    service: { name: "smtp-outbound", transport: mail, initiator: "subscriber" },
    means: "Mail that a subscriber delivers himself",
  },
  {
    service: {
      name: "submission",
      // RFC 8314 7.3 (465, TLS at once) and RFC 6409 3.1 (587).
      transport: {
        protocol: "tcp",
        ports: [
          { first: 465, last: 465 },
          { first: 587, last: 587 },
        ],
      },
      initiator: "subscriber",
    },
    means: "Mail that a subscriber gives to the servers where he has an account",
  },
  {
    service: { name: "dns", transport: { protocol: "udp", ports: [{ first: 53, last: 53 }] }, initiator: "subscriber" },
    means: "Questions to name servers",
  },
  {
    service: {
      name: "http",
      transport: { protocol: "tcp", ports: [{ first: 80, last: 80 }] },
      initiator: "subscriber",
    },
    means: "Pages without TLS",
  },
];

/** Those that are there unless the configuration has a service of the name that has ports. */
export function builtInServices({ homeServers }: Pick<Services, "homeServers">): readonly BuiltIn[] {
  if (!homeServers) return always;
  const zone = { relation: "exclude", name: homeServers.zone } as const;
  const offNet: BuiltIn = {
    service: { name: OFF_NET, transport: mail, initiator: "subscriber", zone },
    means: "Mail that a subscriber delivers himself, and not by the home servers",
  };
  return always.toSpliced(2, 0, offNet);
}

/** Every service that matches something, the configuration's own first. */
export function knownServices(services: Services): KnownService[] {
  const own = services.services.filter((each): each is KnownService => each.transport !== undefined);
  const builtIn = builtInServices(services).map(({ service }) => service);
  return [...own, ...builtIn.filter(({ name }) => !hasOwn(services, name))];
}

function hasOwn({ services }: Services, name: string): boolean {
  return services.some((each) => each.name === name && each.transport !== undefined);
}

/** Those of the fast path's policy, in the order of the bits that sessions have. `beside`: names that others than it speak of. */
export function policyServices(configuration: Uses, beside: Iterable<string> = []): KnownService[] {
  const own = new Set(configuration.services.map(({ name }) => name));
  const used = new Set([...serviceUses(configuration).map(({ name }) => name), ...beside]);
  return knownServices(configuration).filter(({ name }) => own.has(name) || used.has(name));
}

/** What a service is, for a person; null: it is not built in. */
export function builtInMeaning(name: string, services: Services): string | null {
  if (hasOwn(services, name)) return null;
  return builtInServices(services).find(({ service }) => service.name === name)?.means ?? null;
}

/** Where the configuration speaks of services. */
export function serviceUses({ packages, zoneOverrides }: Pick<Uses, "packages" | "zoneOverrides">) {
  const counted = packages.flatMap(({ massMailing }, index) =>
    massMailing.map(({ service: name }, at) => ({ name, path: ["packages", index, "massMailing", at, "service"] })),
  );
  const overridden = zoneOverrides.flatMap(({ service: name }, index) =>
    name === null ? [] : { name, path: ["zoneOverrides", index, "service"] },
  );
  return [...counted, ...overridden];
}

/** Those of which packages count or measure sessions. */
export function measuredServices({ packages }: Pick<Uses, "packages">): string[] {
  return [...new Set(packages.flatMap(({ massMailing }) => massMailing.map(({ service }) => service)))];
}

/** What is wrong with referring to the service of this name. `before`: what is in force, if people type a change to it. */
export function* checkService(path: Path, name: string, services: Services, before?: Services): Iterable<Problem> {
  if (knownServices(services).some((each) => each.name === name)) {
    // Another would be counted, and refused, unasked.
    if (before && hasOwn(before, name) && !hasOwn(services, name)) yield problem(path, "service-in-use", name);
  } else if (services.services.some((each) => each.name === name)) yield problem(path, "incomplete-service", name);
  else if (name === OFF_NET) yield problem(path, "no-home-servers", name);
  else yield problem(path, "unknown-service", name);
}

/** What to suggest where a service is named. */
export function serviceNames(services: Services): string[] {
  return knownServices(services).map(({ name }) => name);
}

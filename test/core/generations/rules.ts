// What a configuration says, in a form that a naive model reads at a glance; and the same as the text that the product reads.

export interface Service {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly ports: readonly number[];
  readonly initiator: "either" | "subscriber" | "network";
  /** Whether the network's end is, or is not, one of the home servers. */
  readonly zone: "include" | "exclude" | null;
}

export interface Detector {
  readonly service: string;
  /** Up to 16, so that a sliding window is exact. */
  readonly sessions: number;
  readonly period: number;
  readonly window: "fixed" | "sliding";
  readonly hold: number;
  readonly count: "attempts" | "established";
  readonly actions: readonly ("report" | "block" | "reset" | "cut")[];
}

export interface Group {
  readonly prefix: string;
  readonly template: 0 | 4;
}

export interface Rules {
  readonly groups: readonly Group[];
  readonly services: readonly Service[];
  readonly homeServers: readonly string[];
  /** Detectors in the order that a configuration has: by service, period, window and count. */
  readonly packages: readonly { readonly id: number; readonly detectors: readonly Detector[] }[];
  /** The package of template 4. */
  readonly business: number;
  /** Subscribers by prefix. */
  readonly offices: readonly string[];
  /** Of the offices: a service's name, or every service. */
  readonly exempt: string | "all" | null;
  readonly blocked: string | "all" | null;
}

/** The product's own text. */
export function textOf(rules: Rules): string {
  const { groups, services, homeServers, packages, business, offices, exempt, blocked } = rules;
  return [
    ...zoneLines("home-servers", homeServers),
    ...zoneLines("offices", offices),
    ...services.flatMap(serviceLines),
    ...packages.flatMap(({ id, detectors }) => [`package ${id}`, ...detectors.flatMap(detectorLines)]),
    "interface LineCard 0",
    ` subscriber template 4 package ${business}`,
    ...groups.map(({ prefix, template }, n) => groupLine(n, prefix, template)),
    ...overrideLine("exempt", exempt),
    ...overrideLine("force-block", blocked),
    "end",
    "",
  ].join("\n");
}

const zoneLines = (name: string, prefixes: readonly string[]) => [
  `zone ${name}`,
  ...prefixes.map((each) => ` ip ${each}`),
];

const serviceLines = ({ name, protocol, ports, initiator, zone }: Service) => [
  `service ${name}`,
  ` protocol ${protocol} port ${ports.join(",")}`,
  ` initiator ${initiator}`,
  ...(zone === null ? [] : [` zone ${zone} home-servers`]),
];

const detectorLines = ({ service, sessions, period, window, hold, count, actions }: Detector) => [
  ` mass-mailing service ${service}`,
  `  detect sessions ${sessions} period ${period} window ${window} hold ${hold} count ${count} action ${actions.join(" ")}`,
];

const groupLine = (n: number, prefix: string, template: number) =>
  ` subscriber anonymous-group name "group-${n}" IP-range ${prefix}${template === 0 ? "" : ` template ${template}`}`;

const overrideLine = (kind: string, service: string | null) =>
  service === null ? [] : [` mass-mailing ${kind} zone offices${service === "all" ? "" : ` service ${service}`}`];

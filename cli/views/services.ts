// Services: what is counted, and by which packages.

import type { KnownService } from "../../mgmt/config/known-services.ts";
import type { Detector } from "../../mgmt/config/sections/packages.ts";
import type { SubscriberPackage } from "../../mgmt/subscribers/subscriber.ts";
import { number } from "../../mgmt/words.ts";
import { columns, fields } from "../columns.ts";
import { printPorts } from "../grammar/ports.ts";
import { packageText } from "./policy-words.ts";

type Transport = KnownService["transport"];
type Zone = NonNullable<KnownService["zone"]>;

export interface ListedService extends Pick<KnownService, "name" | "initiator">, Transport {
  /** Null: any address. */
  readonly zone: Zone | null;
  readonly from: "configuration" | "built in";
  /** Of one that is built in: what it is. */
  readonly meaning: string | null;
  /** Those that name it; without detectors they measure it. */
  readonly packages: readonly (SubscriberPackage & { readonly detectors: readonly Detector[] })[];
}

export function servicesLines(services: readonly ListedService[]): string[] {
  return columns(
    ["SERVICE", "PROTOCOL", "PORTS", "OPENED BY", "ZONE", "FROM", "PACKAGES"],
    services.map(({ name, protocol, ports, initiator, zone, from, packages }) => [
      ...[name, protocol, printPorts(ports), initiator, zoneText(zone), from],
      packages.map(({ id }) => id).join(",") || "-",
    ]),
  );
}

export function serviceLines({
  name,
  meaning,
  protocol,
  ports,
  initiator,
  zone,
  from,
  packages,
}: ListedService): string[] {
  return [
    ...fields({
      Service: name,
      ...(meaning === null ? {} : { "What it is": meaning }),
      Sessions: `${protocol} port ${printPorts(ports)}`,
      "Opened by": initiator,
      Zone: zoneText(zone),
      From: from,
    }),
    ...(packages.length === 0 ? ["No package counts it."] : packages.flatMap(countingLines)),
  ];
}

function countingLines({ detectors, ...owner }: ListedService["packages"][number]): string[] {
  const counted = detectors.map((each) => `${countText(each)}; ${each.actions.join(", ")}`);
  const lines = counted.length > 0 ? counted : ["measured"];
  return lines.map((line) => `Package ${packageText(owner)}: ${line}`);
}

type Counted = Pick<Detector, "threshold" | "periodSeconds" | "window" | "holdSeconds" | "count"> & {
  readonly signal: string;
};

/** `10 sessions in 60 s`, `100 established sessions in any 3,600 s, held for 600 s`. */
export function countText({ threshold, signal, periodSeconds, window, holdSeconds, count }: Counted): string {
  const signals = count === "established" ? `established ${signal}` : signal;
  const period = `${window === "sliding" ? "any " : ""}${number(periodSeconds)} s`;
  const held = holdSeconds > 0 ? `, held for ${number(holdSeconds)} s` : "";
  return `${number(threshold)} ${signals} in ${period}${held}`;
}

function zoneText(zone: Zone | null): string {
  return zone === null ? "-" : `${zone.relation} ${zone.name}`;
}

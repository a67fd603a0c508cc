// Mass mailing, whatever the package: the provider's own mail servers, and subscribers by zone who are exempt or blocked.

import { z } from "zod";
import { serviceNames } from "../known-services.ts";
import { put, remove } from "../lists.ts";
import { repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { word } from "../values.ts";
import { checkZone, zoneNames } from "./zones.ts";

/** Null: they are not known. */
export const homeServersSchema = z.strictObject({ zone: word }).nullable();

/** What is otherwise for subscribers whose addresses are in a zone. */
export const zoneOverrideSchema = z.strictObject({
  kind: z.enum(["exempt", "force-block"]),
  zone: word,
  /** Null: every service. */
  service: word.nullable(),
});

export type ZoneOverride = z.infer<typeof zoneOverrideSchema>;

const MASS_MAILING = "Protection against mass mailing";

const homeServers = line({
  mode: "linecard",
  syntax: "mass-mailing home-servers zone <zone:WORD>",
  help: {
    "mass-mailing": MASS_MAILING,
    "home-servers": "The provider's own mail servers: mail to others is the service smtp-off-net",
    zone: "By address",
    "<zone>": "The zone's name",
  },
  suggest: { zone: zoneNames },
  run: (candidate, { zone }) => {
    candidate.homeServers = { zone };
    return candidate.homeServers;
  },
  slot: "mass-mailing home-servers",
  no: (candidate) => {
    candidate.homeServers = null;
  },
});

const zoneOverride = line({
  mode: "linecard",
  syntax: "mass-mailing <kind:exempt|force-block> zone <zone:WORD> [service <service:WORD>]",
  help: {
    "mass-mailing": MASS_MAILING,
    exempt: "Some subscribers pass uncounted, in every service that is used or in one",
    "force-block": "Some subscribers are refused every service that is used, or one",
    zone: "By address",
    "<zone>": "The zone's name",
    service: "Only in one service",
    "<service>": "Its name",
  },
  suggest: { zone: zoneNames, service: serviceNames },
  run: ({ zoneOverrides }, { service = null, ...rest }) => put(zoneOverrides, { ...rest, service }, keyOf),
  slot: "mass-mailing <kind:exempt|force-block> zone <zone:WORD> [service <service:WORD>]",
  no: ({ zoneOverrides }, { service = null, ...rest }) => remove(zoneOverrides, keyOf({ ...rest, service }), keyOf),
});

export const massMailing: Section = {
  lines: [...homeServers.forms, ...zoneOverride.forms],

  render: ({ homeServers: known, zoneOverrides }) => [
    ...(known ? [homeServers.print(known)] : []),
    ...zoneOverrides.map(({ service, ...rest }) => zoneOverride.print(service === null ? rest : { ...rest, service })),
  ],

  *check({ homeServers: known, zoneOverrides, zones }) {
    if (known) yield* checkZone(["homeServers", "zone"], known.zone, zones);
    yield* repeats(["zoneOverrides"], zoneOverrides, "Override", keyOf);
    for (const [index, { zone }] of zoneOverrides.entries()) {
      yield* checkZone(["zoneOverrides", index, "zone"], zone, zones);
    }
  },
};

function keyOf({ kind, zone, service }: Readonly<ZoneOverride>): string {
  return `${kind} zone ${zone}${service === null ? "" : ` service ${service}`}`;
}

// The configuration: plain data that the daemon obeys, put together from its sections.

import { z } from "zod";
import { loggingDefaults } from "../log/settings.ts";
import { aaaDefaults, aaaSchema } from "./sections/aaa.ts";
import { anonymousGroupSchema } from "./sections/anonymous-groups.ts";
import { dhcpDefaults, dhcpSchema } from "./sections/dhcp.ts";
import { LINKS, linkModesSchema, MODE_DEFAULT } from "./sections/links.ts";
import { loggingSchema } from "./sections/logging.ts";
import { loginDefaults, loginSchema } from "./sections/login.ts";
import { homeServersSchema, zoneOverrideSchema } from "./sections/mass-mailing.ts";
import { packageSchema } from "./sections/packages.ts";
import { radiusAccountingDefaults, radiusAccountingSchema } from "./sections/radius-accounting.ts";
import { serviceSchema } from "./sections/services.ts";
import { sshDefaults, sshSchema } from "./sections/ssh.ts";
import {
  AGEING_MINUTES_DEFAULT,
  anonymousAgeingSchema,
  INTRODUCED_AGEING_MINUTES_DEFAULT,
  introducedAgeingSchema,
  subscriberModeSchema,
} from "./sections/subscribers.ts";
import { HOSTNAME_DEFAULT, hostnameSchema } from "./sections/system.ts";
import { templateSchema } from "./sections/templates.ts";
import { enableSecretSchema, userSchema } from "./sections/users.ts";
import { vtyDefaults, vtySchema } from "./sections/vty.ts";
import { zoneSchema } from "./sections/zones.ts";

export const configurationSchema = z.strictObject({
  hostname: hostnameSchema,
  enableSecrets: z.array(enableSecretSchema),
  users: z.array(userSchema),
  login: loginSchema,
  aaa: aaaSchema,
  ssh: sshSchema,
  vty: vtySchema,
  logging: loggingSchema,
  zones: z.array(zoneSchema),
  services: z.array(serviceSchema),
  packages: z.array(packageSchema),
  linkModes: linkModesSchema,
  subscriberMode: subscriberModeSchema,
  anonymousAgeingMinutes: anonymousAgeingSchema,
  introducedAgeingMinutes: introducedAgeingSchema,
  anonymousGroups: z.array(anonymousGroupSchema),
  templates: z.array(templateSchema),
  radiusAccounting: radiusAccountingSchema,
  dhcp: dhcpSchema,
  homeServers: homeServersSchema,
  zoneOverrides: z.array(zoneOverrideSchema),
});

/** A configuration that lines are being applied to: nothing obeys it. */
export type Candidate = z.infer<typeof configurationSchema>;

/** A configuration as others may see it. Lists are in order of their keys. */
export type Configuration = DeepReadonly<Candidate>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A copy that lines may be applied to. Each line typed takes one: `structuredClone` takes several times as long. */
export function candidateOf(configuration: Configuration): Candidate {
  return copied(configuration) as Candidate;
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (!(value instanceof Object)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copied(part)]));
}

/** What a configuration without a line means. */
export function emptyConfiguration(): Candidate {
  return {
    hostname: HOSTNAME_DEFAULT,
    enableSecrets: [],
    users: [],
    login: structuredClone(loginDefaults),
    aaa: structuredClone(aaaDefaults),
    ssh: { ...sshDefaults },
    vty: { ...vtyDefaults },
    logging: { ...loggingDefaults },
    zones: [],
    services: [],
    packages: [],
    linkModes: LINKS.map(() => MODE_DEFAULT),
    subscriberMode: "anonymous",
    anonymousAgeingMinutes: AGEING_MINUTES_DEFAULT,
    introducedAgeingMinutes: INTRODUCED_AGEING_MINUTES_DEFAULT,
    anonymousGroups: [],
    templates: [],
    radiusAccounting: structuredClone(radiusAccountingDefaults),
    dhcp: structuredClone(dhcpDefaults),
    homeServers: null,
    zoneOverrides: [],
  };
}

// The configuration: plain data that the daemon obeys, put together from its sections.

import { z } from "zod";
import { LINKS, linkModesSchema } from "./sections/links.ts";
import { packageSchema } from "./sections/packages.ts";
import { serviceSchema } from "./sections/services.ts";
import { AGEING_MINUTES_DEFAULT, subscribersSchema } from "./sections/subscribers.ts";
import { hostnameSchema } from "./sections/system.ts";
import { zoneSchema } from "./sections/zones.ts";

export const configurationSchema = z.strictObject({
  hostname: hostnameSchema,
  zones: z.array(zoneSchema),
  services: z.array(serviceSchema),
  packages: z.array(packageSchema),
  linkModes: linkModesSchema,
  subscribers: subscribersSchema,
});

/** A configuration that lines are being applied to: nothing obeys it. */
export type Candidate = z.infer<typeof configurationSchema>;

/** A configuration as others may see it. Lists are in order of their keys. */
export type Configuration = DeepReadonly<Candidate>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** What a configuration without a line means. */
export function emptyConfiguration(): Candidate {
  return {
    hostname: "postern",
    zones: [],
    services: [],
    packages: [],
    linkModes: LINKS.map(() => "forwarding"),
    subscribers: {
      mode: "anonymous",
      anonymousGroups: [],
      templates: [],
      anonymousAgeingMinutes: AGEING_MINUTES_DEFAULT,
    },
  };
}

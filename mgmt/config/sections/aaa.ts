// Who says who somebody is and what he may do, in which order they are asked, and whom it is told what he did.

import { z } from "zod";
import type { Section } from "../section.ts";
import { address } from "../values.ts";

/** `local`: the users of this configuration. */
export const loginMethods = ["local", "radius", "tacacs+"] as const;

/** Servers of one protocol. */
export const serverGroups = ["radius", "tacacs+"] as const;

/** Shared with a server. It must be known in clear text to be used. */
const key = z.string().regex(/^[!#-~]{8,64}$/, "expected a key of 8 to 64 printable ASCII characters without blanks");

const port = z.int().min(1).max(65_535);

/** For one answer. */
const timeoutSeconds = z.int().min(1).max(30);

export const radiusServerSchema = z.strictObject({
  address,
  ...{ authPort: port, acctPort: port, key, timeoutSeconds },
  /** Times that a question is asked again. */
  retransmit: z.int().min(0).max(5),
});

export const tacacsServerSchema = z.strictObject({ address, port, key, timeoutSeconds });

export const aaaSchema = z.strictObject({
  /** The next one is asked only when the one before does not answer, or, `local`, does not know the name. */
  login: z.array(z.enum(loginMethods)).min(1).max(loginMethods.length),
  /** Is told when sessions begin and end. */
  accountSessions: z.enum(serverGroups).nullable(),
  /** Is told what is typed. */
  accountCommands: z.enum(serverGroups).nullable(),
  /** In the order in which they are asked. */
  radiusServers: z.array(radiusServerSchema).max(4),
  tacacsServers: z.array(tacacsServerSchema).max(4),
});

export type LoginMethodName = (typeof loginMethods)[number];
export type ServerGroup = (typeof serverGroups)[number];
export type RadiusServer = z.infer<typeof radiusServerSchema>;
export type TacacsServer = z.infer<typeof tacacsServerSchema>;

/** RFC 2865 3, RFC 2866 3. */
export const radiusDefaults = { authPort: 1812, acctPort: 1813, timeoutSeconds: 2, retransmit: 2 } as const;

/** RFC 8907 4.1. */
export const tacacsDefaults = { port: 49, timeoutSeconds: 5 } as const;

export const aaaDefaults: z.infer<typeof aaaSchema> = {
  login: ["local"],
  ...{ accountSessions: null, accountCommands: null, radiusServers: [], tacacsServers: [] },
};

export const aaa: Section = { lines: [], render: () => [], check: () => [] };

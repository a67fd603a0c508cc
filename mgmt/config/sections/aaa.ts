// Who says who somebody is and what he may do, in which order they are asked, and whom it is told what he did.

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { loginMethods } from "../../../cli/grammar/login-methods.ts";
import { cliText } from "../../errors.ts";
import type { Configuration } from "../configuration.ts";
import { problem } from "../problems.ts";
import { type Incomplete, line, type Section } from "../section.ts";
import { address, serverKey } from "../values.ts";
import { SET_USERS_LEVEL } from "./users.ts";

/** Servers of one protocol. */
export const serverGroups = ["radius", "tacacs+"] as const;

/** Of one protocol. */
export const SERVERS_MAX = 4;

const port = z.int().min(1).max(65_535);

/** For one answer. */
const timeoutSeconds = z.int().min(1).max(30);

const radiusServerSchema = z.strictObject({
  address,
  ...{ authPort: port, acctPort: port, key: serverKey, timeoutSeconds },
  /** Times that a question is asked again. */
  retransmit: z.int().min(0).max(5),
});

const tacacsServerSchema = z.strictObject({ address, port, key: serverKey, timeoutSeconds });

export const aaaSchema = z.strictObject({
  /**
   * `local`: the users of this configuration. The next one is asked only when the one before does not answer, or, `local`, does not
   * know the name.
   */
  login: z
    .array(z.enum(loginMethods))
    .min(1)
    .refine((methods) => new Set(methods).size === methods.length, { error: "expected each method once" }),
  /** Is told when sessions begin and end. */
  accountSessions: z.enum(serverGroups).nullable(),
  /** Is told what is typed. */
  accountCommands: z.enum(serverGroups).nullable(),
  /** In the order in which they are asked. */
  radiusServers: z.array(radiusServerSchema).max(SERVERS_MAX),
  tacacsServers: z.array(tacacsServerSchema).max(SERVERS_MAX),
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

export const AAA = "Who says who somebody is, and whom it is told what he did";

const newModel = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "aaa new-model",
  help: { aaa: AAA, "new-model": "As the lines of aaa say, which is always so" },
  run: () => {},
  slot: "aaa new-model",
  no: () => {},
});

const loginLine = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "aaa authentication login default <login:METHODS>",
  help: {
    aaa: AAA,
    authentication: "Who says who somebody is",
    login: "Of those who come in with a password",
    default: "However they come in",
    "<login>": "The users of this configuration, and servers; the next is asked when the one before gives no answer",
  },
  run: ({ aaa }, { login }) => {
    aaa.login = [...login];
    return aaa.login;
  },
  slot: "aaa authentication login default",
  no: ({ aaa }) => {
    aaa.login = [...aaaDefaults.login];
  },
});

const accountHelp = {
  aaa: AAA,
  accounting: "Whom it is told what somebody did",
  exec: "That sessions begin and end",
  commands: "What is typed in them",
  default: "However they come in",
  "start-stop": "At the beginning and at the end",
  group: "Servers",
  radius: "Those of radius-server lines",
  "tacacs+": "Those of tacacs-server lines",
};

const accounting = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "aaa accounting <what:exec|commands> default start-stop group <group:radius|tacacs+>",
  help: accountHelp,
  run: ({ aaa }, { what, group }) => {
    aaa[accountedBy[what]] = group;
  },
  slot: "aaa accounting <what:exec|commands> default",
  no: ({ aaa }, { what }) => {
    aaa[accountedBy[what]] = null;
  },
});

const commandsOfLevel = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "aaa accounting commands <level:0-15> default <when:start-stop|stop-only> group <group:radius|tacacs+>",
  help: {
    ...accountHelp,
    "<level>": "As IOS has it: those of every level are told",
    "stop-only": "When they were obeyed",
  },
  run: ({ aaa }, { group }) => {
    aaa.accountCommands = group;
  },
  slot: "aaa accounting commands default",
});

export const aaa: Section = {
  lines: [newModel, loginLine, accounting, commandsOfLevel].flatMap(({ forms }) => forms),

  render: ({ aaa }, all) => [
    ...(all ? [newModel.print({})] : []),
    ...(isDeepStrictEqual(aaa.login, aaaDefaults.login) && !all ? [] : [loginLine.print(aaa)]),
    ...(aaa.accountSessions ? [accounting.print({ what: "exec", group: aaa.accountSessions })] : []),
    ...(aaa.accountCommands ? [accounting.print({ what: "commands", group: aaa.accountCommands })] : []),
  ],

  *check({ aaa }, before) {
    for (const group of groupsOf(aaa.login)) {
      const worked = before?.aaa.login.includes(group) && serversOf(before.aaa, group).length > 0;
      if (worked && serversOf(aaa, group).length === 0) yield problem(["aaa", "login"], "no-server", group);
    }
  },

  *incomplete({ aaa }) {
    yield* without(aaa, "authentication login", groupsOf(aaa.login));
    yield* without(aaa, "accounting exec", [aaa.accountSessions ?? []].flat());
    yield* without(aaa, "accounting commands", [aaa.accountCommands ?? []].flat());
  },
};

/** Of these groups, which a line of aaa names, those that have no server. */
function* without(aaa: Configuration["aaa"], line: string, groups: readonly ServerGroup[]): Iterable<Incomplete> {
  for (const group of groups) {
    if (serversOf(aaa, group).length > 0) continue;
    yield { object: `aaa ${line}, group ${group}`, lacks: cliText("no-server", group) };
  }
}

/** By the word of their lines. */
const accountedBy = { exec: "accountSessions", commands: "accountCommands" } as const;

function groupsOf(methods: Configuration["aaa"]["login"]): ServerGroup[] {
  return serverGroups.filter((group) => methods.includes(group));
}

function serversOf(aaa: Configuration["aaa"], group: ServerGroup): readonly { readonly address: string }[] {
  return group === "radius" ? aaa.radiusServers : aaa.tacacsServers;
}

// The sessions of the command line that come in from elsewhere.

import { z } from "zod";
import { line, type Section } from "../section.ts";
import { word } from "../values.ts";
import { SET_USERS_LEVEL } from "./users.ts";
import { checkAccessZone, zoneNames } from "./zones.ts";

const VTY_SESSIONS_MAX = 64;

/** As IOS has it. */
const IDLE_MINUTES_MAX = 35_791;

export const vtySchema = z.strictObject({
  /** How many at once. */
  sessions: z.int().min(1).max(VTY_SESSIONS_MAX),
  /** One that waits for somebody to type ends when nobody does for this long; 0: never. */
  idleSeconds: z
    .int()
    .min(0)
    .max(IDLE_MINUTES_MAX * 60 + 59),
  /** From where alone they may come: a zone; null: from everywhere. */
  accessZone: word.nullable(),
});

export const vtyDefaults: z.infer<typeof vtySchema> = {
  ...{ sessions: VTY_SESSIONS_MAX, idleSeconds: 30 * 60, accessZone: null },
};

export const LINE = "Configure the sessions of the command line";
const IDLE = "When a session ends in which nobody types";

const lineVty = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: `line vty 0 <last:0-${VTY_SESSIONS_MAX - 1}>`,
  help: {
    line: LINE,
    vty: "Those that come in from elsewhere",
    "0": "From the first",
    "<last>": "To the last: no more than these at once",
  },
  enters: "vty",
  run: (candidate, { last }) => {
    candidate.vty.sessions = last + 1;
    return candidate;
  },
  slot: "line vty",
  no: ({ vty }) => {
    Object.assign(vty, vtyDefaults);
  },
});

const idle = line({
  mode: "vty",
  level: SET_USERS_LEVEL,
  syntax: `<word:exec-timeout|timeout> <minutes:0-${IDLE_MINUTES_MAX}> [<seconds:0-59>]`,
  help: {
    "exec-timeout": IDLE,
    timeout: `${IDLE}, as the SCE has it`,
    "<minutes>": "Minutes (default 30); 0: never",
    "<seconds>": "And seconds",
  },
  run: ({ vty }, { minutes, seconds = 0 }) => {
    vty.idleSeconds = minutes * 60 + seconds;
  },
  slot: "<word:exec-timeout|timeout>",
  no: ({ vty }) => {
    vty.idleSeconds = 0;
  },
  default: ({ vty }) => {
    vty.idleSeconds = vtyDefaults.idleSeconds;
  },
});

const accessClass = line({
  mode: "vty",
  level: SET_USERS_LEVEL,
  syntax: "access-class <accessZone:WORD> in",
  help: {
    "access-class": "From where alone people may come in (by default from everywhere)",
    "<accessZone>": "A zone",
    in: "To this appliance",
  },
  suggest: { accessZone: zoneNames },
  run: ({ vty }, { accessZone }) => {
    vty.accessZone = accessZone;
    return vty;
  },
  slot: "access-class",
  no: ({ vty }) => {
    vty.accessZone = null;
  },
});

const transport = line({
  mode: "vty",
  level: SET_USERS_LEVEL,
  syntax: "transport input <protocol:ssh>",
  help: { transport: "How people come in", input: "To this appliance", ssh: "By SSH, the only way" },
  run: () => {},
  slot: "transport input",
  no: () => {},
});

const loginLocal = line({
  mode: "vty",
  level: SET_USERS_LEVEL,
  syntax: "login local",
  help: {
    login: "Who says who somebody is, as IOS has it",
    local: 'As "aaa authentication login" says, which is always so',
  },
  run: () => {},
  slot: "login local",
  no: () => {},
});

export const vty: Section = {
  lines: [lineVty, idle, accessClass, transport, loginLocal].flatMap(({ forms }) => forms),

  // Always there, so that what two people changed in it are changes of two lines.
  render: ({ vty: { sessions, idleSeconds, accessZone } }, all) => [
    lineVty.print({ last: sessions - 1 }, [
      ...(idleSeconds !== vtyDefaults.idleSeconds || all
        ? [idle.print({ word: "exec-timeout", minutes: Math.floor(idleSeconds / 60), seconds: idleSeconds % 60 })]
        : []),
      ...(accessZone !== null ? [accessClass.print({ accessZone })] : []),
      ...(all ? [transport.print({ protocol: "ssh" })] : []),
    ]),
  ],

  check: ({ vty: { accessZone }, zones }) => checkAccessZone(["vty", "accessZone"], accessZone, zones),
};

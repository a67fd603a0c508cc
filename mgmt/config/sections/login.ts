// What is done against those who guess passwords.

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { line, type Section } from "../section.ts";
import { word } from "../values.ts";
import { SET_USERS_LEVEL } from "./users.ts";
import { checkAccessZone, zoneNames } from "./zones.ts";

const seconds = z.int().min(1).max(65_535);

export const loginSchema = z.strictObject({
  /** After so many wrong tries within this time nobody from there is let in for so long; null: never. */
  block: z.strictObject({ seconds, attempts: z.int().min(1).max(1000), withinSeconds: seconds }).nullable(),
  /** How long the answer to a wrong try takes, in seconds. */
  delaySeconds: z.int().min(0).max(10),
  /** From where people are let in whatever others have tried: a zone. */
  quietZone: word.nullable(),
  /** Characters of a password. */
  passwordLengthMin: z.int().min(8).max(64),
});

export type LoginSettings = z.infer<typeof loginSchema>;

export const loginDefaults: LoginSettings = {
  block: { seconds: 60, attempts: 10, withinSeconds: 60 },
  ...{ delaySeconds: 1, quietZone: null, passwordLengthMin: 10 },
};

const LOGIN = "What is done against those who guess passwords";
const QUIET = "While many are wrong all over, only some are let in";

const block = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "login block-for <seconds:1-65535> attempts <attempts:1-1000> within <withinSeconds:1-65535>",
  help: {
    login: LOGIN,
    "block-for": "Let nobody in from where somebody was wrong too often",
    "<seconds>": "For so many seconds (default 60)",
    attempts: "After so many wrong tries",
    "<attempts>": "Tries (default 10)",
    within: "In a time",
    "<withinSeconds>": "Seconds (default 60)",
  },
  run: ({ login }, block) => {
    login.block = block;
  },
  slot: "login block-for",
  no: ({ login }) => {
    login.block = null;
  },
  default: ({ login }) => {
    login.block = structuredClone(loginDefaults.block);
  },
});

const delay = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "login delay <delaySeconds:0-10>",
  help: {
    login: LOGIN,
    delay: "How long the answer to a wrong try takes",
    "<delaySeconds>": `Seconds (default ${loginDefaults.delaySeconds})`,
  },
  run: ({ login }, { delaySeconds }) => {
    login.delaySeconds = delaySeconds;
  },
  slot: "login delay",
  no: ({ login }) => {
    login.delaySeconds = loginDefaults.delaySeconds;
  },
});

const quiet = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "login quiet-mode access-class <quietZone:WORD>",
  help: {
    login: LOGIN,
    "quiet-mode": QUIET,
    "access-class": "Those who come from a zone; they are let in whatever others have tried",
    "<quietZone>": "The zone's name",
  },
  suggest: { quietZone: zoneNames },
  run: ({ login }, { quietZone }) => {
    login.quietZone = quietZone;
    return login;
  },
  slot: "login quiet-mode access-class",
  no: ({ login }) => {
    login.quietZone = null;
  },
});

const passwordLength = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "security passwords min-length <passwordLengthMin:8-64>",
  help: {
    security: "What secrets must be like",
    passwords: "Those of users, and those that lead to a level",
    "min-length": "How long they must be when they are chosen",
    "<passwordLengthMin>": `Characters (default ${loginDefaults.passwordLengthMin})`,
  },
  run: ({ login }, { passwordLengthMin }) => {
    login.passwordLengthMin = passwordLengthMin;
  },
  slot: "security passwords min-length",
  no: ({ login }) => {
    login.passwordLengthMin = loginDefaults.passwordLengthMin;
  },
});

export const login: Section = {
  lines: [passwordLength, block, delay, quiet].flatMap(({ forms }) => forms),

  render: ({ login: { passwordLengthMin, block: how, delaySeconds, quietZone } }, all) => [
    ...(passwordLengthMin !== loginDefaults.passwordLengthMin || all
      ? [passwordLength.print({ passwordLengthMin })]
      : []),
    ...(how && (!isDeepStrictEqual(how, loginDefaults.block) || all) ? [block.print(how)] : []),
    ...(how ? [] : [block.printNo({})]),
    ...(delaySeconds !== loginDefaults.delaySeconds || all ? [delay.print({ delaySeconds })] : []),
    ...(quietZone !== null ? [quiet.print({ quietZone })] : []),
  ],

  check: ({ login: { quietZone }, zones }) => checkAccessZone(["login", "quietZone"], quietZone, zones),
};

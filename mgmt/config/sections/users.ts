// Who may do what: people with their levels, and the secrets that lead to a higher level. Secrets are kept as hashes.

import { z } from "zod";
import { hashOf } from "../../access/secret.ts";
import { type Level, levels } from "../../level.ts";
import { put, remove } from "../lists.ts";
import { excess, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import type { Facts } from "../service.ts";
import { secretHash, word } from "../values.ts";

const USERS_MAX = 256;

/** Nobody gives himself a level. */
export const SET_USERS_LEVEL: Level = 15;

const enableLevels = [5, 10, 15] as const satisfies readonly Level[];

type EnableLevel = (typeof enableLevels)[number];

/** A public key as OpenSSH has it in a file: its algorithm and its blob in base64. */
export const publicKeySchema = z.strictObject({
  algorithm: z.enum(["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"]),
  blob: z.base64().max(2048),
});

export const userSchema = z.strictObject({
  name: word,
  level: z.literal(levels),
  secret: secretHash,
  keys: z.array(publicKeySchema),
});

/** Who knows the secret may take the level. */
export const enableSecretSchema = z.strictObject({ level: z.literal(enableLevels), secret: secretHash });

export type User = z.infer<typeof userSchema>;
export type EnableSecret = z.infer<typeof enableSecretSchema>;

const userHelp = {
  username: "Somebody who may use this appliance",
  "<name>": "His name",
  privilege: "What he may do",
  "<level>": "0: nothing but his session, 5: see everything but secrets, 10: configure and act, 15: everything",
  secret: "What he shows that it is he",
};

const enableHelp = {
  enable: "What leads to a higher level",
  secret: "A secret, kept as a hash",
  level: "The level that it leads to",
  "5": "See everything but secrets",
  "10": "Configure and act",
  "15": "Everything",
};

const hashHelp = { "9": "Hashed by scrypt", "<secret>": "The hash, from a text that shows secrets" };

const clearHelp = { "0": "In clear text", "<secret>": "8 to 64 characters, in quotes if there are blanks among them" };

const suggest = { name: ({ users }: Facts) => users.map(({ name }) => name), level: () => levels };

const user = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "username <name:WORD> privilege <level:LEVEL> secret 9 <secret:HASH>",
  help: { ...userHelp, ...hashHelp },
  suggest,
  run: ({ users }, user) => put(users, { ...user, keys: keysOf(users, user.name) }, nameOf),
  slot: "username <name:WORD>",
  no: ({ users }, { name }) => remove(users, name, nameOf),
});

const userInClear = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "username <name:WORD> privilege <level:LEVEL> secret [0] <secret:SECRET>",
  help: { ...userHelp, ...clearHelp },
  suggest,
  run: ({ users }, { name, level, secret }) => {
    const known = users.find((each) => each.name === name);
    return put(users, { name, level, secret: hashOf(secret, known?.secret), keys: known?.keys ?? [] }, nameOf);
  },
  slot: "username <name:WORD>",
});

const enable = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "enable secret level <level:5|10|15> 9 <secret:HASH>",
  help: { ...enableHelp, ...hashHelp },
  run: ({ enableSecrets }, { level, secret }) => put(enableSecrets, { level: levelOf(level), secret }, itsLevel),
  slot: "enable secret level <level:5|10|15>",
  no: ({ enableSecrets }, { level }) => remove(enableSecrets, levelOf(level), itsLevel),
});

const enableInClear = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "enable <kind:secret|password> level <level:5|10|15> [0] <secret:SECRET>",
  help: { ...enableHelp, password: "The same, as the SCE has it", ...clearHelp },
  run: ({ enableSecrets }, { level: word, secret }) => {
    const level = levelOf(word);
    const known = enableSecrets.find((each) => each.level === level);
    return put(enableSecrets, { level, secret: hashOf(secret, known?.secret) }, itsLevel);
  },
  slot: "enable secret level <level:5|10|15>",
});

export const users: Section = {
  lines: [enable, enableInClear, user, userInClear].flatMap(({ forms }) => forms),

  render: ({ enableSecrets, users }) => [
    ...enableSecrets.map(({ level, secret }) => enable.print({ level: `${level}`, secret })),
    ...users.map((each) => user.print(each)),
  ],

  *check({ enableSecrets, users }) {
    yield* repeats(["enableSecrets"], enableSecrets, "Enable secret of level", itsLevel);
    yield* repeats(["users"], users, "User", nameOf);
    yield* excess([[["users"], users]], USERS_MAX, "users");
  },
};

function levelOf(word: `${EnableLevel}`): EnableLevel {
  return Number(word) as EnableLevel;
}

function keysOf(users: readonly User[], name: string): User["keys"] {
  return users.find((each) => each.name === name)?.keys ?? [];
}

function itsLevel({ level }: Pick<EnableSecret, "level">): number {
  return level;
}

function nameOf({ name }: Pick<User, "name">): string {
  return name;
}

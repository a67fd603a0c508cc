// Who may do what: people with their levels and keys, and the secrets that lead to a higher level. Secrets are kept as hashes.

import { z } from "zod";
import { isOfItsAlgorithm, keyAlgorithms, type PublicKey } from "../../../cli/grammar/public-key.ts";
import { passwordProblem } from "../../access/password-rules.ts";
import { hashOf } from "../../access/secret.ts";
import { type Level, levelHelp, levels } from "../../level.ts";
import { findOrAdd, put, remove } from "../lists.ts";
import { excess, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import type { Facts } from "../service.ts";
import { publicKey, secretHash, word } from "../values.ts";

const USERS_MAX = 256;
const KEYS_MAX = 8;

/** Whose the console is: the audit could not tell him from another of this name. */
const ROOT = "root";

/** Nobody gives himself a level. */
export const SET_USERS_LEVEL: Level = 15;

const enableLevels = [5, 10, 15] as const satisfies readonly Level[];

type EnableLevel = (typeof enableLevels)[number];

export const userSchema = z.strictObject({
  name: word,
  level: z.literal(levels),
  secret: secretHash,
  keys: z.array(publicKey),
});

/** Who knows the secret may take the level. */
export const enableSecretSchema = z.strictObject({ level: z.literal(enableLevels), secret: secretHash });

export type User = z.infer<typeof userSchema>;
export type EnableSecret = z.infer<typeof enableSecretSchema>;

/** Their syntax. */
type KeyAlgorithms = "ssh-ed25519|ecdsa-sha2-nistp256|ecdsa-sha2-nistp384|ecdsa-sha2-nistp521|ssh-rsa";

const userHelp = {
  username: "Somebody who may use this appliance",
  "<name>": "His name",
  privilege: "What he may do",
  "<level>": "His level",
  secret: "What he shows that it is he",
};

const enableHelp = {
  enable: "What leads to a higher level",
  secret: "A secret, kept as a hash",
  level: "The level that it leads to",
  "5": levelHelp["5"],
  "10": levelHelp["10"],
  "15": levelHelp["15"],
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
  syntax: "username <name:WORD> privilege <level:LEVEL> <kind:secret|password> [0] <secret:SECRET>",
  help: { ...userHelp, password: "The same, kept as a hash too", ...clearHelp },
  suggest,
  run: ({ users }, { name, level, secret }) => {
    const known = users.find((each) => each.name === name);
    return put(users, { name, level, secret: hashOf(secret, known?.secret), keys: known?.keys ?? [] }, nameOf);
  },
  refuse: ({ login }, { name, secret }) => passwordProblem(secret, login, name),
  slot: "username <name:WORD>",
});

const sshKey = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: `username <name:WORD> ssh-key <algorithm:${keyAlgorithms.join("|") as KeyAlgorithms}> <blob:KEY-BLOB>`,
  help: {
    username: userHelp.username,
    "<name>": userHelp["<name>"],
    "ssh-key": "A public key that he may come in with by SSH, as its file has it",
    "ssh-ed25519": "Of Ed25519",
    "ecdsa-sha2-nistp256": "Of the curve P-256",
    "ecdsa-sha2-nistp384": "Of the curve P-384",
    "ecdsa-sha2-nistp521": "Of the curve P-521",
    "ssh-rsa": "Of RSA, 2048 bits or more",
    "<blob>": "The key in base64; the comment behind it is not kept",
  },
  suggest: { name: suggest.name },
  run: ({ users }, { name, ...key }) => findOrAdd(keysOf(users, name), key, blobOf),
  refuse: ({ users }, { name, ...key }) => {
    if (!users.some((each) => each.name === name)) return problem(["name"], "unknown-user", name);
    return isOfItsAlgorithm(key) ? undefined : problem(["blob"], "other-algorithm", key.algorithm);
  },
  slot: `username <name:WORD> ssh-key <algorithm:${keyAlgorithms.join("|") as KeyAlgorithms}> <blob:KEY-BLOB>`,
  no: ({ users }, { name, blob }) => remove(keysOf(users, name), blob, blobOf),
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
  refuse: ({ login }, { secret }) => passwordProblem(secret, login),
  slot: "enable secret level <level:5|10|15>",
});

const enableAsIos = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "enable <kind:secret|password> [0] <secret:SECRET>",
  help: { enable: enableHelp.enable, secret: enableHelp.secret, password: "The same, as the SCE has it", ...clearHelp },
  run: ({ enableSecrets }, { secret }) => {
    const known = enableSecrets.find((each) => each.level === 15);
    return put(enableSecrets, { level: 15 as const, secret: hashOf(secret, known?.secret) }, itsLevel);
  },
  refuse: ({ login }, { secret }) => passwordProblem(secret, login),
  slot: "enable",
});

export const users: Section = {
  lines: [enable, enableInClear, enableAsIos, user, userInClear, sshKey].flatMap(({ forms }) => forms),

  render: ({ enableSecrets, users }) => [
    ...enableSecrets.map(({ level, secret }) => enable.print({ level: `${level}`, secret })),
    ...users.flatMap((each) => [user.print(each), ...each.keys.map((key) => sshKey.print({ ...each, ...key }))]),
  ],

  *check({ enableSecrets, users }) {
    yield* repeats(["enableSecrets"], enableSecrets, "Enable secret of level", itsLevel);
    yield* repeats(["users"], users, "User", nameOf);
    yield* excess([[["users"], users]], USERS_MAX, "users");
    for (const [index, { name, keys }] of users.entries()) {
      const path = ["users", index];
      if (name === ROOT) yield problem([...path, "name"], "user-root");
      yield* repeats([...path, "keys"], keys, "Key", blobOf);
      yield* excess([[[...path, "keys"], keys]], KEYS_MAX, "keys of a user");
    }
  },
};

function levelOf(word: `${EnableLevel}`): EnableLevel {
  return Number(word) as EnableLevel;
}

/** Of nobody, if he is unknown. */
function keysOf(users: readonly User[], name: string): PublicKey[] {
  return users.find((each) => each.name === name)?.keys ?? [];
}

function itsLevel({ level }: Pick<EnableSecret, "level">): number {
  return level;
}

function blobOf({ blob }: Pick<PublicKey, "blob">): string {
  return blob;
}

function nameOf({ name }: Pick<User, "name">): string {
  return name;
}

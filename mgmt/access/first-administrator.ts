// The first administrator: an appliance that nobody has a password of makes one user at its first start, with a random password
// that is told once, on standard output. One whose password was never told, because the daemon died, gets another; one who was never
// saved is made anew when the machine was restarted.

import { randomInt } from "node:crypto";
import { ClearText } from "../../cli/grammar/secret.ts";
import type { ApplianceOperation } from "../appliance.ts";
import { SYSTEM } from "../config/in-force.ts";
import type { ConfigurationKeeper } from "../config/keeper.ts";
import type { Facts } from "../config/service.ts";
import type { Log } from "../log/log.ts";
import { enterLine, saveConfiguration } from "../operations/configuration.ts";
import type { Actor } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { newHashOf } from "./secret.ts";

const FIRST_ADMINISTRATOR = "admin";

/** Who makes him. */
const FIRST_START: Actor = { ...SYSTEM, from: "first start" };

/** Nothing that is read as something else. 20 of them are 99 bits. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 5;
const GROUP_LENGTH = 4;

export interface FirstAdministratorParts {
  readonly configuration: Pick<ConfigurationKeeper, "facts" | "diff" | "alarms">;
  readonly store: Pick<Store, "call">;
  readonly log: Pick<Log, "say">;
  /** The kernel's: tells whether the machine was restarted. */
  readonly bootId: string;
  now(): number;
  perform<Input, Result>(operation: ApplianceOperation<Input, Result>, input: Input, actor: Actor): Promise<Result>;
  /** To standard output, and nowhere else. Resolves when it is there; rejects with a Sentence. */
  print(text: string): Promise<void>;
}

/** After the configuration is loaded. What keeps him from being made is told in the log; the next start tries again. */
export async function makeFirstAdministrator(parts: FirstAdministratorParts): Promise<void> {
  try {
    if (await isNeeded(parts)) await make(parts);
  } catch (error) {
    if (!(error instanceof Sentence)) throw error;
    parts.log.say("FIRST_ADMINISTRATOR", `There is no first administrator yet: ${error.message}`);
  }
}

async function isNeeded({ configuration, store, bootId }: FirstAdministratorParts): Promise<boolean> {
  const { users, revision } = configuration.facts();
  // The fast path keeps what it has: a configuration of one user would take its place.
  if (revision === 0) return false;
  const made = await store.call("firstAdministrator");
  if (made?.toldAt === null) return users.length === 0 || isThere({ users }, made.secret);
  // In the run that he was made in, whoever removed him meant it.
  const isLost = made?.unsavedIn != null && made.unsavedIn !== bootId;
  return users.length === 0 && (made === undefined || isLost);
}

function isThere({ users }: Pick<Facts, "users">, made: string): boolean {
  return users.some(({ name, secret }) => name === FIRST_ADMINISTRATOR && secret === made);
}

async function make(parts: FirstAdministratorParts): Promise<void> {
  const { configuration, store, bootId, perform, print, now } = parts;
  const password = randomPassword();
  const secret = await newHashOf(new ClearText(password));
  const reason = await reasonNotToSave(configuration);
  // Whoever comes after a crash knows by this that the password of that user was not told.
  await store.call("setFirstAdministrator", { secret, toldAt: null, unsavedIn: bootId });
  const line = `username ${FIRST_ADMINISTRATOR} privilege 15 secret 9 ${secret}`;
  const committed = await perform(enterLine, { lines: [line], session: null }, FIRST_START);
  if (committed.outcome === "wrong") throw new Sentence(committed.errors[0]?.message ?? "The configuration is full.");
  await save(parts, reason);
  if (!isThere(configuration.facts(), secret)) throw new Sentence("Another configuration was loaded meanwhile.");
  await print(announcement(password));
  await store.call("firstAdministratorTold", now());
}

/** What others left unsaved is not saved with him, and a startup file that was refused stays to be looked at. */
async function reasonNotToSave(configuration: FirstAdministratorParts["configuration"]): Promise<string | undefined> {
  const [alarm] = configuration.alarms();
  if (alarm !== undefined) return alarm;
  // A new appliance has no startup file.
  const unsaved = await configuration.diff({ kind: "startup" }, { kind: "running" }).catch(() => []);
  return unsaved.length > 0
    ? "The configuration in force has other changes that nobody saved: look at them."
    : undefined;
}

async function save({ perform, log }: FirstAdministratorParts, reason: string | undefined): Promise<void> {
  try {
    if (reason !== undefined) throw new Sentence(reason);
    await perform(saveConfiguration, {}, FIRST_START);
  } catch (error) {
    if (!(error instanceof Sentence)) throw error;
    const text = `The first administrator is not in the startup file: ${error.message} Then type "write memory".`;
    log.say("FIRST_ADMINISTRATOR", text);
  }
}

function randomPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}

function announcement(password: string): string {
  const lines = [
    "The first start has made an administrator.",
    "",
    `  User     : ${FIRST_ADMINISTRATOR}`,
    `  Password : ${password}`,
    "",
    "The password is not shown again.",
  ];
  const width = Math.max(...lines.map(({ length }) => length));
  const edge = `+-${"-".repeat(width)}-+`;
  return `\n${[edge, ...lines.map((line) => `| ${line.padEnd(width)} |`), edge].join("\n")}\n\n`;
}

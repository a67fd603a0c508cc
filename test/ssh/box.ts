// A daemon that listens for SSH, with a user of each level, and the programs that people come with.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ExecutionContext } from "ava";
import ssh2, { type Client, type ConnectConfig } from "ssh2";
import { freePort } from "../../lab/free-port.ts";
import type { Level } from "../../mgmt/level.ts";
import { type Daemon, daemon } from "../daemon/parts.ts";

/** What the users level0, level5, level10 and level15 show. */
export const passwordOf = (level: Level): string => `password-of-${level}`;

/** Hashed in few rounds. */
const USERS = `\
username level0 privilege 0 secret 9 $scrypt$ln=10,r=8,p=1$AQEBAQEBAQEBAQEBAQEBAQ$oOO+oNiQkybmgSEg++4HE2uhv8KDfkPYGS7Os/MHOtU
username level5 privilege 5 secret 9 $scrypt$ln=10,r=8,p=1$BgYGBgYGBgYGBgYGBgYGBg$nOLOLa6mdtvwkY+q2fWm2Lbc3C+LzfZC+DCC7z9JIWs
username level10 privilege 10 secret 9 $scrypt$ln=10,r=8,p=1$CwsLCwsLCwsLCwsLCwsLCw$xuCuzW4vJNbLof/S4hgjjkXaLjmlZCZ9YQcfHSuuJTw
username level15 privilege 15 secret 9 $scrypt$ln=10,r=8,p=1$EBAQEBAQEBAQEBAQEBAQEA$tKrAHh1YbgUJEb9OP+/FGuPGFoZv2jkxr2p6wiRSm7U
`;

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Coming {
  readonly level?: Level;
  /** Instead of the user of the level. */
  readonly user?: string;
  /** Instead of his own; null: none is given. */
  readonly password?: string | null;
  /** More of OpenSSH's, before the address. */
  readonly options?: readonly string[];
  readonly command?: string;
  /** What is typed; its end is the end of typing. */
  readonly input?: string;
}

export interface Box extends Daemon {
  readonly port: number;
  /** Arguments of OpenSSH's programs for this box: no files of the one who runs the test. */
  readonly options: readonly string[];
  /** Puts these lines in the place of those that the test gave. Rejects when they are refused. */
  configure(lines: string, settings?: { port?: number; on?: boolean }): Promise<void>;
  /** Runs OpenSSH until it ends. */
  ssh(coming?: Coming): Promise<Ran>;
  /** Logs in by the library. It is closed after the test. */
  client(level?: Level, settings?: ConnectConfig): Promise<Client>;
}

/**
 * Listens and is stopped after the test. `lines`: more of the configuration. `before`: a box whose directory and port it takes over.
 * `ownHostKeys`: it makes its own, which takes a second; otherwise all boxes of a test program have the same.
 */
export async function box(
  t: ExecutionContext,
  { lines = "", before = undefined as Box | undefined, ownHostKeys = false } = {},
): Promise<Box> {
  const made = daemon(t, before?.directory);
  const port = before?.port ?? (await freePort());
  const write = (more: string, at = port, on = true) => made.write(configurationAt(at, more, on));
  write(lines);
  if (!ownHostKeys) giveHostKeys(made.directory);
  await made.app.start();
  const refused = made.lines.find((line) => line.includes("refused") || line.includes("cannot listen"));
  if (refused !== undefined) throw new Error(refused);
  const options = ["-F", "none", ...settings(join(made.directory, "known_hosts"))];
  return {
    ...made,
    ...{ port, options },
    async configure(more, { port: at, on } = {}) {
      write(more, at, on);
      const { outcome } = await made.app.load();
      if (outcome === "refused") throw new Error(made.lines.at(-1));
    },
    ssh: (coming = {}) => openssh(port, options, coming),
    client: (level = 15, settings = {}) => connected(t, port, level, settings),
  };
}

/** Nothing of the one who runs the test. */
function settings(knownHosts: string): string[] {
  const given = {
    ...{ UserKnownHostsFile: knownHosts, StrictHostKeyChecking: "accept-new" },
    ...{ IdentityAgent: "none", IdentityFile: "none", LogLevel: "ERROR" },
  };
  return Object.entries(given).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Made once for all boxes of a test file: a key of RSA takes a second. */
let hostKeys: readonly { readonly name: string; readonly text: string }[] | undefined;

export function giveHostKeys(directory: string): void {
  hostKeys ??= [
    { name: "ssh_host_ed25519_key", text: ssh2.utils.generateKeyPairSync("ed25519").private },
    { name: "ssh_host_rsa_key", text: ssh2.utils.generateKeyPairSync("rsa", { bits: 3072 }).private },
  ];
  for (const { name, text } of hostKeys) {
    if (!existsSync(join(directory, name))) writeFileSync(join(directory, name), text, { mode: 0o600 });
  }
}

/** Makes a key pair and returns the file of the private one; the public one is beside it, in `.pub`. */
export async function makeKey(folder: string, type: "ed25519" | "ecdsa" | "rsa"): Promise<string> {
  const file = join(folder, `id_${type}`);
  const { status, err } = await run(["ssh-keygen", "-q", "-t", type, "-N", "", "-f", file]);
  if (status !== 0) throw new Error(err);
  return file;
}

/** The line of the configuration that gives the user the key. */
export async function keyLine(user: string, file: string): Promise<string> {
  const [algorithm, blob] = (await readFile(`${file}.pub`, "utf8")).split(" ");
  return `username ${user} ssh-key ${algorithm} ${blob}\n`;
}

/** Of a box that listens at the port, if it is on. */
export function configurationAt(port: number, lines = "", on = true): string {
  return `hostname box\n${USERS}${on ? "ip ssh\n" : ""}ip ssh listen 127.0.0.1\nip ssh port ${port}\n${lines}end\n`;
}

async function openssh(port: number, box: readonly string[], coming: Coming): Promise<Ran> {
  const {
    level = 15,
    user = `level${level}`,
    password = passwordOf(level),
    options = [],
    command,
    input = "",
  } = coming;
  const words = [
    "ssh",
    ...options,
    ...box,
    "-p",
    `${port}`,
    `${user}@127.0.0.1`,
    ...(command === undefined ? [] : [command]),
  ];
  return run(password === null ? words : ["sshpass", "-e", ...words], { SSHPASS: password ?? "" }, input);
}

/** Runs a program until it ends. */
export async function run(
  [program = "", ...words]: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input = "",
): Promise<Ran> {
  const child = spawn(program, words, { env: { PATH: process.env.PATH, ...environment }, stdio: "pipe" });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status, out, err };
}

/** Logs in by the library. It is closed after the test. */
export async function connected(
  t: ExecutionContext,
  port: number,
  level: Level,
  settings: ConnectConfig,
): Promise<Client> {
  const client = new ssh2.Client();
  t.teardown(() => client.end());
  // What happens to the connection once it is there is seen by its close.
  client.on("error", () => {});
  client.connect({ host: "127.0.0.1", port, username: `level${level}`, password: passwordOf(level), ...settings });
  await once(client, "ready");
  return client;
}

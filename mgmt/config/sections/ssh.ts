// How people come in from elsewhere: by SSH.

import { z } from "zod";
import { line, type Section } from "../section.ts";
import { address, banner } from "../values.ts";
import { SET_USERS_LEVEL } from "./users.ts";

export const sshSchema = z.strictObject({
  on: z.boolean(),
  /** Where it listens; null: at every address of this machine. */
  address: address.nullable(),
  port: z.int().min(1).max(65_535),
  /** Who connected must have shown by then who he is. */
  graceSeconds: z.int().min(1).max(120),
  /** Passwords that one connection may try. */
  attempts: z.int().min(1).max(10),
  /** What is shown before anybody is asked who he is; empty: nothing. A line feed begins a line. */
  banner,
});

/** Oxidized asks six times before it gives up. */
export const sshDefaults: z.infer<typeof sshSchema> = {
  ...{ on: false, address: null, port: 22, graceSeconds: 60, attempts: 6, banner: "" },
};

const IP = "The Internet Protocol";
const SSH = "Let people come in by SSH";

const on = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "ip ssh",
  help: { ip: IP, ssh: SSH },
  run: ({ ssh }) => {
    ssh.on = true;
  },
  slot: "ip ssh",
  no: ({ ssh }) => {
    ssh.on = false;
  },
});

const version = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "ip ssh version <version:2>",
  help: { ip: IP, ssh: SSH, version: "Of the protocol", "2": "The only one" },
  run: () => {},
  slot: "ip ssh version",
  no: () => {},
});

const listen = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "ip ssh listen <address:ADDRESS>",
  help: {
    ip: IP,
    ssh: SSH,
    listen: "At one address only (by default at every address of this machine)",
    "<address>": "An IPv4 or IPv6 address of this machine",
  },
  run: ({ ssh }, { address }) => {
    ssh.address = address;
  },
  slot: "ip ssh listen",
  no: ({ ssh }) => {
    ssh.address = null;
  },
});

const port = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "ip ssh port <port:1-65535>",
  help: { ip: IP, ssh: SSH, port: "At a TCP port", "<port>": `Its number (default ${sshDefaults.port})` },
  run: ({ ssh }, { port }) => {
    ssh.port = port;
  },
  slot: "ip ssh port",
  no: ({ ssh }) => {
    ssh.port = sshDefaults.port;
  },
});

const grace = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "ip ssh time-out <graceSeconds:1-120>",
  help: {
    ip: IP,
    ssh: SSH,
    "time-out": "By when somebody must have shown who he is",
    "<graceSeconds>": `Seconds after he connected (default ${sshDefaults.graceSeconds})`,
  },
  run: ({ ssh }, { graceSeconds }) => {
    ssh.graceSeconds = graceSeconds;
  },
  slot: "ip ssh time-out",
  no: ({ ssh }) => {
    ssh.graceSeconds = sshDefaults.graceSeconds;
  },
});

const attempts = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "ip ssh authentication-retries <attempts:1-10>",
  help: {
    ip: IP,
    ssh: SSH,
    "authentication-retries": "How many passwords one connection may try",
    "<attempts>": `Passwords (default ${sshDefaults.attempts})`,
  },
  run: ({ ssh }, { attempts }) => {
    ssh.attempts = attempts;
  },
  slot: "ip ssh authentication-retries",
  no: ({ ssh }) => {
    ssh.attempts = sshDefaults.attempts;
  },
});

const bannerLine = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax: "banner login <banner:BANNER>",
  help: {
    banner: "A text that everybody sees who comes in",
    login: "Before he is asked who he is",
    "<banner>": "The text; \\n in it begins a line",
  },
  run: ({ ssh }, { banner }) => {
    ssh.banner = banner;
  },
  slot: "banner login",
  no: ({ ssh }) => {
    ssh.banner = "";
  },
});

export const ssh: Section = {
  lines: [on, version, listen, port, grace, attempts, bannerLine].flatMap(({ forms }) => forms),

  render: ({ ssh }, all) => [
    ...(ssh.on ? [on.print({})] : []),
    ...(!ssh.on && all ? [on.printNo({})] : []),
    ...(all ? [version.print({ version: "2" })] : []),
    ...(ssh.address !== null ? [listen.print({ address: ssh.address })] : []),
    ...(ssh.port !== sshDefaults.port || all ? [port.print(ssh)] : []),
    ...(ssh.graceSeconds !== sshDefaults.graceSeconds || all ? [grace.print(ssh)] : []),
    ...(ssh.attempts !== sshDefaults.attempts || all ? [attempts.print(ssh)] : []),
    ...(ssh.banner !== "" ? [bannerLine.print(ssh)] : []),
  ],

  check: () => [],
};

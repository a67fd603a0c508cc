// How people come in from elsewhere: by SSH.

import { z } from "zod";
import { line, type Section } from "../section.ts";
import { address } from "../values.ts";
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
  /** What is shown before anybody is asked who he is; empty: nothing. `\n` begins a line. */
  banner: z.string().max(512),
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
export const ssh: Section = {
  lines: [on, listen, port].flatMap(({ forms }) => forms),
  render: ({ ssh }) =>
    ssh.on ? [on.print({}), ...(ssh.address ? [listen.print({ address: ssh.address })] : []), port.print(ssh)] : [],
  check: () => [],
};

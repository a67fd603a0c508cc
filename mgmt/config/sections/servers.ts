// The servers that are asked who somebody is, and told what he did. They are in the order in which they were entered.

import { excess, type Path, type Problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { radiusDefaults, SERVERS_MAX, tacacsDefaults } from "./aaa.ts";
import { SET_USERS_LEVEL } from "./users.ts";

const keyHelp = {
  key: "What only this appliance and the server know",
  "0": "In clear text",
  "<key>": "8 to 64 characters without blanks; it is masked where it is shown",
};

const radiusServer = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax:
    "radius-server host <address:ADDRESS> [auth-port <authPort:1-65535>] [acct-port <acctPort:1-65535>] [timeout <timeoutSeconds:1-30>] [retransmit <retransmit:0-5>] key [0] <key:KEY>",
  help: {
    "radius-server": "A server that is asked by RADIUS",
    host: "Where it is",
    "<address>": "Its IPv4 or IPv6 address; servers are asked in the order in which they were entered",
    "auth-port": "Its UDP port for questions who somebody is",
    "<authPort>": `A number (default ${radiusDefaults.authPort})`,
    "acct-port": "Its UDP port for what somebody did",
    "<acctPort>": `A number (default ${radiusDefaults.acctPort})`,
    timeout: "How long to wait for one answer",
    "<timeoutSeconds>": `Seconds (default ${radiusDefaults.timeoutSeconds})`,
    retransmit: "How often to ask again",
    "<retransmit>": `Times (default ${radiusDefaults.retransmit})`,
    ...keyHelp,
  },
  suggest: { address: ({ aaa }) => aaa.radiusServers.map(({ address }) => address) },
  run: ({ aaa }, server) =>
    enter(aaa.radiusServers, {
      address: server.address,
      authPort: server.authPort ?? radiusDefaults.authPort,
      acctPort: server.acctPort ?? radiusDefaults.acctPort,
      timeoutSeconds: server.timeoutSeconds ?? radiusDefaults.timeoutSeconds,
      retransmit: server.retransmit ?? radiusDefaults.retransmit,
      key: server.key,
    }),
  slot: "radius-server host <address:ADDRESS>",
  no: ({ aaa }, { address }) => {
    aaa.radiusServers = aaa.radiusServers.filter((each) => each.address !== address);
  },
});

const tacacsServer = line({
  mode: "global",
  level: SET_USERS_LEVEL,
  syntax:
    "tacacs-server host <address:ADDRESS> [port <port:1-65535>] [timeout <timeoutSeconds:1-30>] key [0] <key:KEY>",
  help: {
    "tacacs-server": "A server that is asked by TACACS+",
    host: "Where it is",
    "<address>": "Its IPv4 or IPv6 address; servers are asked in the order in which they were entered",
    port: "Its TCP port",
    "<port>": `A number (default ${tacacsDefaults.port})`,
    timeout: "How long to wait for one answer",
    "<timeoutSeconds>": `Seconds (default ${tacacsDefaults.timeoutSeconds})`,
    ...keyHelp,
  },
  suggest: { address: ({ aaa }) => aaa.tacacsServers.map(({ address }) => address) },
  run: ({ aaa }, { address, port = tacacsDefaults.port, timeoutSeconds = tacacsDefaults.timeoutSeconds, key }) =>
    enter(aaa.tacacsServers, { address, port, timeoutSeconds, key }),
  slot: "tacacs-server host <address:ADDRESS>",
  no: ({ aaa }, { address }) => {
    aaa.tacacsServers = aaa.tacacsServers.filter((each) => each.address !== address);
  },
});

export const servers: Section = {
  lines: [...radiusServer.forms, ...tacacsServer.forms],

  render: ({ aaa: { radiusServers, tacacsServers } }) => [
    ...radiusServers.map((server) => radiusServer.print(server)),
    ...tacacsServers.map((server) => tacacsServer.print(server)),
  ],

  *check({ aaa: { radiusServers, tacacsServers } }) {
    yield* checkServers(["aaa", "radiusServers"], radiusServers, "RADIUS servers");
    yield* checkServers(["aaa", "tacacsServers"], tacacsServers, "TACACS+ servers");
  },
};

function* checkServers(path: Path, servers: readonly Server[], kinds: string): Iterable<Problem> {
  yield* repeats(path, servers, "Server", ({ address }) => address);
  yield* excess([[path, servers]], SERVERS_MAX, kinds);
}

interface Server {
  readonly address: string;
}

/** Puts the server in the place of the one at this address, or behind the others. */
function enter<S extends Server>(servers: S[], server: S): S {
  const known = servers.findIndex(({ address }) => address === server.address);
  servers.splice(known < 0 ? servers.length : known, known < 0 ? 0 : 1, server);
  return server;
}

// Servers of TACACS+ made by scapy, and what they are asked.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("tacacs-server.py", import.meta.url));

export const KEY = "a-key-of-tests";

/** RFC 8907 5.2. */
export const ASKS = { data: 3, user: 4, password: 5 } as const;

export interface ServerSettings {
  readonly key?: string;
  readonly port?: number;
  /** What it does in place of an answer. */
  readonly mode?: "silent" | "closes" | "web" | "clear" | "error" | "no authorization";
  readonly users?: Readonly<Record<string, { readonly password: string; readonly attributes?: readonly string[] }>>;
  /** What it asks for before it says whether somebody may come in. */
  readonly asks?: readonly number[];
}

export interface TacacsServers<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>;
  /** What a server was asked so far, in order. */
  asked(name: Name): Record<string, unknown>[];
  stop(): Promise<void>;
}

export async function serveTacacs<Name extends string>(
  servers: Readonly<Record<Name, ServerSettings>>,
): Promise<TacacsServers<Name>> {
  const settings = Object.entries<ServerSettings>(servers).map(([name, each]) => [name, { key: KEY, ...each }]);
  const server = spawn("/usr/bin/python3", [program, JSON.stringify(Object.fromEntries(settings))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const asked: { readonly server: string }[] = [];
  const lines = createInterface({ input: server.stdout });
  const ended = once(server, "exit");
  const started = once(lines, "line");
  lines.once("line", () => lines.on("line", (line) => asked.push(JSON.parse(line))));
  const [ports] = await Promise.race([started, ended.then(() => Promise.reject(new Error("No server.")))]);
  return {
    ports: JSON.parse(ports),
    asked: (name) => asked.filter((each) => each.server === name).map(({ server: _, ...rest }) => rest),
    async stop() {
      server.stdin.end();
      await ended;
    },
  };
}

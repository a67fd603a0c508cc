// Real peers of RADIUS accounting: radclient, and FreeRADIUS that passes on what it is told. On loopback addresses.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ExecutionContext } from "ava";
import { directory, until } from "../../daemon/parts.ts";
import { KEY } from "./parts.ts";

/** A port that is free now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp6").bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

interface Asking {
  readonly host?: string;
  readonly port: number;
  readonly key?: string;
  /** Requests that wait for their answer at once. */
  readonly parallel?: number;
  /** How often each is sent, two seconds apart. */
  readonly tries?: number;
}

/** Sends each request, `Name = "value", ...`; returns how many were answered. */
export async function radclient(
  requests: readonly string[],
  { host = "127.0.0.1", port, key = KEY, parallel = 1, tries = 5 }: Asking,
): Promise<number> {
  const place = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const options = ["-x", "-r", `${tries}`, "-t", "2", "-p", `${parallel}`];
  const child = spawn("radclient", [...(host.includes(":") ? ["-6"] : ["-4"]), ...options, place, "acct", key]);
  child.stdin.end(requests.map((request) => `${request}\n\n`).join(""));
  const [said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return said.split("Received Accounting-Response").length - 1;
}

/** A FreeRADIUS that passes all accounting on to this port; returns where it listens. It is gone after the test. */
export async function freeRadiusProxy(t: ExecutionContext, to: number): Promise<{ host: string; port: number }> {
  const folder = directory(t);
  const host = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  writeFileSync(
    join(folder, "radiusd.conf"),
    `
prefix = ${folder}
confdir = ${folder}
logdir = ${folder}
run_dir = ${folder}
libdir = /usr/lib/freeradius
pidfile = ${folder}/pid
proxy_requests = yes
client nas {
	ipaddr = 127.0.0.0/8
	secret = ${KEY}
}
home_server postern {
	type = acct
	ipaddr = 127.0.0.1
	port = ${to}
	secret = ${KEY}
	src_ipaddr = 127.0.0.1
	status_check = none
}
home_server_pool postern {
	home_server = postern
}
realm postern {
	acct_pool = postern
}
server default {
	listen {
		type = acct
		ipaddr = ${host}
		port = 1813
	}
	preacct {
		update control {
			Proxy-To-Realm := "postern"
		}
	}
	accounting {
		ok
	}
}
modules {
	always ok {
		rcode = ok
	}
}
`,
  );
  const child = spawn("freeradius", ["-f", "-l", "stdout", "-d", folder, "-n", "radiusd"]);
  t.teardown(() => killed(child));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (said += part));
  await until("FreeRADIUS is ready", () => {
    if (child.exitCode !== null) throw new Error(`FreeRADIUS ended: ${said}`);
    return said.includes("Ready to process requests");
  });
  return { host, port: 1813 };
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

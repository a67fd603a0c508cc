// FreeRADIUS as Debian has it, with a configuration of the test's own, on a loopback address of its own.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { RadiusServer } from "../../mgmt/config/sections/aaa.ts";
import { directory, until } from "../daemon/parts.ts";
import { KEY } from "./fake-server.ts";

const documentation = join(import.meta.dirname, "../../docs/aaa.md");

/** The code block of docs/aaa.md that follows this line. */
function documented(title: string): string {
  const [, block] = readFileSync(documentation, "utf8").split(`${title}\n\n\`\`\`\n`);
  const [text] = block?.split("```") ?? [];
  if (text === undefined) throw new Error(`docs/aaa.md has no "${title}".`);
  return text;
}

/** `signs`: with what docs/aaa.md says of FreeRADIUS before 3.2.5. */
function configurationOf(folder: string, address: string, signs: boolean): string {
  return `
prefix = ${folder}
confdir = ${folder}
logdir = ${folder}
run_dir = ${folder}
libdir = /usr/lib/freeradius
pidfile = ${folder}/pid
cleanup_delay = 0
security {
	reject_delay = 0
}
thread pool {
	start_servers = 1
	max_servers = 1
	min_spare_servers = 0
	max_spare_servers = 1
	max_requests_per_server = 0
}
client edge {
	ipaddr = 127.0.0.0/8
	secret = ${KEY}
	require_message_authenticator = yes
}
modules {
	pap {
	}
	files {
		filename = ${folder}/users
	}
	detail {
		filename = ${folder}/detail
	}
}
server default {
	listen {
		type = auth
		ipaddr = ${address}
		port = 1812
	}
	listen {
		type = acct
		ipaddr = ${address}
		port = 1813
	}
	authorize {
		files
		pap
	}
	authenticate {
		pap
	}
	${
    signs
      ? documented(
          "In `sites-enabled/default`, add to the `post-auth` block that is there, and to the `Post-Auth-Type REJECT` within it; `freeradius -C` checks all files:",
        )
      : ""
  }
	accounting {
		detail
	}
}
`;
}

const otherUsers = `
carol	Cleartext-Password := "nothing is said of me"

mallory	Cleartext-Password := "dialled in and bored"
	Service-Type = Framed-User

longest	Cleartext-Password := "${"0123456789abcdef".repeat(8)}"

zo\u00eb	Cleartext-Password := "na\u00efvet\u00e9 indeed"
`;

export interface FreeRadius {
  readonly server: RadiusServer;
  /** Accounting records, as it keeps them: of each its attributes. */
  accounted(): Readonly<Record<string, string>>[];
  /** It is gone when this returns. */
  stop(): Promise<void>;
}

/** It answers when this returns, and is gone after the test. */
export async function freeRadius(t: ExecutionContext, { signs = true } = {}): Promise<FreeRadius> {
  const folder = directory(t);
  const address = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  writeFileSync(join(folder, "radiusd.conf"), configurationOf(folder, address, signs));
  writeFileSync(join(folder, "users"), documented("In `mods-config/files/authorize`:") + otherUsers);
  const child = spawn("freeradius", ["-f", "-l", "stdout", "-d", folder, "-n", "radiusd"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  t.teardown(stop);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  await until("FreeRADIUS is ready", () => {
    if (child.exitCode !== null) throw new Error(`FreeRADIUS ended: ${said}`);
    return said.includes("Ready to process requests");
  });
  const detail = join(folder, "detail");
  const ports = { authPort: 1812, acctPort: 1813 };
  return {
    server: { address, ...ports, key: KEY, timeoutSeconds: 30, retransmit: 0 },
    accounted: () => (existsSync(detail) ? recordsIn(readFileSync(detail, "utf8")) : []),
    stop,
  };
}

/** Of a detail file: a record is a date, and lines `NAME = VALUE`. */
function recordsIn(detail: string): Record<string, string>[] {
  return detail
    .split("\n\n")
    .filter((record) => record.trim() !== "")
    .map((record) =>
      Object.fromEntries(
        [...record.matchAll(/^\t(\S+) = "?(.*?)"?$/gm)].map(([, name = "", value = ""]) => [name, value]),
      ),
    );
}

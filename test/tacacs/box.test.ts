// A whole box whose logins and accounting go to TACACS+ servers: people come in by OpenSSH.

import test, { type ExecutionContext } from "ava";
import { freePort } from "../../lab/free-port.ts";
import { until } from "../daemon/parts.ts";
import { type Box, box, passwordOf } from "../ssh/box.ts";
import { KEY, type ServerSettings, serveTacacs } from "./tacacs-servers.ts";

const PASSWORD = "correct-horse";

const users = {
  operator: { password: PASSWORD, attributes: ["priv-lvl=10"] },
  chief: { password: PASSWORD, attributes: ["priv-lvl=15"] },
  // The configuration has him too, with another password.
  level15: { password: PASSWORD, attributes: ["priv-lvl=5"] },
};

/** A box with these servers in this order, and what they were asked. */
async function boxWith<Name extends string>(
  t: ExecutionContext,
  servers: Readonly<Record<Name, ServerSettings>>,
  { login = "group tacacs+ local", lines = "" } = {},
) {
  const served = await serveTacacs(servers);
  t.teardown(() => served.stop());
  const hosts = Object.values<number>(served.ports).map((port) => hostLine(port));
  const made = await box(t, { lines: `${hosts.join("")}aaa authentication login default ${login}\n${lines}` });
  return { ...made, asked: served.asked };
}

function hostLine(port: number): string {
  return `tacacs-server host 127.0.0.1 port ${port} timeout 20 key ${KEY}\n`;
}

const accounting = `
aaa accounting exec default start-stop group tacacs+
aaa accounting commands default start-stop group tacacs+
`;

async function levelOf({ ssh }: Box, user: string, password: string): Promise<string> {
  const { status, out } = await ssh({ user, password, command: "show privilege" });
  return status === 0 ? out.trim() : `not let in (${status})`;
}

test("who is accepted has the server's level; who is refused does not come in, though the configuration has him", async (t) => {
  const at = await boxWith(t, { honest: { users } });
  t.is(await levelOf(at, "operator", PASSWORD), "Current privilege level is 10");
  t.is(await levelOf(at, "level15", PASSWORD), "Current privilege level is 5");
  t.is(await levelOf(at, "level15", passwordOf(15)), "not let in (5)");
});

test("users of the configuration come in when no server answers, and the servers' do not", async (t) => {
  const at = await boxWith(t, { stranger: { users, key: "another-key" } });
  t.is(await levelOf(at, "level15", passwordOf(15)), "Current privilege level is 15");
  t.is(await levelOf(at, "operator", PASSWORD), "not let in (5)");
  t.true(at.lines.some((line) => /TACACS\+ server 127\.0\.0\.1 .*answers, but not with our key/.test(line)));
});

test("servers are told of a session and its lines in order, with secrets masked", async (t) => {
  const at = await boxWith(t, { ledger: { users } }, { lines: accounting });
  const typed = [
    ...["show privilege", "show nonsense", "configure terminal", "hostname edge-9"],
    ...["username eve privilege 5 secret battery-staple", "end", "exit", ""],
  ];
  await at.ssh({ user: "chief", password: PASSWORD, input: typed.join("\n") });
  await until("the end is told", () =>
    at.asked("ledger").some(({ arguments: told }) => /elapsed_time/.test(`${told}`)),
  );
  const told = at.asked("ledger").filter(({ flags }) => flags !== undefined);
  t.deepEqual(
    told
      .map(({ flags, level, user, arguments: args }) => [flags, level, user, ((args ?? []) as string[]).at(-1)])
      .slice(1, -1),
    [
      ...["show privilege", "configure terminal", "hostname edge-9", "username eve privilege 5 secret ********"],
      ...["end", "exit"],
    ].map((line) => [4, 15, "chief", `cmd=${line} <cr>`]),
  );
  t.like(told[0], { flags: 2, user: "chief", from: "127.0.0.1" });
  t.like(told.at(-1), { flags: 4, user: "chief" });
  t.notRegex(JSON.stringify(at.asked("ledger")), /battery/);
});

test("nobody waits for a server that takes no records", async (t) => {
  const silent = await serveTacacs({ silent: { mode: "silent" } });
  t.teardown(() => silent.stop());
  const at = await box(t, { lines: `${hostLine(silent.ports.silent)}${accounting}` });
  const typed = "show privilege\n".repeat(50);
  const { status, out } = await at.ssh({ input: typed });
  t.is(status, 0);
  t.is(out.match(/Current privilege level is 15/g)?.length, 50);
});

test("a server that cannot be reached is told of at the prompt and in the log", async (t) => {
  const at = await box(t, {
    lines: `${hostLine(await freePort())}aaa authentication login default group tacacs+ local\n`,
  });
  const { out } = await at.ssh({ command: "show aaa servers" });
  t.regex(out, /silent/i);
  t.true(at.lines.some((line) => /cannot be reached \(nobody listens there\)/.test(line)));
});

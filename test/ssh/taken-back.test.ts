// A session that is in wrong hands ends when an administrator says so, whatever goes on in it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Client } from "ssh2";
import { until } from "../daemon/parts.ts";
import { type Box, box, connected, keyLine, makeKey } from "./box.ts";
import { ended, message, sendMessage, socketOf } from "./hostile.ts";
import { type Shell, shellOf } from "./shell.ts";

const ORDER = "aaa authentication login default group radius";

/** Of the user of level 10, as `show users` lists them. */
async function numberOfSession(shell: Shell): Promise<string | undefined> {
  return /^\*?\s*(\d+)\s.*\blevel10\b/m.exec(await shell.type("show users"))?.[1];
}

/** What a thief does in a session of level 10. */
const thieves: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  "one who waits at the prompt": (client) => shellOf(client),
  async "one who watches"(client) {
    const shell = await shellOf(client);
    shell.channel.write("monitor events\n");
    await shell.until(/monitor events\r\n/);
  },
  async "one who has typed ahead"(client) {
    const shell = await shellOf(client);
    shell.channel.write("monitor events\n".concat("hostname stolen\n".repeat(1000)));
    await shell.until(/monitor events\r\n/);
  },
  async "one who does not read"(client) {
    sendMessage(client, message("channelOpen", "session", 7, 0, 32_768));
    sendMessage(client, message("channelRequest", 0, "shell", true));
    sendMessage(client, message("channelData", 0, `${"show tech-support\n".repeat(20)}configure\nhostname stolen\n`));
  },
  async "one with three sessions over one connection"(client) {
    for (let index = 0; index < 3; index++) await shellOf(client);
  },
};

async function taken(t: ExecutionContext, one: Box, steal: (client: Client) => Promise<unknown>) {
  const administrator = await shellOf(await one.client());
  const thief = await one.client(10);
  await steal(thief);
  const cut = ended(socketOf(thief));
  await until("he has a session", async () => (await numberOfSession(administrator)) !== undefined);
  t.regex(await administrator.type(`clear line ${await numberOfSession(administrator)}`), /^(?!%)/);
  return { administrator, thief, cut };
}

for (const [what, steal] of Object.entries(thieves)) {
  test.serial(`${what} is cut off with everything that came by his connection, and is obeyed no more`, async (t) => {
    const one = await box(t);
    const { administrator, thief, cut } = await taken(t, one, steal);
    t.notRegex(await administrator.type("show users"), /level10/);
    await cut;
    t.throws(() => thief.shell(() => {}), { message: /Not connected/ });
    t.is(await administrator.type("show running-config | include hostname"), "hostname box\r\n");
    // Whose name it was may come again.
    t.is(await (await shellOf(await one.client(10))).type("show privilege"), "Current privilege level is 10\r\n");
  });
}

/** Everything of one whose user is removed, or gets another password, is over: what works, and what has no session yet. */
const removals = {
  "a user who was removed": "no username level10",
  "a user who has another password": "username level10 privilege 10 secret a-new-password-1",
};

for (const [who, line] of Object.entries(removals)) {
  test.serial(`${who} is cut off, and comes in no more, not even by a connection of before`, async (t) => {
    const one = await box(t);
    const administrator = await shellOf(await one.client());
    const [working, unused] = [await one.client(10), await one.client(10)];
    const shell = await shellOf(working);
    const cut = Promise.all([ended(socketOf(working)), ended(socketOf(unused))]);
    for (const typed of ["configure", line, "end"]) t.is(await administrator.type(typed), "");
    t.regex(await shell.rest(), /% What you logged in by is no longer valid: log in again\.\r\n/);
    await cut;
    t.throws(() => unused.shell(() => {}), { message: /Not connected/ });
    await t.throwsAsync(one.client(10), { message: /authentication/ });
  });
}

test.serial(
  "who came by a key is cut off when it is removed, and by a password when local users are not asked",
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "postern-"));
    t.teardown(() => rm(folder, { recursive: true }));
    const file = await makeKey(folder, "ed25519");
    const line = await keyLine("level10", file);
    const one = await box(t, { lines: line });
    const administrator = await shellOf(await one.client());
    const byPassword = await one.client(10);
    const byKey = await connected(t, one.port, 10, { password: "", privateKey: await readFile(file) });
    const [keyCut, passwordCut] = [byKey, byPassword].map((client) => ended(socketOf(client)));
    await Promise.all([shellOf(byKey), shellOf(byPassword)]);
    for (const typed of ["configure", `no ${line.trim()}`]) t.is(await administrator.type(typed), "");
    await keyCut;
    t.regex(await administrator.type("do show users"), /\blevel10\b/);
    for (const typed of ["radius-server host 127.0.0.1 key a-secret-of-both", ORDER]) await administrator.type(typed);
    await passwordCut;
  },
);

test.serial(
  "who changes his own password is answered that line, and none behind it, and must log in again",
  async (t) => {
    const one = await box(t);
    const shell = await shellOf(await one.client());
    await shell.type("configure");
    shell.channel.write("username level15 privilege 15 secret a-new-password-1\nhostname other\n");
    const said = await shell.rest();
    t.regex(said, /^username .*log in again/s);
    const again = await shellOf(await connected(t, one.port, 15, { password: "a-new-password-1" }));
    t.is(await again.type("show running-config | include hostname"), "hostname box\r\n");
  },
);

test.serial("with a session go the connections of its user that have none", async (t) => {
  const one = await box(t);
  const unused = await one.client(10);
  const cut = ended(socketOf(unused));
  await taken(t, one, (client) => shellOf(client));
  await cut;
  t.throws(() => unused.shell(() => {}), { message: /Not connected/ });
});

test.serial("who has logged in and begins no session is let go", async (t) => {
  const one = await box(t);
  const shell = await shellOf(await one.client(10));
  await ended(socketOf(await one.client(10)));
  t.is(await shell.type("show privilege"), "Current privilege level is 10\r\n");
});

test.serial(
  "who is lowered while he is asked does what he was asked about at the level that he has then",
  async (t) => {
    const one = await box(t, { lines: "username bob privilege 15 secret bobs-password-1\n" });
    const administrator = await shellOf(await one.client());
    const bob = await shellOf(await one.client(15, { username: "bob", password: "bobs-password-1" }));
    bob.channel.write("ip ssh key generate\n");
    await bob.until(/\[yes\/no\]: $/);
    await administrator.type("configure");
    t.is(await administrator.type("username bob privilege 10 secret bobs-password-1"), "");
    bob.channel.write("yes\n");
    t.regex(await bob.prompt(), /% Level 15 is needed\./);
  },
);

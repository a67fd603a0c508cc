// A session that is in wrong hands ends when an administrator says so, whatever goes on in it.
import test, { type ExecutionContext } from "ava";
import type { Client } from "ssh2";
import { until } from "../daemon/parts.ts";
import { type Box, box } from "./box.ts";
import { ended, message, sendMessage, socketOf } from "./hostile.ts";
import { type Shell, shellOf } from "./shell.ts";

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

test.serial(
  "a user who was removed is cut off, and comes in no more, not even by a connection of before",
  async (t) => {
    const one = await box(t);
    const administrator = await shellOf(await one.client());
    const [working, idle] = [await one.client(10), await one.client(10)];
    const cut = ended(socketOf(working));
    await shellOf(working);
    for (const line of ["configure", "no username level10", "end"]) await administrator.type(line);
    await cut;
    t.notRegex((await shellOf(idle)).greeting, /[>#]$/);
    await t.throwsAsync(one.client(10), { message: /authentication/ });
  },
);

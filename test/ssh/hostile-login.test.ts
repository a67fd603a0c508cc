// Somebody who has keys, says wrongly who he is, and breaks the rules: he ends at most his own connection.
import test from "ava";
import type { Client } from "ssh2";
import { NOT_ASCII } from "../cli/misleading.ts";
import { until } from "../daemon/parts.ts";
import { box } from "./box.ts";
import { askToLogIn, ended, exchangeKeys, message, sendMessage, socketOf, unknownClient } from "./hostile.ts";
import { ABUSER, goesOn, whileWorking } from "./working.ts";

/** A public key that nobody has. */
const strangersKey = message("ignore", "ssh-ed25519", "k".repeat(32)).subarray(1);

/** What ends the connection of the one who does it. */
const outrages: Readonly<Record<string, (client: Client) => void>> = {
  "asking without end what the methods are"(client) {
    for (let time = 0; time < 1000; time++) askToLogIn(client, "admin", "none");
  },
  "one key after the other"(client) {
    const key = strangersKey.toString("latin1");
    for (let time = 0; time < 1000; time++) askToLogIn(client, "admin", "publickey", false, "ssh-ed25519", key);
  },
  "a name after the other"(client) {
    for (let time = 0; time < 10; time++) askToLogIn(client, `name${time}`, "none");
  },
  "a hundred passwords at once"(client) {
    for (let time = 0; time < 100; time++) askToLogIn(client, "admin", "password", false, `password${time}`);
  },
  "keys exchanged again"(client) {
    exchangeKeys(client);
  },
  "millions of answers to a question"(client) {
    askToLogIn(client, "admin", "keyboard-interactive", "", "");
    sendMessage(client, message("authInfoResponse", 30_000_000));
  },
  "a signature of nothing"(client) {
    for (let time = 0; time < 100; time++) askToLogIn(client, "admin", "publickey", true, "rsa-sha2-512", "", "");
  },
};

for (const [what, outrage] of Object.entries(outrages)) {
  test.serial(`${what}: his connection ends, and only his`, async (t) => {
    const one = await box(t);
    await whileWorking(t, one, async () => {
      const client = await unknownClient(t, one.port, ABUSER);
      outrage(client);
      await ended(socketOf(client));
    });
    await goesOn(t, one);
  });
}

/** What is refused like a wrong password. */
const refused: Readonly<Record<string, (client: Client) => void>> = {
  "a new password in place of the old one": (client) => askToLogIn(client, "admin", "password", true, "old", "new"),
  "a name of thirty thousand characters": (client) =>
    askToLogIn(client, "\x1b[2J\r\n% ".repeat(3500), "password", false, "password"),
  "a password of thirty thousand characters": (client) =>
    askToLogIn(client, "admin", "password", false, "p".repeat(30_000)),
  "no answer to a question"(client) {
    askToLogIn(client, "admin", "keyboard-interactive", "", "");
    sendMessage(client, message("authInfoResponse", 0));
  },
  "the word of another host": (client) =>
    askToLogIn(client, "admin", "hostbased", "ssh-ed25519", "", "host", "root", ""),
};

for (const [what, refuse] of Object.entries(refused)) {
  test.serial(`${what}: refused`, async (t) => {
    const one = await box(t);
    const heard: string[] = [];
    await whileWorking(t, one, async () => {
      const client = await unknownClient(t, one.port, ABUSER, (said) => heard.push(said));
      refuse(client);
      await until("it is refused", () => heard.some((said) => said.includes("USERAUTH_FAILURE")));
    });
    t.deepEqual(
      one.lines.filter((line) => NOT_ASCII.test(line)),
      [],
    );
    await goesOn(t, one);
  });
}

test.serial("nothing is opened for somebody who has not logged in", async (t) => {
  const one = await box(t);
  const heard: string[] = [];
  const client = await unknownClient(t, one.port, ABUSER, (said) => heard.push(said));
  sendMessage(client, message("channelOpen", "session", 0, 2 ** 31, 32_768));
  await until("it is refused", () => heard.some((said) => said.includes("CHANNEL_OPEN_FAILURE")));
  t.false(heard.some((said) => said.includes("CHANNEL_OPEN_CONFIRMATION")));
  await goesOn(t, one);
});

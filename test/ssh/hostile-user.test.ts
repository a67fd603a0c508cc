// Somebody who may log in and then breaks the rules: he ends at most his own connection.
import { once } from "node:events";
import test from "ava";
import type { Client } from "ssh2";
import { until } from "../daemon/parts.ts";
import { box } from "./box.ts";
import { ended, exchangeKeys, type Field, kexInit, message, sendMessage, socketOf } from "./hostile.ts";
import { shellOf } from "./shell.ts";
import { ABUSER, goesOn, whileWorking } from "./working.ts";

/** Opens a channel as the number that the server counts from 0; asks for nothing in it. */
function open(client: Client, { window = 2 ** 31, packet = 32_768, kind = "session", more = "" as Field } = {}): void {
  sendMessage(client, message("channelOpen", kind, 0, window, packet, more));
}

function request(client: Client, channel: number, kind: string, ...fields: readonly Field[]): void {
  sendMessage(client, message("channelRequest", channel, kind, true, ...fields));
}

/** What ends the connection of the one who does it. */
const outrages: Readonly<Record<string, (client: Client) => void>> = {
  "packets of no bytes"(client) {
    open(client, { packet: 0 });
    request(client, 0, "shell");
  },
  "packets of one byte"(client) {
    open(client, { packet: 1 });
    request(client, 0, "shell");
  },
  "a channel that no number can have"(client) {
    sendMessage(client, message("channelData", 0xffff_ffff, "show version\n"));
  },
  "more typed than the window lets him"(client) {
    open(client);
    request(client, 0, "shell");
    for (let piece = 0; piece < 512; piece++) sendMessage(client, message("channelData", 0, "x".repeat(32_000)));
  },
  "an offer of algorithms after the other"(client) {
    for (let time = 0; time < 3; time++) sendMessage(client, kexInit());
  },
  "a thousand sessions opened and left"(client) {
    for (let index = 0; index < 1000; index++) {
      open(client);
      sendMessage(client, message("channelClose", index));
    }
  },
};

for (const [what, outrage] of Object.entries(outrages)) {
  test.serial(`${what}: his connection ends, and only his`, async (t) => {
    const one = await box(t);
    await whileWorking(t, one, async () => {
      const client = await one.client(15, { localAddress: ABUSER });
      outrage(client);
      await ended(socketOf(client));
    });
    await goesOn(t, one);
  });
}

interface Imposition {
  /** Of the abuser's own connection, with a channel number of his own for each. */
  impose(client: Client): void;
  /** How often each answer comes. */
  readonly answers: Readonly<Record<string, number>>;
}

const ANSWER =
  /Inbound: (?:Received )?(CHANNEL_OPEN_CONFIRMATION|CHANNEL_OPEN_FAILURE|CHANNEL_SUCCESS|CHANNEL_FAILURE|REQUEST_SUCCESS|REQUEST_FAILURE)/;

/** What is refused, or passed over. */
const impositions: Readonly<Record<string, Imposition>> = {
  "a thousand sessions at once": {
    impose(client) {
      for (let index = 0; index < 1000; index++) open(client);
    },
    answers: { CHANNEL_OPEN_CONFIRMATION: 4, CHANNEL_OPEN_FAILURE: 996 },
  },
  "a terminal of four milliards of columns": {
    impose(client) {
      open(client);
      const sizes = [0xffff_ffff, 0xffff_ffff, 0, 0];
      request(client, 0, "pty-req", "x".repeat(30_000), ...sizes, "");
      for (let time = 0; time < 1000; time++) request(client, 0, "window-change", ...sizes);
      request(client, 0, "shell");
    },
    answers: { CHANNEL_OPEN_CONFIRMATION: 1, CHANNEL_SUCCESS: 1002 },
  },
  "a thousand variables of his environment": {
    impose(client) {
      open(client);
      for (let index = 0; index < 1000; index++) request(client, 0, "env", `NAME${index}`, "x".repeat(1000));
    },
    answers: { CHANNEL_OPEN_CONFIRMATION: 1, CHANNEL_FAILURE: 1000 },
  },
  "ways to elsewhere": {
    impose(client) {
      const target = message("ignore", "127.0.0.1", 22, "127.0.0.1", 22).subarray(1);
      open(client, { kind: "direct-tcpip", more: target });
      open(client, { kind: "direct-streamlocal@openssh.com", more: target });
      open(client, { kind: "x11", more: target });
      sendMessage(client, message("globalRequest", "tcpip-forward", true, "", 2222));
      sendMessage(client, message("globalRequest", "streamlocal-forward@openssh.com", true, "/tmp/socket"));
      open(client);
      request(client, 0, "auth-agent-req@openssh.com");
      request(client, 0, "subsystem", "sftp");
      request(client, 0, "x11-req", false, "MIT-MAGIC-COOKIE-1", "00", 0);
    },
    answers: { CHANNEL_OPEN_FAILURE: 3, REQUEST_FAILURE: 2, CHANNEL_OPEN_CONFIRMATION: 1, CHANNEL_FAILURE: 3 },
  },
};

for (const [what, { impose, answers }] of Object.entries(impositions)) {
  test.serial(`${what}: refused, or passed over`, async (t) => {
    const one = await box(t);
    const seen: Record<string, number> = {};
    const hear = (said: string) => {
      const [, answer] = ANSWER.exec(said) ?? [];
      if (answer !== undefined) seen[answer] = (seen[answer] ?? 0) + 1;
    };
    const all = (counts: typeof seen) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    await whileWorking(t, one, async () => {
      impose(await one.client(15, { localAddress: ABUSER, debug: hear }));
      await until("everything is answered", () => all(seen) >= all(answers));
    });
    t.deepEqual(seen, answers);
    await goesOn(t, one);
  });
}

test.serial("who exchanges keys again and again is let go; who does so now and then is not", async (t) => {
  const one = await box(t);
  const exchange = async (client: Client) => {
    const done = once(client, "handshake");
    exchangeKeys(client);
    await done;
  };
  const moderate = await one.client(5);
  const shell = await shellOf(moderate);
  for (let time = 0; time < 5; time++) await exchange(moderate);
  const greedy = await one.client(0);
  await shellOf(greedy);
  const gone = ended(socketOf(greedy));
  const again = async () => {
    for (;;) await exchange(greedy);
  };
  await Promise.race([gone, again()]);
  t.is(await shell.type("show privilege"), "Current privilege level is 5\r\n");
});

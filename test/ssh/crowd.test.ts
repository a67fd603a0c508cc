// Many people at once: each is answered what he asked; there are no more places than the configuration says, and they come back.
import test from "ava";
import { levels } from "../../mgmt/level.ts";
import { until } from "../daemon/parts.ts";
import { box } from "./box.ts";
import { message, sendMessage } from "./hostile.ts";
import { type Shell, shellOf } from "./shell.ts";

const FULL = /^% The sessions that line vty allows are all open/;

test.serial("fifty people who come at once from one host are each answered what they asked, in order", async (t) => {
  const one = await box(t);
  const histories = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const level = levels[index % levels.length] ?? 15;
      const shell = await shellOf(await one.client(level));
      const lines = Array.from({ length: 20 }, (_, line) => `show privilege | exclude ${index}-${line}`);
      const answers: string[] = [];
      for (const line of lines) answers.push(await shell.type(line));
      t.deepEqual(
        answers,
        lines.map(() => `Current privilege level is ${level}\r\n`),
      );
      const history = await shell.type("show history");
      return { typed: [...lines, "show history"], history: history.trimEnd().split(/\s*\r\n\s*/) };
    }),
  );
  for (const { typed, history } of histories)
    t.deepEqual(
      history.map((line) => line.trim()),
      typed,
    );
});

test.serial(
  "one session more than there is room for is told so, and the place of one who leaves comes back",
  async (t) => {
    const one = await box(t, { lines: "line vty 0 2\n" });
    const shells: Shell[] = [];
    for (let index = 0; index < 3; index++) shells.push(await shellOf(await one.client()));
    const client = await one.client();
    t.regex((await shellOf(client)).greeting, FULL);
    await shells[0]?.type("exit");
    await until("there is room", async () => !FULL.test((await shellOf(await one.client())).greeting));
    for (const shell of shells.slice(1)) t.is(await shell.type("show privilege"), "Current privilege level is 15\r\n");
  },
);

test.serial("one who closes his session while it waits for him to read gives its place back", async (t) => {
  const one = await box(t, { lines: "line vty 0 0\n" });
  const client = await one.client();
  // A window of no bytes: not even the prompt is taken. What is typed ahead waits.
  sendMessage(client, message("channelOpen", "session", 7, 0, 32_768));
  sendMessage(client, message("channelRequest", 0, "shell", true));
  sendMessage(client, message("channelData", 0, "show privilege\n".repeat(100)));
  await until("it has the place", async () => FULL.test((await shellOf(await one.client())).greeting));
  sendMessage(client, message("channelClose", 0));
  await until("there is room", async () => !FULL.test((await shellOf(await one.client())).greeting));
  t.pass();
});

test.serial(
  "one user has a quarter of the sessions, over however many connections; for one of level 15 there is room",
  async (t) => {
    const one = await box(t, { lines: "line vty 0 8\n" });
    const shells: Shell[] = [];
    for (let index = 0; index < 3; index++) shells.push(await shellOf(await one.client(10)));
    t.is((await shellOf(await one.client(10))).greeting, "% level10 has 3 of 9 sessions, and may have no more.\r\n");
    t.is(await (await shellOf(await one.client(5))).type("show privilege"), "Current privilege level is 5\r\n");
    for (let index = 0; index < 4; index++) shells.push(await shellOf(await one.client(15)));
    for (const shell of shells) t.regex(await shell.type("show privilege"), /^Current/);
  },
);

test.serial("the thirty-third connection of one user is told so and ends; one of level 15 has more", async (t) => {
  const one = await box(t);
  const clients = await Promise.all(Array.from({ length: 32 }, () => one.client(0)));
  const { status, err } = await one.ssh({ level: 0, command: "show privilege" });
  t.is(status, 255);
  t.regex(err, /level0 has 32 connections, and may have no more\./);
  await Promise.all(Array.from({ length: 33 }, () => one.client(15)));
  clients[0]?.end();
  await until("there is room", async () => (await one.ssh({ level: 0, command: "show privilege" })).status === 0);
});

// People who ask and never read the answers: others do not notice, the daemon holds little of what they do not read, and nothing
// of it once they are gone.

import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Client } from "ssh2";
import { freePort } from "../../lab/free-port.ts";
import { directory, until } from "../daemon/parts.ts";
import { configurationAt, connected, giveHostKeys } from "./box.ts";
import type { Memory } from "./box-process.ts";
import { exchangeKeys, message, sendMessage, socketOf } from "./hostile.ts";
import { shellOf } from "./shell.ts";

const program = join(import.meta.dirname, "box-process.ts");

const MEBIBYTE = 2 ** 20;

/** All of it is asked for again and again: some 100 KB. */
const BIG = `zone big\n${Array.from({ length: 5000 }, (_, index) => ` ip 10.${index >> 8}.${index & 255}.0/24\n`).join("")}`;

const PEOPLE = 3;

interface Process {
  readonly port: number;
  memory(): Promise<Memory>;
}

async function started(t: ExecutionContext): Promise<Process> {
  const [at, port] = [directory(t), await freePort()];
  giveHostKeys(at);
  writeFileSync(join(at, "startup-config"), configurationAt(port, BIG));
  const child = fork(program, [at], { execArgv: ["--expose-gc"] });
  t.teardown(() => child.kill("SIGKILL"));
  await once(child, "message");
  return {
    port,
    async memory() {
      child.send("?");
      const [memory] = await once(child, "message");
      return memory as Memory;
    },
  };
}

/** A window that is never used up, and 200 MB of answers typed ahead. */
function askForMuch(client: Client): void {
  sendMessage(client, message("channelOpen", "session", 0, 0xffff_ffff, 32_768));
  sendMessage(client, message("channelRequest", 0, "shell", true));
  sendMessage(client, message("channelData", 0, "terminal length 0\n"));
  for (let time = 0; time < 20; time++)
    sendMessage(client, message("channelData", 0, "show running-config\n".repeat(100)));
}

/** What people do who then read nothing. */
const ways: Readonly<Record<string, (t: ExecutionContext, one: Process) => Promise<Client>>> = {
  async "a large answer again and again"(t, { port }) {
    const client = await connected(t, port, 15, {});
    askForMuch(client);
    return client;
  },
  async "a large answer again and again, while keys are exchanged without end"(t, { port }) {
    const client = await connected(t, port, 15, {});
    askForMuch(client);
    exchangeKeys(client);
    return client;
  },
};

for (const [what, way] of Object.entries(ways)) {
  test.serial(`who asks for ${what}, and reads nothing, costs little memory and nobody else's time`, async (t) => {
    const one = await started(t);
    const other = await shellOf(await connected(t, one.port, 15, { localAddress: "127.0.8.8" }));
    const before = await one.memory();
    const deaf: Client[] = [];
    for (let person = 0; person < PEOPLE; person++) {
      const client = await way(t, one);
      socketOf(client).pause();
      deaf.push(client);
    }
    const during: Memory[] = [];
    for (let line = 0; line < 1500; line++) {
      t.is(await other.type(`show privilege | exclude ${line}th`), "Current privilege level is 15\r\n");
      if (line % 100 === 0) during.push(await one.memory());
    }
    const most = Math.max(...during.map(({ held }) => held)) - before.held;
    for (const client of deaf) socketOf(client).destroy();
    let after = await one.memory();
    await until("the memory is back", async () => {
      after = await one.memory();
      return after.held < before.held + 8 * MEBIBYTE;
    });
    const mebibytes = (bytes: number) => (bytes / MEBIBYTE).toFixed(1);
    const resident = [before, during.at(-1), after].map((memory) => mebibytes(memory?.resident ?? 0));
    t.log(
      `held ${mebibytes(before.held)} MiB, at most ${mebibytes(most)} more, then ${mebibytes(after.held)}; resident ${resident}`,
    );
    t.true(most < 24 * MEBIBYTE);
  });
}

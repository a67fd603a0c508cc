// Whoever guesses passwords is kept out for a while; nobody else is, and least of all those of the quiet zone.
import test, { type ExecutionContext } from "ava";
import ssh2 from "ssh2";
import { until } from "../daemon/parts.ts";
import { type Box, box, passwordOf } from "./box.ts";
import { askToLogIn, ended, message, sendMessage, socketOf, unknownClient } from "./hostile.ts";

const LINES = `zone management
 ip 127.0.5.0/24
login block-for 60 attempts 3 within 60
login delay 0
login quiet-mode access-class management
`;

const QUIET = "127.0.5.1";

const LET_IN_AGAIN_MS = 60_000;

function comesIn(t: ExecutionContext, one: Box, from: string) {
  return t.notThrowsAsync(one.client(10, { localAddress: from }), `from ${from}`);
}

/** He is not even told what listens there. */
function isKeptOut(t: ExecutionContext, one: Box, from: string) {
  return t.throwsAsync(one.client(10, { localAddress: from }), { message: /ECONNRESET|before handshake/ });
}

async function guesses(t: ExecutionContext, one: Box, from: string, times: number): Promise<void> {
  const wrong = { localAddress: from, password: "wrong-password" };
  for (let time = 0; time < times; time++) {
    await t.throwsAsync(one.client(10, wrong), { message: /authentication methods failed/ }, `from ${from}`);
  }
}

test.serial(
  "who guesses too often is kept out, with the right password too, until the time is over; others are not",
  async (t) => {
    const one = await box(t, { lines: LINES });
    await guesses(t, one, "127.0.2.1", 3);
    await isKeptOut(t, one, "127.0.2.1");
    await comesIn(t, one, "127.0.2.2");
    one.engine.now += LET_IN_AGAIN_MS - 1;
    await isKeptOut(t, one, "127.0.2.1");
    one.engine.now += 1;
    await comesIn(t, one, "127.0.2.1");
    // All is counted from nothing.
    await guesses(t, one, "127.0.2.1", 2);
    await comesIn(t, one, "127.0.2.1");
  },
);

test.serial("who has been let in before is kept out like everybody when he guesses", async (t) => {
  const one = await box(t, { lines: LINES });
  for (let time = 0; time < 3; time++) {
    await guesses(t, one, "127.0.2.1", 1);
    if (time < 2) await comesIn(t, one, "127.0.2.1");
  }
  await isKeptOut(t, one, "127.0.2.1");
});

test.serial("the quiet zone is let in all the while, however often it guesses itself", async (t) => {
  const one = await box(t, { lines: LINES });
  await guesses(t, one, QUIET, 10);
  await comesIn(t, one, QUIET);
  // Three from each of ten sources: quiet mode.
  for (let source = 1; source <= 10; source++) await guesses(t, one, `127.0.3.${source}`, 3);
  await isKeptOut(t, one, "127.0.4.1");
  await comesIn(t, one, QUIET);
  one.engine.now += LET_IN_AGAIN_MS;
  await comesIn(t, one, "127.0.4.1");
});

test.serial("keys that are nobody's, and asking for the methods, count as no guesses", async (t) => {
  const one = await box(t, { lines: LINES });
  const from = "127.0.2.1";
  for (let time = 0; time < 5; time++) {
    const { private: privateKey } = ssh2.utils.generateKeyPairSync("ed25519");
    const authHandler: ("none" | "publickey")[] = ["none", "publickey"];
    await t.throwsAsync(one.client(10, { localAddress: from, privateKey, authHandler }), { message: /methods failed/ });
  }
  const told = () => one.lines.filter((line) => line.includes("Keys that are not this user's: 1."));
  await until("each connection is told", () => told().length === 5);
  await comesIn(t, one, from);
});

test.serial(
  "answers that do not wait for the one before: one is tried, and nobody learns whether it was right",
  async (t) => {
    const one = await box(t, { lines: LINES });
    for (const [from, first] of [
      ["127.0.2.1", passwordOf(15)],
      ["127.0.2.2", "a wrong one"],
    ] as const) {
      const client = await unknownClient(t, one.port, from);
      for (const guess of [first, "wrong-2", "wrong-3", passwordOf(15)]) {
        askToLogIn(client, "level15", "keyboard-interactive", "", "");
        sendMessage(client, message("authInfoResponse", 1, guess));
      }
      await ended(socketOf(client));
    }
    const told = () => one.lines.filter((line) => line.includes("session.login"));
    await until("both are told", () => told().length >= 2);
    t.is(told().length, 2);
    for (const line of told()) t.regex(line, /denied.*The connection ended before the answer was there/);
  },
);

test.serial("several passwords over one connection are counted one by one", async (t) => {
  const one = await box(t, { lines: LINES });
  const passwords = ["wrong-1", "wrong-2", "wrong-3"].map((password) => ({
    ...{ type: "password" as const, username: "level10", password },
  }));
  await t.throwsAsync(one.client(10, { localAddress: "127.0.2.1", authHandler: passwords as never }), {
    message: /methods failed|ECONNRESET/,
  });
  await isKeptOut(t, one, "127.0.2.1");
  await comesIn(t, one, "127.0.2.2");
});

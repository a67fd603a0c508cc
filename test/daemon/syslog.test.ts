import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import test, { type ExecutionContext } from "ava";
import type { LogLine } from "../../mgmt/log/line.ts";
import { Log } from "../../mgmt/log/log.ts";
import { loggingDefaults } from "../../mgmt/log/settings.ts";
import { FakeClock, until } from "./parts.ts";

/** A syslog host that keeps what it gets. */
async function host(t: ExecutionContext, address = "127.0.0.1") {
  const got: string[] = [];
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4").on("message", (bytes) => got.push(`${bytes}`));
  socket.bind(0, address);
  await once(socket, "listening");
  t.teardown(() => close(socket));
  return { socket, got, host: { address, port: socket.address().port } };
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It was closed by the test.
  }
}

/** A log that sends to the host. */
function logTo(t: ExecutionContext, host: { address: string; port: number }, changes = {}) {
  const clock = new FakeClock();
  const told: LogLine[] = [];
  const log = new Log({ clock, write: (line) => told.push(line) });
  log.obey({ hostname: "edge-1", logging: { ...loggingDefaults, ...changes, host } });
  t.teardown(() => log.stop());
  return { log, told, clock };
}

test("a breach is a syslog message that a person can read", async (t) => {
  const { got, host: at } = await host(t);
  const { log } = logTo(t, at);
  log.say("BREACH", "10.30.94.66: 10 sessions of smtp-outbound in 60 s; blocked until 12:01:00");
  await until("it arrived", () => got.length === 1);
  const [header, text] = got[0]?.split(" - ") ?? [];
  t.regex(header ?? "", /^<188>1 2026-11-22T\d\d:03:20\.000[+-]\d\d:\d\d edge-1 postern \d+ BREACH$/);
  t.is(text, "%POSTERN-4-BREACH: 10.30.94.66: 10 sessions of smtp-outbound in 60 s; blocked until 12:01:00");
});

test("its time is the one at which it happened, with the offset of this machine's time zone", async (t) => {
  const { got, host: at } = await host(t);
  const { log } = logTo(t, at);
  log.say("BREACH", "breach", Date.UTC(2026, 5, 1, 10));
  await until("it arrived", () => got.length === 1);
  t.is(Date.parse(got[0]?.split(" ")[1] ?? ""), Date.UTC(2026, 5, 1, 10));
});

test("a host with an IPv6 address gets the log too", async (t) => {
  const { got, host: at } = await host(t, "::1");
  const { log } = logTo(t, at);
  log.say("CONFIG", "Hello.");
  await until("it arrived", () => got.length === 1);
  t.true(got[0]?.endsWith(" CONFIG - %POSTERN-5-CONFIG: Hello."));
});

test("lines less grave than the trap stay here, and none leaves while logging is off", async (t) => {
  const { got, host: at } = await host(t);
  const { log } = logTo(t, at, { trap: "warnings" });
  log.say("CONFIG", "a notification");
  log.say("ALARM", "a warning");
  log.say("STORE", "an error");
  await until("two arrived", () => got.length === 2);
  log.obey({ hostname: "edge-1", logging: { ...loggingDefaults, on: false, host: at } });
  log.say("STORE", "not sent");
  log.obey({ hostname: "edge-2", logging: { ...loggingDefaults, host: at } });
  log.say("STORE", "the last");
  await until("another arrived", () => got.length === 3);
  t.deepEqual(
    got.map((message) => message.split(": ")[1]),
    ["a warning", "an error", "the last"],
  );
  t.regex(got[2] ?? "", / edge-2 postern /);
});

test("a message passes any path whole: the first line of a text, 1,232 bytes of it at most", async (t) => {
  const { got, host: at } = await host(t);
  const { log } = logTo(t, at);
  log.say("CONFIG_REFUSED", "Two lines are wrong.\nLine 1:\nfoo\n^");
  log.say("CONFIG", "x".repeat(5000));
  await until("they arrived", () => got.length === 2);
  t.true(got[0]?.endsWith(": Two lines are wrong."));
  t.is(got[1]?.length, 1232);
});

test("a flood is cut, and the host is told how much of it is missing", async (t) => {
  const { got, host: at } = await host(t);
  const { log, clock, told } = logTo(t, at);
  for (let n = 0; n < 3000; n++) log.say("BREACH", `${n}`);
  t.is(told.length, 3000);
  t.is(log.status().leftOut, 2800);
  await until("the beginning arrived", () => got.length === 200);
  clock.bootMs += 1000;
  log.say("BREACH", "afterwards");
  await until("what came afterwards arrived", () => got.some((message) => message.endsWith("afterwards")));
  const note = got.findIndex((message) => message.includes("2,800 lines were left out here"));
  t.is(note, got.length - 2);
  t.is(log.status().leftOut, 0);
});

test("a host that refuses is one line in the log, however often it refuses, and another after a quiet time", async (t) => {
  const { socket, host: at } = await host(t);
  socket.close();
  await once(socket, "close");
  const { log, told, clock } = logTo(t, at);
  const complaints = () => told.filter(({ mnemonic }) => mnemonic === "LOGGING");
  log.say("BREACH", "breach");
  await until("it is told", () => complaints().length === 1);
  t.is(
    complaints()[0]?.text,
    `Syslog host 127.0.0.1 does not take the log at UDP port ${at.port} (nobody listens there): look at it and at the way to it.`,
  );
  for (let n = 0; n < 20; n++) {
    log.say("BREACH", "breach");
    await new Promise(setImmediate);
  }
  t.is(complaints().length, 1);
  clock.bootMs += 11 * 60_000;
  log.say("BREACH", "breach");
  await until("it is told again", () => complaints().length === 2);
});

test("a host that cannot be reached costs nothing but the lines", async (t) => {
  const { log, told } = logTo(t, { address: "2001:db8::514", port: 514 });
  for (let n = 0; n < 5000; n++) log.say("BREACH", `${n}`);
  await log.stop();
  t.true(told.length >= 5000);
});

// Output that nobody takes. The clock is the test's: it is alone in its file.
import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import { mock } from "node:test";
import test from "ava";
import type { ServerChannel } from "ssh2";
import { type Carrier, ChannelOutput } from "../../mgmt/ssh/terminal.ts";

const FIVE_MINUTES = 5 * 60_000;

/** An output whose reader takes a text when the test lets him. */
function stage() {
  const take: (() => void)[] = [];
  const channel = new Duplex({ read() {}, write: (_text, _, done) => void take.push(done), highWaterMark: 1 });
  let cut = 0;
  const socket = Object.assign(new EventEmitter(), { writableNeedDrain: false, destroy: () => void cut++ });
  const connection = Object.assign(new EventEmitter(), { _protocol: { _kexinit: undefined as Buffer | undefined } });
  const carrier = { connection, socket, software: "" } as unknown as Carrier;
  const gone = new AbortController();
  const output = new ChannelOutput(channel as unknown as ServerChannel, carrier, gone.signal);
  return { take, cut: () => cut, socket, connection, gone, output };
}

/** Promises that are settled are heard of. */
const heard = () => new Promise<void>((resolve) => process.nextTick(() => queueMicrotask(() => resolve())));

test.before(() => mock.timers.enable({ apis: ["setTimeout"] }));

test.serial("what nobody takes for five minutes ends the connection, and what is taken in time does not", async (t) => {
  const { take, cut, output } = stage();
  output.write("first");
  mock.timers.tick(FIVE_MINUTES - 1);
  take.shift()?.();
  await heard();
  output.write("second");
  await heard();
  mock.timers.tick(FIVE_MINUTES - 1);
  t.is(cut(), 0);
  mock.timers.tick(1);
  t.is(cut(), 1);
});

test.serial("nothing is written while TCP takes nothing, or keys are exchanged", async (t) => {
  const { take, socket, connection, output } = stage();
  connection._protocol._kexinit = Buffer.alloc(1);
  output.write("text");
  await heard();
  t.is(take.length, 0, "the library would keep it");
  connection._protocol._kexinit = undefined;
  connection.emit("rekey");
  await heard();
  t.is(take.length, 1);
  socket.writableNeedDrain = true;
  let written = false;
  output.write("more", () => {
    written = true;
  });
  take.shift()?.();
  await heard();
  t.is(take.length, 0);
  socket.writableNeedDrain = false;
  socket.emit("drain");
  await heard();
  t.is(take.length, 1);
  t.false(written);
});

test.serial("whoever is gone holds up nothing, and no time runs for him", async (t) => {
  const { cut, gone, output } = stage();
  const closed = new Promise((resolve) => output.once("close", resolve));
  output.write("text");
  gone.abort();
  await closed;
  mock.timers.tick(FIVE_MINUTES);
  t.is(cut(), 0);
});

// What listens where a TACACS+ server should be, and means ill: it lets nobody in, and nothing of it is waited for or kept for ever.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { ClearText } from "../../cli/grammar/secret.ts";
import { Tacacs } from "../../mgmt/aaa/tacacs.ts";
import { aaaDefaults } from "../../mgmt/config/sections/aaa.ts";
import { HEADER_BYTES, obfuscated, readHeader } from "../../mgmt/tacacs/packet.ts";
import { KEY } from "./tacacs-servers.ts";

/** Of a reply that lets somebody in, in clear text. */
const PASS = Buffer.from([1, 0, 0, 0, 0, 0]);

/** Does something to each who connects, who has asked with this packet. */
type Manner = (socket: Socket, asked: Buffer) => unknown;

/** Asks a server of this manner. */
async function ask(t: ExecutionContext, manner: Manner, timeoutSeconds = 20, gone = new AbortController()) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("data", (asked) => void manner(socket, asked));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  t.teardown(close);
  const { port } = server.address() as AddressInfo;
  const tacacsServers = [{ address: "127.0.0.1", port, key: KEY, timeoutSeconds }];
  const facts = () => ({ aaa: { ...aaaDefaults, tacacsServers } });
  const tacacs = new Tacacs({ facts, clock: { nowMs: () => 0 }, log: { say: () => {} } });
  const verdict = await tacacs.ask({
    ...{ user: "root", password: new ClearText("correct horse"), from: "192.0.2.7" },
    gone: gone.signal,
  });
  close();
  return { verdict, figures: tacacs.figures()[0] };
}

/** The packet that would let him in, with its header changed. */
function passed(asked: Buffer, change: (header: Buffer) => void): Buffer {
  const packet = Buffer.concat([asked.subarray(0, HEADER_BYTES), PASS]);
  packet.writeUInt8(2, 2);
  packet.writeUInt32BE(PASS.length, 8);
  change(packet);
  const header = readHeader(packet);
  return Buffer.concat([packet.subarray(0, HEADER_BYTES), obfuscated(PASS, header, KEY)]);
}

const NO_TACACS = /answers, but not to what was asked in TACACS\+/;

for (const [what, change, reason] of [
  ["of another session", (header) => header.writeUInt8((header.readUInt8(4) + 1) & 0xff, 4), NO_TACACS],
  ["with the number of the question", (header) => header.writeUInt8(1, 2), NO_TACACS],
  ["with a later number", (header) => header.writeUInt8(4, 2), NO_TACACS],
  ["of another type", (header) => header.writeUInt8(3, 1), NO_TACACS],
  ["of another version", (header) => header.writeUInt8(0xc1, 0), NO_TACACS],
  ["that says that it is in clear text", (header) => header.writeUInt8(1, 3), /answers in clear text/],
  ["that is longer than any", (header) => header.writeUInt32BE(2 ** 31, 8), NO_TACACS],
  ["without a body", (header) => header.writeUInt32BE(0, 8), /answers, but not with our key/],
] as const satisfies [string, (header: Buffer) => void, RegExp][]) {
  test(`an answer ${what} lets nobody in`, async (t) => {
    const { verdict, figures } = await ask(t, (socket, asked) => socket.write(passed(asked, change)));
    t.is(verdict.outcome, "unanswered");
    t.regex("reason" in verdict ? (verdict.reason ?? "") : "", reason);
    t.is(figures?.state, "untrusted");
  });
}

test("the same answer, unchanged, is believed as far as it goes", async (t) => {
  // Its server closes the connection that asks for the level, which is another one.
  let connections = 0;
  const { verdict } = await ask(t, (socket, asked) => {
    if (++connections === 1) socket.write(passed(asked, () => {}));
    else socket.end();
  });
  t.is(connections, 2);
  t.is(verdict.outcome, "unanswered");
});

test("whatever bytes a server sends, nobody is let in and nothing is thrown", async (t) => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 80 });
  const property = fc.asyncProperty(bytes, fc.boolean(), async (garbage, behindHeader) => {
    const { verdict } = await ask(t, (socket, asked) => {
      const header = passed(asked, (header) => header.writeUInt32BE(garbage.length, 8)).subarray(0, HEADER_BYTES);
      socket.end(behindHeader ? Buffer.concat([header, garbage]) : Buffer.from(garbage));
    });
    t.not(verdict.outcome, "accepted");
  });
  await fc.assert(property, { numRuns: 200 });
});

test("a server that sends a byte now and then is not waited for longer than one that sends none", async (t) => {
  const { verdict } = await ask(
    t,
    async (socket, asked) => {
      const packet = passed(asked, (header) => header.writeUInt32BE(60_000, 8));
      socket.write(packet.subarray(0, HEADER_BYTES));
      while (!socket.destroyed) {
        socket.write("x");
        await delay(5);
      }
    },
    1,
  );
  t.like(verdict, { outcome: "unanswered" });
  t.regex("reason" in verdict ? (verdict.reason ?? "") : "", /does not answer within 1 s/);
});

test("the connection to a silent server is closed when the one who asks hangs up", async (t) => {
  const gone = new AbortController();
  const closed = Promise.withResolvers<void>();
  const manner = (socket: Socket) => {
    socket.once("close", closed.resolve);
    gone.abort();
  };
  const { verdict, figures } = await ask(t, manner, 20, gone);
  t.is(verdict.outcome, "unanswered");
  t.like(figures, { state: "unasked", requests: 1, unanswered: 0 });
  await t.notThrowsAsync(closed.promise);
});

test("of what a server pours out no more than a packet is taken", async (t) => {
  let poured = 0;
  const piece = Buffer.alloc(65_536);
  const { verdict } = await ask(t, async (socket) => {
    while (!socket.destroyed && poured < 2 ** 30) {
      poured += piece.length;
      if (!socket.write(piece)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
    }
  });
  t.is(verdict.outcome, "unanswered");
  t.true(poured < 2 ** 26, `${poured} bytes`);
});

// The local socket: what it answers, and what hostile programs send it.
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { ask } from "../../mgmt/local/client.ts";
import type { Request, Response } from "../../mgmt/local/protocol.ts";
import { LocalServer } from "../../mgmt/local/server.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { daemon, directory, region, until } from "./parts.ts";

/** A server that answers `load` with a sentence of error, and everything else with a short list. */
async function server(t: ExecutionContext, path = join(directory(t), "daemon.sock")): Promise<string> {
  const answer = async (request: Request): Promise<Response> => {
    if (request.ask === "load") throw new Sentence("The store does not answer.");
    return { answer: [] };
  };
  const made = new LocalServer(path, async function* (request) {
    yield await answer(request);
  });
  await made.start();
  t.teardown(() => made.stop());
  return path;
}

/** The answer of a server that knows nothing. */
async function* nothing(): AsyncGenerator<Response> {
  yield { answer: [] };
}

/** Sends `bytes`, closes this end, and returns what comes back. */
async function exchange(path: string, bytes: string | Buffer): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.end(bytes);
  return text(socket);
}

const refusal = '{"error":"A request is one of the JSON objects that mgmt/local/protocol.ts describes."}\n';

test("questions are answered in order, one line each, also when they come in pieces", async (t) => {
  const path = await server(t);
  const socket = connect({ path, allowHalfOpen: true });
  const answers = text(socket);
  for (const piece of ['{"ask":"stat', 'us"}\n{"ask":"load"}\n{"ask":"brea', 'ches","count":5}\n']) {
    await new Promise((resolve) => socket.write(piece, resolve));
  }
  socket.end();
  t.is(await answers, '{"answer":[]}\n{"error":"The store does not answer."}\n{"answer":[]}\n');
});

for (const [what, line] of [
  ["garbage", "\\u0000\\ufffd{{{"],
  ["a number", "5"],
  ["an unknown question", '{"ask":"shutdown"}'],
  ["a field too many", '{"ask":"status","x":1}'],
  ["a wrong count", '{"ask":"breaches","count":1e9}'],
  ["a prototype", '{"__proto__":{"ask":"status"}}'],
  ["an empty line", ""],
]) {
  test(`${what} is refused, and the connection goes on`, async (t) => {
    const path = await server(t);
    t.is(await exchange(path, `${line}\n{"ask":"status"}\n`), `${refusal}{"answer":[]}\n`);
  });
}

test("bytes that are no text are refused", async (t) => {
  const path = await server(t);
  const bytes = Buffer.from(
    Array.from({ length: 1000 }, (_, index) => (index * 89) & 0xff).filter((byte) => byte !== 10),
  );
  t.is(await exchange(path, Buffer.concat([bytes, Buffer.from("\n")])), refusal);
});

test("half a line is told so", async (t) => {
  const path = await server(t);
  t.is(await exchange(path, '{"ask":"status"}\n{"ask":'), '{"answer":[]}\n{"error":"A line ends with a newline."}\n');
});

test("a line that is too long is told so, and nothing after it is answered", async (t) => {
  const path = await server(t);
  const answer = await exchange(path, `${" ".repeat(4096)}\n{"ask":"status"}\n`);
  t.is(answer, '{"error":"A line has at most 4096 characters."}\n');
});

test("who sends a line without end is let go", async (t) => {
  const path = await server(t);
  const socket = connect(path);
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  let sent = 0;
  const flood = () => {
    while (!socket.destroyed && socket.write("x".repeat(65_536))) sent += 65_536;
  };
  socket.on("drain", flood);
  flood();
  await closed;
  t.true(sent < 10_000_000, `${sent} bytes were sent`);
  t.is(await exchange(path, '{"ask":"status"}\n'), '{"answer":[]}\n');
});

test("a client who asks without reading is not answered for ever: the others are", async (t) => {
  const path = await server(t);
  const deaf = connect(path);
  await once(deaf, "connect");
  // More than the kernel holds for both directions: the server stops reading when its answers are not taken.
  deaf.write('{"ask":"status"}\n'.repeat(1_000_000));
  for (let index = 0; index < 20; index++) {
    t.is(await exchange(path, '{"ask":"status"}\n'), '{"answer":[]}\n');
  }
  t.true(deaf.writableLength > 10_000_000, "most of it waits at the client");
  deaf.on("error", () => {}).destroy();
});

test("one who connects when there is no room is told so, and room comes back", async (t) => {
  const path = await server(t);
  const sockets: Socket[] = [];
  for (let index = 0; index < 32; index++) {
    const socket = connect(path);
    sockets.push(socket);
    await once(socket, "connect");
  }
  t.is(
    await exchange(path, '{"ask":"status"}\n'),
    '{"error":"32 connections are open, and there is room for no more: end one of them."}\n',
  );
  for (const socket of sockets) socket.destroy();
  await until("there is room again", async () => (await exchange(path, '{"ask":"status"}\n')).includes("answer"));
  t.pass();
});

test("a client who goes in the middle disturbs nobody", async (t) => {
  const path = await server(t);
  for (let index = 0; index < 50; index++) {
    const socket = connect(path);
    await once(socket, "connect");
    socket.write('{"ask":"status"}\n{"ask"');
    socket.on("error", () => {}).destroy();
  }
  t.is(await exchange(path, '{"ask":"status"}\n'), '{"answer":[]}\n');
});

test("the socket is for its owner and his group, and gone afterwards", async (t) => {
  const path = join(directory(t), "daemon.sock");
  const made = new LocalServer(path, nothing);
  await made.start();
  t.is(statSync(path).mode & 0o777, 0o660);
  await made.stop();
  t.throws(() => statSync(path), { code: "ENOENT" });
});

test("a socket that a dead daemon left is replaced; one that answers is another daemon's", async (t) => {
  const path = join(directory(t), "daemon.sock");
  writeFileSync(path, "");
  await server(t, path);
  const second = new LocalServer(path, nothing);
  await t.throwsAsync(() => second.start(), { instanceOf: Sentence, message: /^Another daemon answers at / });
  t.is(await exchange(path, '{"ask":"status"}\n'), '{"answer":[]}\n');
});

test("a place where no socket can be is one sentence", async (t) => {
  const nowhere = new LocalServer(join(directory(t), "nowhere/daemon.sock"), nothing);
  await t.throwsAsync(() => nowhere.start(), {
    instanceOf: Sentence,
    message: /^Cannot answer at .*: it does not exist\.$/,
  });
});

test("a whole daemon answers each question", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  const path = join(made.runDirectory, "daemon/daemon.sock");
  const status = await ask(path, { ask: "status" });
  t.is(status.fastPath?.pid, 4242);
  t.like(status.fastPath?.links[0], { mode: "forwarding", configuredMode: "bypass" });
  t.is(status.fastPath?.links[0]?.subscriber.receivedPackets, 1_234_567);
  t.is(status.configuration.revision, 1);
  t.deepEqual(await ask(path, { ask: "breaches", count: 10 }), []);
  t.deepEqual(await ask(path, { ask: "load" }), { outcome: "unchanged", file: made.configurationFile, revision: 1 });
});

test("who asks where nobody answers is told what to do", async (t) => {
  const path = join(directory(t), "daemon.sock");
  await t.throwsAsync(() => ask(path, { ask: "status" }), {
    instanceOf: Sentence,
    message: /^No daemon runs at .*: start it .*--run-dir\.$/,
  });
});

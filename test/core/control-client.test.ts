// The client of the control socket, against a listener that speaks the protocol's bytes (dataplane/fastpath/control_protocol.h).

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { sendBatch } from "../../mgmt/engine/control_client.ts";
import { temporaryDirectory } from "./regions.ts";

async function listen(t: ExecutionContext, serve: (socket: Socket) => void): Promise<string> {
  const path = join(await temporaryDirectory(t), "control.sock");
  const server = createServer(serve).listen(path);
  await once(server, "listening");
  t.teardown(() => server.close());
  return path;
}

function answer(status: number, generation: number, text: string): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32LE(status, 0);
  bytes.writeUInt32LE(generation, 4);
  bytes.write(text, 12);
  return bytes;
}

const policy = (payload: Uint8Array) => ({ kind: "policy", payload }) as const;

test("a batch is a header and commands with their payloads, and its answers come in order", async (t) => {
  const received: Buffer[] = [];
  const path = await listen(t, (socket) =>
    socket.on("data", (bytes) => {
      received.push(bytes);
      // In pieces that fit no answer.
      const answers = Buffer.concat([answer(0, 7, ""), answer(3, 7, "a prefix is out of range")]);
      socket.write(answers.subarray(0, 100), () => socket.write(answers.subarray(100)));
    }),
  );
  const answers = await sendBatch(path, [policy(Uint8Array.of(1, 2, 3)), policy(new Uint8Array())], 5000);
  t.deepEqual(answers, [
    { status: "ok", generation: 7, refused: 0, text: "" },
    { status: "invalid", generation: 7, refused: 0, text: "a prefix is out of range" },
  ]);
  const header = [27, 0, 0, 0, 1, 0, 2, 0];
  const commands = [3, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 1, 0, 0, 0];
  t.deepEqual([...Buffer.concat(received)], [...header, ...commands]);
});

test("every status has its word", async (t) => {
  const path = await listen(t, (socket) =>
    socket.on("data", () => socket.write(Buffer.concat([0, 1, 2, 3].map((status) => answer(status, 0, "why"))))),
  );
  const answers = await sendBatch(path, Array(4).fill(policy(new Uint8Array())), 5000);
  t.deepEqual(
    answers.map(({ status }) => status),
    ["ok", "full", "unknown", "invalid"],
  );
});

test("nobody who listens is an error that says so", async (t) => {
  const path = join(await temporaryDirectory(t), "control.sock");
  await t.throwsAsync(sendBatch(path, [policy(new Uint8Array())], 5000), {
    code: "absent",
    message: `Nobody listens on ${path}: start the fast path.`,
  });
});

test("a connection that is closed without an answer is an error", async (t) => {
  const path = await listen(t, (socket) => socket.on("data", () => socket.end(Buffer.alloc(127))));
  await t.throwsAsync(sendBatch(path, [policy(new Uint8Array())], 5000), { code: "no-answer" });
});

test("an answer that does not come in time is an error", async (t) => {
  const path = await listen(t, (socket) => socket.on("error", () => {}).resume());
  await t.throwsAsync(sendBatch(path, [policy(new Uint8Array())], 20), {
    code: "no-answer",
    message: "The fast path was asked and it does not answer within 20 ms.",
  });
});

test("an answer with a status that is none is an error", async (t) => {
  const path = await listen(t, (socket) => socket.on("data", () => socket.write(answer(9, 0, ""))));
  await t.throwsAsync(sendBatch(path, [policy(new Uint8Array())], 5000), { code: "no-answer" });
});

// Who is at the other end of a local socket.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import test from "ava";
import { loadNative } from "../../mgmt/engine/native.ts";
import { peerOf, userName } from "../../mgmt/local/peer.ts";
import { LocalServer } from "../../mgmt/local/server.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { directory } from "./parts.ts";

test("a process that connects is known by the kernel's word, and its user by name", async (t) => {
  const server = createServer().listen(join(directory(t), "socket"));
  await once(server, "listening");
  t.teardown(() => server.close());
  const client = connect(server.address() as string);
  t.teardown(() => client.destroy());
  const [accepted] = (await once(server, "connection")) as [Socket];
  const { uid, gid, username } = userInfo();
  t.deepEqual(await peerOf(accepted), { pid: process.pid, uid, gid, user: username });
  accepted.destroy();
  await t.throwsAsync(peerOf(accepted), {
    message: /^Who is connected cannot be told of descriptor -1: .+\.$/,
    code: "EBADF",
  });
});

test("one who asks much and goes is a disconnection, and ends nothing but himself", async (t) => {
  const path = join(directory(t), "socket");
  const refused = Promise.withResolvers<void>();
  const server = new LocalServer(path, async function* (_, { socket }) {
    try {
      await peerOf(socket);
    } catch (error) {
      setImmediate(refused.resolve);
      throw error;
    }
    yield { answer: [] };
  });
  await server.start();
  t.teardown(() => server.stop());
  const client = connect(path);
  client.write('{"ask":"status"}\n'.repeat(500));
  await once(client, "data");
  client.destroy();
  // A rejection that nobody takes would end this process, as it would end the daemon.
  await refused.promise;
  t.pass();
});

test("a descriptor that is no socket is an error that says so", (t) => {
  const { peerOf } = loadNative();
  t.throws(() => peerOf(9999), { message: "Who is connected cannot be told of descriptor 9999: Bad file descriptor." });
});

test("a user without a name is called by his number", async (t) => {
  t.is(await userName(process.getuid?.() ?? 0), userInfo().username);
  t.is(await userName(1), "daemon");
  t.is(await userName(3_999_999_999), "3999999999");
});

test("where the directory of users does not answer nobody but root is let in", async (t) => {
  const native = { userName: () => Promise.reject(new Error("Connection timed out")) };
  t.is(await userName(0, native), "root");
  await t.throwsAsync(userName(1000, native), {
    instanceOf: Sentence,
    message: "What user 1000 is called cannot be found out: Connection timed out; try again, or as root.",
  });
});

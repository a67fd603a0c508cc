// Who still has room when others have taken much.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test from "ava";
import fc from "fast-check";
import { Places } from "../../mgmt/local/places.ts";
import { LocalServer } from "../../mgmt/local/server.ts";
import { asRoot } from "./as-root.ts";
import { directory } from "./parts.ts";

const take = (places: Places, uid: number): string => {
  try {
    places.take(uid);
    return "in";
  } catch (error) {
    return (error as Error).message;
  }
};

test("a user has a quarter of the places", (t) => {
  const places = new Places(16);
  const taken = Array.from({ length: 5 }, () => take(places, 1000));
  t.deepEqual(taken, ["in", "in", "in", "in", "You have 4 connections open: end one of them."]);
  places.leave(1000);
  t.is(take(places, 1000), "in");
});

test("whoever comes and goes, a quarter of the places is root's", (t) => {
  const step = fc.record({ uid: fc.integer({ min: 1, max: 9 }), comes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const places = new Places(16);
      const inside: number[] = [];
      for (const { uid, comes } of steps) {
        if (comes) {
          if (take(places, uid) === "in") inside.push(uid);
        } else if (inside.includes(uid)) {
          places.leave(uid);
          inside.splice(inside.indexOf(uid), 1);
        }
      }
      for (let root = inside.length; root < 16; root++) t.is(take(places, 0), "in");
      t.true(inside.length <= 12);
      t.regex(take(places, 0), /^16 connections are open/);
    }),
  );
});

asRoot("one who connects and connects keeps the others' places free, and is told so", async (t) => {
  const base = directory(t);
  chmodSync(base, 0o755);
  const path = join(base, "socket");
  const server = new LocalServer(path, async function* () {
    yield { answer: [] };
  });
  await server.start();
  t.teardown(() => server.stop());
  chmodSync(path, 0o666);
  const program = `import socket, sys
def connected():
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.sendall(b'{"ask":"status"}\\n')
    return s
kept = [connected() for _ in range(9)]
print([s.recv(200).decode() for s in kept], flush=True)
input()`;
  const nobody = spawn("setpriv", ["--reuid=nobody", "--clear-groups", "--", "/usr/bin/python3", "-c", program, path]);
  t.teardown(() => nobody.kill("SIGKILL"));
  const [said] = (await once(nobody.stdout.setEncoding("utf8"), "data")) as [string];
  t.is(said.match(/"answer"/g)?.length, 8);
  t.regex(said, /"error":"You have 8 connections open: end one of them\."/);
  const root = connect({ path, allowHalfOpen: true });
  root.end('{"ask":"status"}\n');
  t.is(await text(root), '{"answer":[]}\n');
});

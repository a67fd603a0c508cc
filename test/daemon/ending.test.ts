// How the daemon ends while others do not answer.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import test from "ava";
import type { Applied } from "../../mgmt/engine/engine_port.ts";
import { box } from "../ssh/box.ts";
import { until } from "./parts.ts";

test("accounting ends beside the rest, however long that takes; the log tells what was lost, and the store is closed after all", async (t) => {
  const silent: Socket[] = [];
  const server = createServer((socket) => void silent.push(socket.on("error", () => {}).resume()));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => {
    for (const socket of silent) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { app, engine, store, lines, write, client } = await box(t, {
    lines: `tacacs-server host 127.0.0.1 port ${port} timeout 30 key a-key-of-this-test\naaa accounting exec default start-stop group tacacs+\n`,
  });
  (await client()).shell({}, () => {});
  await until("the server is told", () => silent.length > 0);

  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Applied>();
  engine.apply = () => {
    asked.resolve();
    return answer.promise;
  };
  const closed = store.stop.bind(store);
  store.stop = () => {
    lines.push("The store is closed.");
    return closed();
  };
  write("hostname other\nend\n");
  const loaded = app.load();
  await asked.promise;
  const stopped = app.stop();
  await until("the loss is told", () => lines.includes("The servers were not told everything: 2 records were lost."));
  t.false(lines.includes("The store is closed."));
  answer.resolve({ ok: true, generation: 2 });
  await stopped;
  t.true(lines.includes("The store is closed."));
  // It was kept: the store was there until then.
  t.not((await loaded).outcome, "refused");
});

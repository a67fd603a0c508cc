// RADIUS accounting in a whole daemon: what is answered is stored, and the fast path has it.
import test, { type ExecutionContext } from "ava";
import { ask } from "../../../mgmt/local/client.ts";
import { daemonSocket } from "../../../mgmt/paths.ts";
import { configuration, daemon, region, until } from "../../daemon/parts.ts";
import { KEY } from "./parts.ts";
import { freeUdpPort, radclient } from "./peers.ts";

/** A daemon that hears this machine; `more`: further lines. */
async function hearing(t: ExecutionContext, more: readonly string[] = []) {
  const port = await freeUdpPort();
  const made = daemon(t);
  const lines = [
    "subscriber mode aware",
    `subscriber LEG radius-accounting port ${port}`,
    `subscriber LEG radius-accounting client 127.0.0.1 key ${KEY} package-attribute class`,
    ...more,
  ];
  made.write(configuration().replace(/end\n$/, `${lines.map((line) => ` ${line}\n`).join("")}end\n`));
  made.engine.show(region());
  await made.app.start();
  /** What the fast path was told of names and mappings, in order. */
  const told = () => made.engine.subscriberOrders.flatMap(({ changes }) => changes ?? []);
  return { ...made, port, told };
}

const nas = 'NAS-Identifier = "bras-1"';
const start = (user: string, address: string, id: string) =>
  `Acct-Status-Type = Start, User-Name = "${user}", Acct-Session-Id = "${id}", Framed-IP-Address = ${address}, ${nas}`;

test("what is answered was given to the fast path: a login, its Stop, and a late Start that changes nothing", async (t) => {
  const { port, told } = await hearing(t);
  const kinds = () => told().map(({ kind }) => kind);
  t.is(await radclient([start("alice", "10.30.94.7", "1")], { port }), 1);
  t.deepEqual(kinds(), ["name", "map"]);
  t.is(await radclient([`Acct-Status-Type = Stop, Acct-Session-Id = "1", ${nas}`], { port }), 1);
  t.deepEqual(kinds(), ["name", "map", "unmap"]);
  t.is(await radclient([`${start("alice", "10.30.94.7", "1")}, Acct-Delay-Time = 60`], { port }), 1);
  t.is(kinds().length, 3);
});

test("5,000 logins in one burst are answered, and each is mapped once", async (t) => {
  const { port, told } = await hearing(t);
  const requests = Array.from({ length: 5000 }, (_, index) =>
    start(`user-${index}`, `10.31.${index >> 8}.${index & 255}`, `${index}`),
  );
  t.is(await radclient(requests, { port, parallel: 250, tries: 30 }), 5000);
  const mapped = told().flatMap((change) => (change.kind === "map" ? [`${change.id} ${change.key}`] : []));
  t.is(mapped.length, 5000);
  t.is(new Set(mapped).size, 5000);
});

test("a startup file with silence and shut starts with links as they are configured", async (t) => {
  const { engine, runDirectory } = await hearing(t, [
    "subscriber LEG radius-accounting client 127.0.0.1 silence 60 action shut",
  ]);
  await until("it has a policy", () => engine.policies.length > 0);
  t.deepEqual([...(engine.policies.at(-1)?.subarray(56, 60) ?? [])], [1, 0, 0, 0]);
  const { alarms } = await ask(daemonSocket(runDirectory), { ask: "status" });
  t.false(alarms.some((alarm) => alarm.includes("RADIUS")));
});

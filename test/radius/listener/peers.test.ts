// RADIUS accounting with real peers, over real sockets: who is answered, what is told, and how it is moved.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import test, { type ExecutionContext } from "ava";
import type { RadiusClient } from "../../../mgmt/config/sections/radius-accounting.ts";
import type { Facts } from "../../../mgmt/config/service.ts";
import { RadiusAccounting } from "../../../mgmt/radius/listener/radius-accounting.ts";
import { decode, encode } from "../../../mgmt/radius/packet.ts";
import { FakeClock, until } from "../../daemon/parts.ts";
import { client, FakeFeed, fakeStore, login, packages, request, said } from "./parts.ts";
import { freeRadiusProxy, freeUdpPort, radclient } from "./peers.ts";

const START =
  'Acct-Status-Type = Start, User-Name = "alice", Acct-Session-Id = "0001", NAS-Identifier = "bras-1", ' +
  "Framed-IP-Address = 10.1.2.3, Framed-IPv6-Prefix = 2001:db8:30:1::/64, Delegated-IPv6-Prefix = 2001:db8:50:100::/56";
const STOP = 'Acct-Status-Type = Stop, Acct-Session-Id = "0001", NAS-Identifier = "bras-1"';

async function listening(t: ExecutionContext, clients: readonly RadiusClient[] = [client({ address: "127.0.0.1" })]) {
  const port = await freeUdpPort();
  const feed = new FakeFeed();
  const clock = new FakeClock();
  const told: string[] = [];
  let facts: Pick<Facts, "radiusAccounting" | "packages"> = { radiusAccounting: { port, clients }, packages };
  const accounting = new RadiusAccounting({
    ...{ facts: () => facts, feed, store: fakeStore(), clock, cutOff: async () => {} },
    log: { say: (_, text) => void told.push(text) },
    fault: (error) => t.fail(String(error)),
  });
  t.teardown(() => accounting.stop());
  await accounting.start();
  const configure = async (changes: Partial<Facts["radiusAccounting"]>) => {
    facts = { ...facts, radiusAccounting: { ...facts.radiusAccounting, ...changes } };
    await accounting.obey();
  };
  return { accounting, configure, feed, clock, told, port };
}

/** Sends datagrams from one port; returns the answers that come. */
async function sender(t: ExecutionContext, port: number) {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.teardown(() => socket.close());
  const answers: Buffer[] = [];
  socket.on("message", (answer) => answers.push(answer));
  return { answers, send: (datagram: Uint8Array) => socket.send(datagram, port, "127.0.0.1") };
}

test("radclient is answered, over IPv4 and IPv6: Start, Interim-Update, Stop, Accounting-On and Accounting-Off", async (t) => {
  const both = [client({ address: "127.0.0.1" }), client({ address: "::1" })];
  const { port, feed, clock, accounting } = await listening(t, both);
  const interim = START.replace("Start", "Interim-Update");
  const nas = 'NAS-Identifier = "bras-1"';
  const requests = [START, interim, STOP, `Acct-Status-Type = Accounting-On, ${nas}`];
  for (const host of ["127.0.0.1", "::1"]) t.is(await radclient(requests, { host, port }), 4, host);
  t.is(await radclient([`Acct-Status-Type = Accounting-Off, ${nas}`], { port }), 1);
  const at = clock.now();
  const session = { feed: "radius", nas: "bras-1", id: "0001" };
  const mappings = [
    "Framed-IP-Address 10.1.2.3",
    "Framed-IPv6-Prefix 2001:db8:30:1::/64",
    "Delegated-IPv6-Prefix 2001:db8:50:100::/56",
  ];
  const come = { kind: "login", name: "alice", mappings, session, at, expiresAt: null };
  const all = [
    come,
    come,
    { kind: "logout", session, at: at + 1000 },
    { kind: "clear", feed: "radius", nas: "bras-1", at },
  ];
  t.deepEqual(feed.events.map(said), [...all, ...all, all[3]]);
  t.like(accounting.status().clients[0], { counts: { start: 1, interim: 1, stop: 1, on: 1, off: 1, answers: 5 } });
});

test("radclient with another key, and from where no client is, is not answered; each is counted and told once", async (t) => {
  const { port, feed, told, accounting, configure } = await listening(t);
  t.is(await radclient([START], { port, key: "another-key-of-mine", tries: 2 }), 0);
  t.deepEqual(accounting.status().clients[0]?.troubles, { "wrong-key": 2 });
  await configure({ clients: [client()] });
  t.is(await radclient([START], { port, tries: 2 }), 0);
  t.like(accounting.status(), { strangers: { packets: 2, latest: "127.0.0.1" } });
  t.deepEqual(feed.events, []);
  t.is(told.length, 2);
});

test("a Stop before its Start is answered, and told in the order in which they came", async (t) => {
  const { port, feed } = await listening(t);
  feed.answer = ({ kind }) => (kind === "logout" ? "not-its-own" : "stale");
  t.is(await radclient([STOP, START], { port }), 2);
  t.deepEqual(
    feed.events.map(({ kind }) => kind),
    ["logout", "login"],
  );
});

test("the same bytes again are answered with the same bytes and applied once; cut short they are dropped", async (t) => {
  const { port, feed, accounting } = await listening(t);
  const { send, answers } = await sender(t, port);
  const bytes = encode(request("start", login()));
  for (let time = 1; time <= 3; time++) {
    send(bytes);
    await until("it is answered", () => answers.length === time);
  }
  for (let length = 0; length < bytes.length; length++) send(bytes.subarray(0, length));
  send(encode(request("stop", login(), { identifier: 2 })));
  await until("the one after them is answered", () => answers.length === 4);
  t.deepEqual(answers.slice(1, 3), [answers[0], answers[0]]);
  t.is(decode(answers[3] ?? Buffer.alloc(0))?.identifier, 2);
  t.is(feed.events.length, 2);
  t.like(accounting.status().clients[0], { counts: { repeated: 2 }, troubles: { malformed: bytes.length } });
});

test("FreeRADIUS passes on what two NASes tell: both are answered, and stay apart", async (t) => {
  const { port, feed, accounting } = await listening(t);
  const proxy = await freeRadiusProxy(t, port);
  const second = START.replace("bras-1", "bras-2").replace("alice", "bob");
  t.is(await radclient([START, second], proxy), 2);
  const nases = feed.events.map((event) => (event.kind === "login" ? [event.name, event.session.nas] : []));
  t.deepEqual(nases.sort(), [
    ["alice", "bras-1"],
    ["bob", "bras-2"],
  ]);
  t.like(accounting.status().clients[0], { nases: 2, troubles: {} });
});

test("a burst of 5,000 requests is answered whole, each applied once", async (t) => {
  const { port, feed, accounting } = await listening(t);
  const ids = Array.from({ length: 5000 }, (_, index) => `${index}`);
  const requests = ids.map(
    (id) =>
      `Acct-Status-Type = Start, User-Name = "user-${id}", Acct-Session-Id = "${id}", Framed-IP-Address = 10.0.0.1`,
  );
  t.is(await radclient(requests, { port, parallel: 200, tries: 30 }), 5000);
  const told = feed.events.map((event) => (event.kind === "login" ? event.session.id : ""));
  t.is(told.length, 5000);
  t.deepEqual(new Set(told), new Set(ids));
  t.deepEqual(accounting.status().clients[0]?.troubles, {});
});

test("another port is listened at at once; one that somebody else has is an alarm until he has gone", async (t) => {
  const { port, configure, accounting, told } = await listening(t);
  const free = await freeUdpPort();
  await configure({ port: free });
  t.is(await radclient([START], { port: free }), 1);
  const other = createSocket("udp6").bind(port);
  await once(other, "listening");
  await configure({ port });
  const alarm = `RADIUS accounting cannot listen at port ${port}: it is in use; it still listens at port ${free}.`;
  t.deepEqual([accounting.alarms(), told], [[alarm], [alarm]]);
  t.is(await radclient([STOP], { port: free }), 1);
  other.close();
  await once(other, "close");
  await accounting.look();
  t.deepEqual(accounting.alarms(), []);
  t.is(await radclient([START], { port }), 1);
  await configure({ port: null });
  t.is(await radclient([STOP], { port, tries: 1 }), 0);
});

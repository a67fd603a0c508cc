// The whole way: who comes by SSH is let in by FreeRADIUS, which is told what he does.
import test, { type ExecutionContext } from "ava";
import { until } from "../daemon/parts.ts";
import { box } from "../ssh/box.ts";
import { fakeServer, never } from "./fake-server.ts";
import { freeRadius } from "./freeradius.ts";

/** A box that asks FreeRADIUS, then its own users. */
async function boxOf(t: ExecutionContext) {
  const radius = await freeRadius(t);
  const { address, key } = radius.server;
  const lines = `\
radius-server host ${address} timeout 1 retransmit 0 key ${key}
aaa authentication login default group radius local
aaa accounting exec default start-stop group radius
aaa accounting commands default start-stop group radius
login delay 0
`;
  return { radius, ...(await box(t, { lines })) };
}

const alice = { user: "alice", password: "correct horse battery" };
const bob = { user: "bob", password: "staple of the desk" };
const carol = { user: "carol", password: "nothing is said of me" };

test("each comes in with the level that FreeRADIUS gives him, and finds how it answers", async (t) => {
  const { ssh, radius } = await boxOf(t);
  const asked = await ssh({ ...bob, command: "show aaa servers" });
  t.is(asked.status, 0, asked.err);
  t.regex(asked.out, new RegExp(`RADIUS +${radius.server.address} +1812 +login +answering +1 +1 +1 +0 +0 +0`));
  t.false(asked.out.includes(radius.server.key));
  t.regex((await ssh({ ...bob, command: "show running-config" })).out, /^% /m);
  t.is((await ssh({ ...alice, command: "show running-config" })).status, 0);
  t.regex((await ssh({ ...carol, command: "show aaa servers" })).out, /^% /m);
});

test("while FreeRADIUS answers, a user of the configuration whom it refuses stays out; when it is silent, he comes in", async (t) => {
  const { ssh, radius } = await boxOf(t);
  t.not((await ssh({ command: "show clock" })).status, 0);
  await radius.stop();
  const late = await ssh({ command: "show aaa servers" });
  t.is(late.status, 0, late.err);
  t.regex(late.out, / 1812 +login +silent +2 +1 +0 +1 +1 +0/);
  t.not((await ssh({ ...alice, command: "show clock" })).status, 0);
});

test("who must wait for a silent server longer than he has to log in comes in all the same; the next one does not wait", async (t) => {
  const silent = await fakeServer(t, never);
  const { ssh } = await box(t, {
    lines: `\
radius-server host 127.0.0.1 auth-port ${silent.port} timeout 2 retransmit 0 key a-key-of-this-test
aaa authentication login default group radius local
ip ssh time-out 1
`,
  });
  for (let time = 0; time < 2; time++) t.is((await ssh({ command: "show clock" })).status, 0);
  t.is(silent.requests.length, 1);
});

test("FreeRADIUS is told when a session begins and ends, and what is typed in it", async (t) => {
  const { ssh, radius } = await boxOf(t);
  await ssh({ ...alice, command: "show clock" });
  const accounted = () => radius.accounted().map((record) => [record["Acct-Status-Type"], record["Cisco-AVPair"]]);
  await until("it was told of the end", () => accounted().length >= 3);
  t.deepEqual(accounted(), [
    ["Start", undefined],
    ["Interim-Update", "cmd=show clock"],
    ["Stop", undefined],
  ]);
  const [start, ...others] = radius.accounted();
  t.like(start, { "User-Name": "alice", "Calling-Station-Id": "127.0.0.1", "NAS-Identifier": "box" });
  for (const record of others) t.is(record["Acct-Session-Id"], start?.["Acct-Session-Id"]);
});

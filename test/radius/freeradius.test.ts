// Logins and accounting with a real server: FreeRADIUS, which docs/aaa.md says how to set up.
import test from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import type { LoginMethod } from "../../mgmt/aaa/login.ts";
import { Logins } from "../../mgmt/aaa/logins.ts";
import { loginDefaults } from "../../mgmt/config/sections/login.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { until } from "../daemon/parts.ts";
import { client, fakeServer, login, never } from "./fake-server.ts";
import { freeRadius } from "./freeradius.ts";

const accepted = [
  ["alice", "correct horse battery", 15],
  ["bob", "staple of the desk", 5],
  ["carol", "nothing is said of me", 0],
] as const;

test("FreeRADIUS accepts who gives the right password, with his level, and refuses others", async (t) => {
  const { server } = await freeRadius(t);
  const { radius, told } = client(t, [server]);
  for (const [user, password, level] of accepted) {
    t.deepEqual(await radius.ask(login(user, password)), { outcome: "accepted", level }, user);
    t.deepEqual(
      await radius.ask(login(user, "wrong password")),
      { outcome: "refused", reason: "The server refuses him." },
      user,
    );
  }
  t.deepEqual(await radius.ask(login("nobody", "correct horse battery")), {
    outcome: "refused",
    reason: "The server refuses him.",
  });
  t.like(await radius.ask(login("mallory", "dialled in and bored")), {
    ...{ outcome: "refused", reason: "The server lets him in for Service-Type 2, no command line." },
  });
  t.like(radius.figures()[0], { state: "answering", requests: 8, answers: 8, accepts: 3, refusals: 5, untrusted: 0 });
  t.deepEqual(told, []);
});

test("a password of 128 bytes and names that are not ASCII arrive whole", async (t) => {
  const { server } = await freeRadius(t);
  const { radius } = client(t, [server]);
  t.is((await radius.ask(login("longest", "0123456789abcdef".repeat(8)))).outcome, "accepted");
  t.is((await radius.ask(login("zo\u00eb", "na\u00efvet\u00e9 indeed"))).outcome, "accepted");
});

test("FreeRADIUS that signs by MD5 alone is not believed, whatever it says", async (t) => {
  const { server } = await freeRadius(t, { signs: false });
  const { radius, told } = client(t, [server], (_, signal) =>
    until("it came", () => signal.aborted || radius.figures()[0]?.untrusted === 1),
  );
  const verdict = await radius.ask(login("alice", "correct horse battery"));
  t.deepEqual(verdict, {
    outcome: "unanswered",
    reason:
      `RADIUS server ${server.address} gives no answer to be trusted: ` +
      "compare the keys, and see that it answers from this address with a Message-Authenticator.",
  });
  t.regex(told.join(), /gives no answer to be trusted: .*Message-Authenticator\.$/);
});

test("with the wrong key FreeRADIUS is silent, and the log says what may be the matter", async (t) => {
  const { server } = await freeRadius(t);
  const { radius, told } = client(t, [{ ...server, key: "another-key-of-mine", timeoutSeconds: 1 }]);
  t.is((await radius.ask(login("alice", "correct horse battery"))).outcome, "unanswered");
  t.like(radius.figures()[0], { state: "silent", requests: 1, answers: 0, unanswered: 1, untrusted: 0 });
  t.regex(told.join(), /does not answer: see whether it runs, is reached, and knows this appliance by the same key\.$/);
});

test("the second server is asked when the first is silent, and not when it refuses", async (t) => {
  const silent = await fakeServer(t, never);
  const { server } = await freeRadius(t);
  const first = { ...server, address: "127.0.0.1", authPort: silent.port, timeoutSeconds: 1 };
  const { radius } = client(t, [first, server]);
  t.deepEqual(await radius.ask(login("alice", "correct horse battery")), { outcome: "accepted", level: 15 });
  t.is(silent.requests.length, 1);

  const other = await fakeServer(t, never);
  const second = client(t, [server, { ...first, authPort: other.port }]);
  t.deepEqual(await second.radius.ask(login("alice", "wrong password")), {
    outcome: "refused",
    reason: "The server refuses him.",
  });
  t.is(other.requests.length, 0);
});

test("the next method is asked only when FreeRADIUS is silent, and never when it refuses", async (t) => {
  const { server } = await freeRadius(t);
  const { radius, settings, clock } = client(t, [server]);
  const asked: string[] = [];
  const local: LoginMethod = {
    rests: false,
    async ask({ user }) {
      asked.push(user);
      return { outcome: "accepted", level: 10 };
    },
  };
  settings.aaa = { ...settings.aaa, login: ["radius", "local"] };
  const logins = new Logins({
    ...{ clock, methods: { local, radius, "tacacs+": local } },
    gate: { mayCome: () => undefined, failed: () => {}, inTurn: (_, attempt) => attempt() },
    facts: () => ({ ...settings, login: loginDefaults, users: [] }),
    ...{ audit: async () => {}, wait: async () => {} },
  });
  t.deepEqual(await logins.byPassword(login("bob", "staple of the desk")), { user: "bob", level: 5, by: "radius" });
  t.is(await logins.byPassword(login("bob", "wrong password")), undefined);
  t.deepEqual(asked, []);
  settings.aaa = { ...settings.aaa, radiusServers: [{ ...server, key: "another-key-of-mine", timeoutSeconds: 1 }] };
  t.deepEqual(await logins.byPassword(login("bob", "staple of the desk")), { user: "bob", level: 10, by: "local" });
  t.deepEqual(asked, ["bob"]);
});

test("FreeRADIUS keeps when a session began and ended, and what was typed in it", async (t) => {
  const { server, accounted } = await freeRadius(t);
  const { radius, clock } = client(t, [server]);
  const actor = { user: "alice", level: 15, from: "192.0.2.7", session: 3 } as const;
  const about = { actor, at: clock.now() - 2000, session: "m2k-3" };
  const line = `username x secret ${new ClearText("never told")}`;
  const records: AccountingRecord[] = [
    { ...about, id: "m2k-3", kind: "start" },
    { ...about, id: "m2k-3.1", kind: "command", line: "show version" },
    { ...about, id: "m2k-3.2", kind: "command", line },
    { ...about, id: "m2k-3.3", kind: "command", line: `banner login "${"\u00e9".repeat(300)}"` },
    { ...about, id: "m2k-3", kind: "stop", seconds: 61 },
  ];
  for (const record of records) await radius.account(record);
  const kept = accounted();
  t.deepEqual(
    kept.map((record) => record["Acct-Status-Type"]),
    ["Start", "Interim-Update", "Interim-Update", "Interim-Update", "Stop"],
  );
  for (const record of kept) {
    t.like(record, {
      ...{ "Acct-Session-Id": "m2k-3", "User-Name": "alice", "Calling-Station-Id": "192.0.2.7" },
      ...{ "NAS-Identifier": "edge-1", "NAS-Port-Type": "Virtual", "Acct-Delay-Time": "2" },
    });
  }
  t.is(kept[1]?.["Cisco-AVPair"], "cmd=show version");
  t.is(kept[2]?.["Cisco-AVPair"], "cmd=username x secret ********");
  t.is(kept[4]?.["Acct-Session-Time"], "61");
  t.like(radius.figures()[1], { use: "accounting", state: "answering", requests: 5, answers: 5, untrusted: 0 });
});

test("accounting with the wrong key is taken by nobody, which is told in a sentence", async (t) => {
  const { server } = await freeRadius(t);
  const { radius, clock } = client(t, [{ ...server, key: "another-key-of-mine", timeoutSeconds: 1 }]);
  const actor = { user: "alice", level: 15, from: "192.0.2.7", session: 3 } as const;
  const record = { actor, at: clock.now(), id: "m2k-3", session: "m2k-3", kind: "start" } as const;
  await t.throwsAsync(radius.account(record), {
    instanceOf: Sentence,
    message: new RegExp(`^RADIUS server ${server.address} does not answer: `),
  });
});

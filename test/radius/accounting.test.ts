// Accounting by RADIUS, against servers that do what the test says. test/radius/freeradius.test.ts has a real one.
import test from "ava";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { valuesOf } from "../../mgmt/radius/attributes.ts";
import { codes, type Packet } from "../../mgmt/radius/packet.ts";
import { isAuthentic, messageAuthenticator, NO_AUTHENTICATOR, withAuthenticator } from "../../mgmt/radius/signature.ts";
import { BOOT } from "../daemon/parts.ts";
import { answerTo, client, configured, fakeServer, KEY, never, untilAsked } from "./fake-server.ts";

const actor = { user: "alice", level: 15, from: "192.0.2.7", session: 3 } as const;
const about = { actor, at: BOOT + 200_000, session: "m2k-3" };
const start: AccountingRecord = { ...about, id: "m2k-3", kind: "start" };
const command = (line: string): AccountingRecord => ({ ...about, id: "m2k-3.1", kind: "command", line });

const take = (request: Packet) => answerTo(request, codes.accountingResponse);

/** As servers answer that know nothing of Message-Authenticator. */
const takePlainly = (request: Packet) =>
  withAuthenticator({ ...request, code: codes.accountingResponse, attributes: [] }, KEY);

test("an Accounting-Request is authentic and says what began, where and when", async (t) => {
  const server = await fakeServer(t, takePlainly);
  const { radius } = client(t, [configured(server.port)]);
  await radius.account(start);
  const [{ packet } = t.fail() as never] = server.requests;
  t.is(packet.code, codes.accountingRequest);
  t.true(isAuthentic(packet, NO_AUTHENTICATOR, KEY));
  t.is(messageAuthenticator(packet, NO_AUTHENTICATOR, KEY), "right");
  const { attributes } = packet;
  t.deepEqual(valuesOf(attributes, "Acct-Status-Type"), [1]);
  t.deepEqual(valuesOf(attributes, "Acct-Session-Id"), ["m2k-3"]);
  t.deepEqual(valuesOf(attributes, "User-Name"), ["alice"]);
  t.deepEqual(valuesOf(attributes, "Event-Timestamp"), [start.at / 1000]);
  t.deepEqual(valuesOf(attributes, "Acct-Delay-Time"), [0]);
});

test("a command that is too long is cut between two characters", async (t) => {
  const server = await fakeServer(t, take);
  const { radius } = client(t, [configured(server.port)]);
  for (const line of ["x".repeat(243), "x".repeat(244), `${"x".repeat(242)}\u00e9`, `x${"\u{1f40e}".repeat(70)}`]) {
    await radius.account(command(line));
  }
  t.deepEqual(
    server.requests.flatMap(({ packet }) => valuesOf(packet.attributes, "Cisco-AVPair")),
    ["x".repeat(243), "x".repeat(243), "x".repeat(242), `x${"\u{1f40e}".repeat(60)}`].map((line) => `cmd=${line}`),
  );
});

test("the next server is told the delay until then, in a request of its own; a repetition is the same request", async (t) => {
  const silent = await fakeServer(t, never);
  const server = await fakeServer(t, take);
  const asked = untilAsked(silent);
  const servers = [configured(silent.port, { retransmit: 1 }), configured(server.port)];
  const { radius, clock } = client(t, servers, async (ms, signal) => {
    await asked(ms, signal);
    clock.bootMs += 2000;
  });
  await radius.account(start);
  const [first, second] = silent.requests;
  t.deepEqual(first?.datagram, second?.datagram);
  const requests = [first, server.requests[0]].map((request) => request?.packet);
  t.deepEqual(
    requests.flatMap((packet) => valuesOf(packet?.attributes ?? [], "Acct-Delay-Time")),
    [0, 4],
  );
  t.not(requests[0]?.identifier, requests[1]?.identifier);
});

test("an answer without a Message-Authenticator is taken, with a wrong one or another's it is none", async (t) => {
  const wrong = (request: Packet) => {
    const { attributes } = answerTo({ ...request, identifier: request.identifier ^ 1 }, codes.accountingResponse);
    return withAuthenticator({ ...request, code: codes.accountingResponse, attributes }, KEY);
  };
  const another = (request: Packet) => answerTo(request, codes.accountingResponse, [], "another-key");
  const accept = (request: Packet) => answerTo(request, codes.accessAccept);
  const server = await fakeServer(t, (request) => [
    wrong(request),
    another(request),
    accept(request),
    takePlainly(request),
  ]);
  const { radius } = client(t, [configured(server.port)]);
  await radius.account(start);
  const [, figures] = radius.figures();
  t.like(figures, { use: "accounting", state: "answering", requests: 1, answers: 1, untrusted: 3, accepts: 0 });
});

test("a server that takes no accounting is no worse for logins", async (t) => {
  const silent = await fakeServer(t, never);
  const { radius } = client(t, [configured(silent.port)], untilAsked(silent));
  await t.throwsAsync(radius.account(start), { message: /^RADIUS server 127.0.0.1 does not answer/ });
  t.deepEqual(
    radius.figures().map(({ use, state }) => [use, state]),
    [
      ["login", "unasked"],
      ["accounting", "silent"],
    ],
  );
});

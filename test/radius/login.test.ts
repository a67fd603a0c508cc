// Logins by RADIUS, against servers that do what the test says. test/radius/freeradius.test.ts has a real one.
import { inspect } from "node:util";
import test from "ava";
import { attribute, valuesOf } from "../../mgmt/radius/attributes.ts";
import { accessRequest, isAccessAnswer } from "../../mgmt/radius/login.ts";
import { type Attribute, codes, decode, encode, type Packet } from "../../mgmt/radius/packet.ts";
import { messageAuthenticator, withAuthenticator } from "../../mgmt/radius/signature.ts";
import { until } from "../daemon/parts.ts";
import {
  accept,
  answerTo,
  client,
  configured,
  fakeServer,
  KEY,
  login,
  never,
  revealed,
  untilAsked,
} from "./fake-server.ts";

const refuse = (request: Packet) => answerTo(request, codes.accessReject);

test("an Access-Request says who asks, from where, and is signed before all else", async (t) => {
  const server = await fakeServer(t, accept);
  const { radius } = client(t, [configured(server.port)]);
  await radius.ask(login());
  const [{ packet } = t.fail() as never] = server.requests;
  t.is(packet.attributes[0]?.type, 80);
  t.is(messageAuthenticator(packet, packet.authenticator, KEY), "right");
  const { attributes, authenticator } = packet;
  t.deepEqual(valuesOf(attributes, "User-Name"), ["alice"]);
  t.deepEqual(valuesOf(attributes, "NAS-Identifier"), ["edge-1"]);
  t.deepEqual(valuesOf(attributes, "Calling-Station-Id"), ["192.0.2.7"]);
  t.deepEqual(valuesOf(attributes, "Service-Type"), [7]);
  t.deepEqual(valuesOf(attributes, "NAS-Port-Type"), [5]);
  const [password = Buffer.of()] = valuesOf(attributes, "User-Password");
  t.is(`${revealed(password, KEY, authenticator)}`, "correct horse");
});

const service = (type: number) => attribute("Service-Type", type);
const pair = (text: string) => attribute("Cisco-AVPair", text);

const accepted: readonly (readonly [string, Attribute[], number])[] = [
  ["nothing more", [], 0],
  ["Service-Type Login-User", [service(1)], 0],
  ["Service-Type NAS-Prompt-User", [service(7)], 5],
  ["Service-Type Administrative-User", [service(6)], 15],
  ["shell:priv-lvl=15", [pair("shell:priv-lvl=15")], 15],
  ["shell:priv-lvl=14, the highest level that is not above", [pair("shell:priv-lvl=14")], 10],
  ["shell:priv-lvl*7", [pair("shell:priv-lvl*7")], 5],
  ["shell:priv-lvl=1, whatever the Service-Type is", [service(6), pair("shell:priv-lvl=1")], 0],
  ["other pairs and a level that is none", [pair("ip:addr-pool=x"), pair("shell:priv-lvl=16"), service(7)], 5],
];

for (const [what, attributes, level] of accepted) {
  test(`an Access-Accept with ${what} is level ${level}`, async (t) => {
    const server = await fakeServer(t, (request) => answerTo(request, codes.accessAccept, attributes));
    const { radius } = client(t, [configured(server.port)]);
    t.deepEqual(await radius.ask(login()), { outcome: "accepted", level });
    t.like(radius.figures()[0], { state: "answering", requests: 1, answers: 1, accepts: 1, refusals: 0 });
  });
}

test("an Access-Reject refuses, and no other server is asked", async (t) => {
  const [first, second] = [await fakeServer(t, refuse), await fakeServer(t, accept)];
  const { radius, told } = client(t, [configured(first.port), configured(second.port)]);
  t.deepEqual(await radius.ask(login()), { outcome: "refused", reason: "The server refuses him." });
  t.is(second.requests.length, 0);
  t.like(radius.figures()[0], { answers: 1, accepts: 0, refusals: 1, unanswered: 0 });
  t.deepEqual(told, []);
});

test("one who is accepted for dialling in is refused, and it is said why", async (t) => {
  const dialled = [service(2), pair("shell:priv-lvl=15")];
  const server = await fakeServer(t, (request) => answerTo(request, codes.accessAccept, dialled));
  const { radius } = client(t, [configured(server.port)]);
  const reason = "The server lets him in for Service-Type 2, no command line.";
  t.deepEqual(await radius.ask(login()), { outcome: "refused", reason });
});

test("an Access-Challenge refuses, and it is said why", async (t) => {
  const server = await fakeServer(t, (request) => answerTo(request, codes.accessChallenge));
  const { radius } = client(t, [configured(server.port)]);
  const reason = "The server asks for more than a password, which is not supported.";
  t.deepEqual(await radius.ask(login()), { outcome: "refused", reason });
});

const wrongs: Readonly<Record<string, (request: Packet) => Packet | Buffer>> = {
  "without a Message-Authenticator, though signed by MD5": (request) =>
    withAuthenticator({ ...request, code: codes.accessAccept, attributes: [] }, KEY),
  "made with another key": (request) => answerTo(request, codes.accessAccept, [], "another-key"),
  "with the Message-Authenticator of another request": (request) => {
    const { attributes } = answerTo({ ...request, authenticator: Buffer.alloc(16) }, codes.accessAccept);
    return withAuthenticator({ ...request, code: codes.accessAccept, attributes }, KEY);
  },
  "whose MD5 is wrong": (request) => ({ ...accept(request), authenticator: Buffer.alloc(16) }),
  "to another identifier": (request) => accept({ ...request, identifier: request.identifier ^ 1 }),
  "of another kind": (request) => answerTo(request, codes.accountingResponse),
  "that is no packet": () => Buffer.from("hello"),
};

for (const [what, wrong] of Object.entries(wrongs)) {
  test(`an answer ${what} is none: it is counted, and the right one is waited for`, async (t) => {
    const server = await fakeServer(t, (request) => [wrong(request), accept(request)]);
    const { radius, told } = client(t, [configured(server.port)]);
    t.deepEqual(await radius.ask(login()), { outcome: "accepted", level: 0 });
    t.like(radius.figures()[0], { state: "answering", requests: 1, answers: 1, untrusted: 1, unanswered: 0 });
    t.deepEqual(told, []);
  });
}

test("no answer with any bit changed is one", (t) => {
  const fresh = { identifier: 7, authenticator: Buffer.alloc(16, 7) };
  const request = accessRequest(login(), "edge-1", KEY, fresh);
  const signed = encode(answerTo(request, codes.accessAccept, [pair("shell:priv-lvl=1")]));
  const isAnswer = (datagram: Buffer) => {
    const packet = decode(datagram);
    return packet !== undefined && isAccessAnswer(packet, request, KEY);
  };
  t.true(isAnswer(signed));
  for (let bit = 0; bit < 8 * signed.length; bit++) {
    const changed = Buffer.from(signed);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    t.false(isAnswer(changed), `bit ${bit}`);
  }
});

test("an answer from another port is none", async (t) => {
  const other = await fakeServer(t, never);
  const server = await fakeServer(t, (request, _, from) => {
    other.send(accept(request), from);
    return undefined;
  });
  const { radius } = client(t, [configured(server.port)], () =>
    until("it came", () => radius.figures()[0]?.untrusted === 1),
  );
  t.is((await radius.ask(login())).outcome, "unanswered");
});

test("a server whose answers are not to be trusted is told of once, and again when it is better", async (t) => {
  let trusted = false;
  const server = await fakeServer(t, (request) =>
    trusted ? accept(request) : wrongs["made with another key"]?.(request),
  );
  const { radius, told } = client(t, [configured(server.port)], (_, signal) =>
    until("it came", () => signal.aborted || radius.figures()[0]?.untrusted === radius.figures()[0]?.requests),
  );
  for (let time = 0; time < 3; time++) t.is((await radius.ask(login())).outcome, "unanswered");
  t.like(radius.figures()[0], { state: "untrusted", requests: 3, answers: 0, unanswered: 3, untrusted: 3 });
  trusted = true;
  t.is((await radius.ask(login())).outcome, "accepted");
  t.is(told.length, 2);
  t.regex(told[0] ?? "", /^AAA: RADIUS server 127.0.0.1 port \d+ gives no answer to be trusted: compare the keys/);
  t.regex(told[1] ?? "", /^AAA_END: RADIUS server 127.0.0.1 port \d+ answers\.$/);
});

test("a silent server is asked the same again, then the next; nobody says what the reason tells", async (t) => {
  const server = await fakeServer(t, never);
  const { radius, told } = client(t, [configured(server.port, { retransmit: 2 })], untilAsked(server));
  t.deepEqual(await radius.ask(login()), {
    outcome: "unanswered",
    reason:
      "RADIUS server 127.0.0.1 does not answer: see whether it runs, is reached, and knows this appliance by the same key.",
  });
  const [first, ...others] = server.requests.map(({ datagram }) => datagram.toString("hex"));
  t.deepEqual(others, [first, first]);
  t.like(radius.figures()[0], {
    state: "silent",
    requests: 3,
    answers: 0,
    unanswered: 3,
    untrusted: 0,
    answerMs: null,
  });
  t.regex(told.join(), /^AAA: RADIUS server .* does not answer: see whether it runs, is reached, and knows/);
});

test("a repeated question is answered", async (t) => {
  const server = await fakeServer(t, (request, count) => (count === 2 ? accept(request) : undefined));
  const asked = untilAsked(server);
  const answered = (signal: AbortSignal) => until("it answers", () => signal.aborted);
  const { radius } = client(t, [configured(server.port, { retransmit: 5 })], (ms, signal) =>
    server.requests.length === 0 ? asked(ms, signal) : answered(signal),
  );
  t.is((await radius.ask(login())).outcome, "accepted");
  t.like(radius.figures()[0], { requests: 2, answers: 1, unanswered: 1 });
});

test("a server that was silent is asked last for a minute", async (t) => {
  const silent = await fakeServer(t, never);
  const server = await fakeServer(t, accept);
  const { radius, clock } = client(t, [configured(silent.port), configured(server.port)], untilAsked(silent));
  const ask = async () => t.is((await radius.ask(login())).outcome, "accepted");
  await ask();
  t.is(silent.requests.length, 1);
  clock.bootMs += 59_999;
  await ask();
  t.deepEqual([silent.requests.length, server.requests.length], [1, 2]);
  clock.bootMs += 1;
  await ask();
  t.deepEqual([silent.requests.length, server.requests.length], [2, 3]);
});

test("they rest for a minute when all were silent lately", async (t) => {
  const silent = await fakeServer(t, never);
  const { radius, clock, settings } = client(t, [configured(silent.port)], untilAsked(silent));
  t.false(radius.rests);
  await radius.ask(login());
  clock.bootMs += 59_999;
  t.true(radius.rests);
  const server = await fakeServer(t, accept);
  settings.aaa = { ...settings.aaa, radiusServers: [configured(silent.port), configured(server.port)] };
  t.false(radius.rests);
  settings.aaa = { ...settings.aaa, radiusServers: [configured(silent.port)] };
  clock.bootMs += 1;
  t.false(radius.rests);
});

test("one that nobody can ask is told of with the system's reason", async (t) => {
  const { radius, told } = client(t, [configured(1812, { address: "255.255.255.255" })]);
  t.is((await radius.ask(login())).outcome, "unanswered");
  t.regex(told.join(), /^AAA: RADIUS server 255.255.255.255 port 1812 cannot be asked \(permission denied\)/);
  t.like(radius.figures()[0], { state: "silent", requests: 1, answers: 0, unanswered: 1, untrusted: 0 });
});

test("a server with an IPv6 address is asked too", async (t) => {
  const server = await fakeServer(t, accept, "::1");
  const { radius } = client(t, [configured(server.port, { address: "::1" })]);
  t.is((await radius.ask(login())).outcome, "accepted");
});

test("each question has a source port of its own", async (t) => {
  const server = await fakeServer(t, accept);
  const { radius } = client(t, [configured(server.port)]);
  await Promise.all(Array.from({ length: 20 }, () => radius.ask(login())));
  t.is(new Set(server.requests.map(({ from }) => from.port)).size, 20);
});

test("what RADIUS cannot ask is refused, and asked of nobody", async (t) => {
  const server = await fakeServer(t, accept);
  const { radius } = client(t, [configured(server.port)]);
  for (const who of [login("x".repeat(254)), login(""), login("alice", "x".repeat(129))]) {
    t.deepEqual(await radius.ask(who), { outcome: "refused" });
  }
  t.is((await radius.ask(login("x".repeat(253), "x".repeat(128)))).outcome, "accepted");
  t.is(server.requests.length, 1);
});

test("a changed configuration is obeyed by the next login; a server keeps its figures as long as it is in it", async (t) => {
  const [first, second] = [await fakeServer(t, refuse), await fakeServer(t, accept)];
  const { radius, settings } = client(t, [configured(first.port)]);
  await radius.ask(login());
  settings.aaa = { ...settings.aaa, radiusServers: [configured(second.port), configured(first.port)] };
  t.is((await radius.ask(login())).outcome, "accepted");
  t.deepEqual(
    radius
      .figures()
      .filter(({ use }) => use === "login")
      .map(({ port, requests }) => [port, requests]),
    [
      [second.port, 1],
      [first.port, 1],
    ],
  );
  settings.aaa = { ...settings.aaa, radiusServers: [] };
  t.deepEqual(radius.figures(), []);
  t.deepEqual(await radius.ask(login()), {
    outcome: "unanswered",
    reason: "No RADIUS server is configured: name one with radius-server host.",
  });
});

test("a stop ends what is asked, and asks nobody else", async (t) => {
  const [first, second] = [await fakeServer(t, never), await fakeServer(t, accept)];
  const { radius, told } = client(t, [configured(first.port), configured(second.port)]);
  const asked = radius.ask(login());
  await until("it is asked", () => first.requests.length === 1);
  await radius.stop();
  t.is((await asked).outcome, "unanswered");
  t.is(second.requests.length, 0);
  t.deepEqual(told, []);
});

test("who hangs up is asked for no longer, of this server and of no other; none of them is worse for it", async (t) => {
  const [first, second] = [await fakeServer(t, never), await fakeServer(t, accept)];
  const { radius, told } = client(t, [configured(first.port), configured(second.port)]);
  const gone = new AbortController();
  const asked = radius.ask({ ...login(), gone: gone.signal });
  await until("it is asked", () => first.requests.length === 1);
  gone.abort();
  t.is((await asked).outcome, "unanswered");
  t.is(second.requests.length, 0);
  t.like(radius.figures()[0], { state: "unasked", requests: 1, unanswered: 0 });
  t.deepEqual(told, []);
  t.is((await radius.ask({ ...login(), gone: gone.signal })).outcome, "unanswered");
  t.is(first.requests.length, 1);
});

test("the figures have no key", async (t) => {
  const server = await fakeServer(t, accept);
  const { radius } = client(t, [configured(server.port)]);
  await radius.ask(login());
  t.false(JSON.stringify(radius.figures()).includes(KEY));
  t.false(inspect(radius.figures(), { depth: 9 }).includes(KEY));
});

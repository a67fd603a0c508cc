// What is answered, and when: each request is applied once, and answered alike as often as it comes.
import test from "ava";
import { isAccountingAnswer } from "../../../mgmt/radius/accounting.ts";
import { attribute } from "../../../mgmt/radius/attributes.ts";
import { codes, decode, encode, type Packet } from "../../../mgmt/radius/packet.ts";
import { NO_AUTHENTICATOR, withAuthenticator, withMessageAuthenticator } from "../../../mgmt/radius/signature.ts";
import { Sentence } from "../../../mgmt/sentence.ts";
import type { Outcome } from "../../../mgmt/subscribers/feed.ts";
import { client, KEY, login, receiving, request, session } from "./parts.ts";

function isAnswer(answer: Buffer | undefined, asked: Packet): boolean {
  const packet = answer && decode(answer);
  return packet !== undefined && isAccountingAnswer(packet, asked, KEY);
}

const proxyState = (text: string) => attribute("Proxy-State", Buffer.from(text));

test("a request is answered when what it tells is stored and given, and not before", async (t) => {
  const { receive, feed } = receiving();
  const stored = Promise.withResolvers<Outcome>();
  feed.answer = () => stored.promise;
  const asked = request("start", login());
  const receiving_ = receive(asked);
  t.is(await Promise.race([receiving_, new Promise((resolve) => setImmediate(resolve, "not yet"))]), "not yet");
  stored.resolve("applied");
  t.true(isAnswer(await receiving_, asked));
});

test("a request that comes again is not applied again, and is answered with the same bytes", async (t) => {
  const { receive, feed, figures } = receiving();
  const asked = request("start", login("alice", "1", proxyState("one"), proxyState("two")));
  const first = await receive(asked);
  t.deepEqual(decode(first ?? Buffer.alloc(0))?.attributes, [proxyState("one"), proxyState("two")]);
  for (let time = 0; time < 3; time++) t.deepEqual(await receive(asked), first);
  t.is(feed.events.length, 1);
  t.like(figures()[0], { counts: { start: 1, repeated: 3, answers: 4 } });
});

test("one that comes again while it is stored is answered once; one that could not be stored is tried again", async (t) => {
  const { receive, feed, figures, told } = receiving();
  const stored = Promise.withResolvers<Outcome>();
  feed.answer = () => stored.promise;
  const asked = request("start", login());
  const [first, second] = [receive(asked), receive(asked)];
  stored.reject(new Sentence("The disk is full."));
  t.deepEqual(await Promise.all([first, second]), [undefined, undefined]);
  feed.answer = () => "applied";
  t.true(isAnswer(await receive(asked), asked));
  t.is(feed.events.length, 2);
  t.like(figures()[0], { counts: { repeated: 1, answers: 1 }, troubles: { "not-stored": 1 } });
  t.is(told.length, 1);
});

test("another port, identifier or content is another request", async (t) => {
  const { receive, feed } = receiving();
  await receive(request("start", login()));
  await receive(request("start", login()), { port: 40_001 });
  await receive(request("start", login(), { identifier: 2 }));
  await receive(request("start", login("alice", "1", attribute("Acct-Delay-Time", 3))));
  t.is(feed.events.length, 4);
});

test("an answered request is known for half a minute, and no more after a minute", async (t) => {
  const { receive, feed, clock } = receiving();
  const asked = request("start", login());
  await receive(asked);
  clock.bootMs += 29_999;
  await receive(asked);
  t.is(feed.events.length, 1);
  clock.bootMs += 30_000;
  await receive(request("start", login("bob", "2")));
  clock.bootMs += 30_000;
  await receive(asked);
  t.is(feed.events.length, 3);
});

const outcomes = { stale: true, held: true, "not-its-own": true, "refused-name": true, full: false } as const;

for (const [outcome, answered] of Object.entries(outcomes)) {
  test(`a request that comes to ${outcome} is ${answered ? "" : "not "}answered, and counted`, async (t) => {
    const { receive, feed, figures, told } = receiving();
    feed.answer = () => outcome as Outcome;
    t.is((await receive(request("start", login()))) !== undefined, answered);
    t.deepEqual(figures()[0]?.troubles, { [outcome]: 1 });
    t.is(told.length, 1);
  });
}

test("a request that says nothing of use is answered, so that it is not repeated for ever", async (t) => {
  const { receive, feed } = receiving();
  for (const asked of [request(15, login()), request("start", []), request("start", [session("1")])]) {
    t.true(isAnswer(await receive(asked), asked));
  }
  t.deepEqual(feed.events, []);
});

const good = encode(request("start", login()));
const withMessage = (key: string) =>
  withAuthenticator(
    withMessageAuthenticator({ ...request("start", login()), authenticator: NO_AUTHENTICATOR }, key),
    KEY,
  );

const dropped: Readonly<Record<string, readonly [string, Packet | Buffer]>> = {
  "made with another key": ["wrong-key", request("start", login(), { key: "another-key-of-mine" })],
  "with one byte changed": ["wrong-key", Buffer.concat([good.subarray(0, -1), Buffer.of(99)])],
  "with the Message-Authenticator of another key": ["wrong-key", withMessage("another-key-of-mine")],
  "cut short": ["malformed", good.subarray(0, -1)],
  "of no bytes": ["malformed", Buffer.alloc(0)],
  "that is an Access-Request": ["not-accounting", { ...request("start"), code: codes.accessRequest }],
};

for (const [what, [trouble, packet]] of Object.entries(dropped)) {
  test(`a packet ${what} is dropped without an answer, counted, and told once`, async (t) => {
    const { receive, feed, figures, told, clients, clock } = receiving();
    for (let time = 0; time < 5; time++) t.is(await receive(packet), undefined);
    t.deepEqual(feed.events, []);
    t.like(figures()[0], { heardAt: null, troubles: { [trouble]: 5 } });
    t.is(told.length, 1);
    clock.bootMs += 59_999;
    clients.look();
    t.is(told.length, 1);
    clock.bootMs += 1;
    for (let time = 0; time < 2; time++) clients.look();
    t.is(told.length, 2);
    t.regex(told[1] ?? "", /^FEED: RADIUS client 192\.0\.2\.7, 4 times more: /);
  });
}

test("a right Message-Authenticator may be there", async (t) => {
  const { receive } = receiving();
  const asked = withMessage(KEY);
  t.true(isAnswer(await receive(asked), asked));
});

test("who is no client is not looked at, counted, and told once however many they are", async (t) => {
  const { receive, feed, told, clients } = receiving();
  for (let host = 1; host < 200; host++) {
    t.is(await receive(request("start", login()), { address: `198.51.100.${host}` }), undefined);
  }
  t.deepEqual(feed.events, []);
  t.deepEqual(clients.strangers(), { packets: 199, latest: "198.51.100.199" });
  t.is(told.length, 1);
});

test("a client is heard from when it is entered, and no more from when it is taken out; a new key holds at once", async (t) => {
  const { receive, configure, clients, figures } = receiving([]);
  const asked = request("start", login());
  t.is(await receive(asked), undefined);
  configure([client()]);
  t.true(isAnswer(await receive(asked), asked));
  configure([client({ key: "another-key-of-mine" })]);
  t.is(await receive(request("start", login("bob", "2"))), undefined);
  t.like(figures()[0], { counts: { start: 1 }, troubles: { "wrong-key": 1 } });
  configure([]);
  t.is(await receive(asked), undefined);
  t.is(clients.strangers().packets, 2);
});

test("more than can wait to be stored are left to be repeated", async (t) => {
  const { receive, feed, figures } = receiving();
  const stored = Promise.withResolvers<Outcome>();
  feed.answer = () => stored.promise;
  const all = Array.from({ length: 5003 }, (_, id) => receive(request("start", login("alice", `${id}`))));
  stored.resolve("applied");
  const answers = await Promise.all(all);
  t.is(answers.filter((answer) => answer !== undefined).length, 5000);
  t.is(feed.events.length, 5000);
  t.deepEqual(figures()[0]?.troubles, { overload: 3 });
});

test("events are told in the order in which requests come, whenever they are stored", async (t) => {
  const { receive, feed } = receiving();
  const order: (() => void)[] = [];
  feed.answer = () => new Promise((resolve) => order.push(() => resolve("applied")));
  const ids = ["1", "2", "3", "4"];
  const all = ids.map((id) => receive(request("start", login("alice", id))));
  for (const store of order.reverse()) store();
  t.is((await Promise.all(all)).length, 4);
  t.deepEqual(
    feed.events.map((event) => (event.kind === "login" ? event.session.id : "")),
    ids,
  );
});

// Clients of which nothing is heard: what follows, and that all of it ends when they are heard again.
import test from "ava";
import type { RadiusClient } from "../../../mgmt/config/sections/radius-accounting.ts";
import { attribute } from "../../../mgmt/radius/attributes.ts";
import { Nases } from "../../../mgmt/radius/listener/nases.ts";
import { SilenceWatch } from "../../../mgmt/radius/listener/silence.ts";
import { Sentence } from "../../../mgmt/sentence.ts";
import { CLIENT, client, fakeStore, login, receiving, request } from "./parts.ts";

const PROXY = "192.0.2.8";
const SILENT = `RADIUS client ${CLIENT} is silent: nothing with its key came for 60 seconds. Look whether it runs and reaches this appliance; `;

const waiting = (action: "none" | "warning" | "remove-mappings" | "shut", changes: Partial<RadiusClient> = {}) =>
  client({ ...changes, silence: { seconds: 60, action } });

function watching(clients: readonly RadiusClient[]) {
  const made = receiving(clients);
  const log = { say: (mnemonic: string, text: string) => void made.told.push(`${mnemonic}: ${text}`) };
  const cut: boolean[] = [];
  const watch = new SilenceWatch({
    ...{ clients: made.clients, nases: made.nases, feed: made.feed, log },
    cutOff: async (wanted) => void cut.push(wanted),
  });
  const after = (seconds: number, isListening = true) => {
    made.clock.bootMs += 1000 * seconds;
    return watch.look(isListening);
  };
  const nas = (name: string) => [...login("alice", "1").slice(0, 2), attribute("NAS-Identifier", name)];
  // From when it is configured on.
  made.clients.all();
  let identifier = 0;
  const hear = (name = "bras-1", address = CLIENT) =>
    made.receive(request("interim", nas(name), { identifier: identifier++ }), { address });
  return { ...made, watch, cut, after, hear };
}

test("a client may be silent, and nothing follows, unless it is configured", async (t) => {
  const { after, told, cut, feed, watch } = watching([client(), waiting("none", { address: PROXY })]);
  await after(100_000);
  t.deepEqual([told, watch.alarms(), feed.events], [[], [], []]);
  t.deepEqual(cut, [false]);
});

test("warning: an alarm from the second on at which it is silent for so long, until it is heard", async (t) => {
  const { after, hear, told, watch } = watching([waiting("warning")]);
  await after(59);
  await hear();
  await after(59);
  t.deepEqual(watch.alarms(), []);
  await after(1);
  await after(500);
  const alarm = `${SILENT}what it told of holds, and gets old.`;
  t.deepEqual(watch.alarms(), [alarm]);
  t.deepEqual(told, [`ALARM: ${alarm}`]);
  await hear();
  await after(0);
  t.deepEqual(watch.alarms(), []);
  t.deepEqual(told.slice(1), [`ALARM_END: RADIUS client ${CLIENT} is heard again, or not missed any more.`]);
});

test("what was not made with its key is not heard, and what is repeated is", async (t) => {
  const { after, receive, watch } = watching([waiting("warning")]);
  const asked = request("interim", login());
  await receive(asked);
  await after(40);
  await receive(asked);
  await after(40);
  t.is(watch.alarms().length, 0);
  await receive(request("interim", login(), { key: "another-key-of-mine" }));
  await after(20);
  t.is(watch.alarms().length, 1);
});

test("remove-mappings: what each NAS told of that came by it last is cleared, once; those of other clients stay", async (t) => {
  const { after, hear, feed, clock } = watching([waiting("remove-mappings"), client({ address: PROXY })]);
  for (const name of ["bras-1", "bras-2", "bras-3"]) await hear(name);
  await hear("bras-2", PROXY);
  await hear("bras-4", PROXY);
  feed.events.splice(0);
  await after(60);
  await after(60);
  // Just after it was heard: a login of later that is told late holds.
  const at = clock.now() - 120_000 + 1;
  t.deepEqual(feed.events, [
    { kind: "clear", feed: "radius", nas: "bras-1", at },
    { kind: "clear", feed: "radius", nas: "bras-3", at },
  ]);
  await hear();
  await after(0);
  feed.events.splice(0);
  await after(60);
  t.is(feed.events.length, 2, "the next silence clears anew");
});

test("remove-mappings is tried again until it is stored", async (t) => {
  const { after, hear, feed, figures } = watching([waiting("remove-mappings")]);
  await hear();
  feed.answer = () => Promise.reject(new Sentence("The disk is full."));
  await after(60);
  await after(1);
  t.deepEqual(figures()[0]?.troubles, { "not-cleared": 2 });
  feed.events.splice(0);
  feed.answer = () => "applied";
  await after(1);
  await after(1);
  t.deepEqual(
    feed.events.map(({ kind }) => kind),
    ["clear"],
  );
});

test("shut: links are cut off while one such client is silent, and no more when all are heard or nobody misses them", async (t) => {
  const { after, hear, cut, configure } = watching([waiting("shut"), waiting("shut", { address: PROXY })]);
  await hear();
  await hear("bras-1", PROXY);
  await after(59);
  await hear();
  await after(1);
  await after(59);
  await hear("bras-1", PROXY);
  await after(0);
  t.deepEqual(cut, [false, true, true, true]);
  await hear();
  await after(0);
  t.is(cut.at(-1), false);
  await after(60);
  t.is(cut.at(-1), true);
  configure([waiting("warning"), client({ address: PROXY })]);
  await after(0);
  t.is(cut.at(-1), false);
});

test("nobody is cut off for a client that was never heard: that is an alarm", async (t) => {
  const { after, hear, cut, watch } = watching([waiting("shut")]);
  await after(60);
  t.deepEqual([cut.at(-1), watch.alarms().length], [false, 1]);
  await hear();
  await after(60);
  t.true(cut.at(-1));
});

test("while the appliance cannot listen nobody is silent", async (t) => {
  const { after, watch } = watching([waiting("shut")]);
  await after(600, false);
  await after(59);
  t.deepEqual(watch.alarms(), []);
  await after(1);
  t.is(watch.alarms().length, 1);
});

test("NASes are known by the clients they came by, also after a restart, and are written down once each", async (t) => {
  const store = fakeStore();
  const nases = new Nases({ store });
  for (let time = 0; time < 3; time++) for (const address of [PROXY, CLIENT]) nases.heard("bras-1", address);
  nases.heard("bras-2", PROXY);
  t.deepEqual([nases.behind(CLIENT), nases.behind(PROXY)], [["bras-1"], ["bras-2"]]);
  t.is(store.kept.length, 3);
  const after = new Nases({ store });
  await after.load();
  t.deepEqual([after.behind(CLIENT), after.behind(PROXY)], [["bras-1"], ["bras-1", "bras-2"]]);
  after.heard("bras-1", PROXY);
  t.deepEqual(after.behind(CLIENT), []);
});

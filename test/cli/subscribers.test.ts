// Questions about subscribers and their breaches, release and reload: what a person reads, what is asked of the fast path.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { BOOT, region } from "../daemon/parts.ts";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";
import { REPORTING, stage, subscriber, window } from "./subscriber-stage.ts";

process.env.TZ = "UTC";

const PROMPT = "edge-1#";

const zombie = subscriber("10.30.94.66", { openSessions: 2, windows: [window()] });
const reported = subscriber("2001:db8:30:66::", {
  vlans: [100, 7],
  windows: [
    window({ counted: 4, refused: 0, inBreach: false }),
    window({ detector: REPORTING, periodMs: 300_000, counted: 1234, refused: 0 }),
  ],
});
const clear = subscriber("10.30.94.200", {
  windows: [window({ detector: 9, counted: 1, refused: 0, inBreach: false })],
});

const customer = subscriber("100::1", {
  ...{ template: null, package: 1, windows: [window()] },
  via: { address: "10.1.2.3", prefixLength: 32, tags: { outerVlan: 100, innerVlan: 7 } },
});

const assigned: JudgedOverride = {
  ...{
    number: 5,
    kind: "assign",
    prefix: "10.30.94.64/26",
    name: null,
    zone: null,
    service: null,
    package: 1,
    idle: null,
  },
  ...{ madeAt: BOOT, madeBy: "alice", madeFrom: "console", reason: "ticket 4711", until: null, ended: null },
};

const exempt: JudgedOverride = { ...assigned, number: 6, kind: "exempt", package: null, service: "smtp-outbound" };
const forced: JudgedOverride = { ...assigned, number: 7, kind: "force-block", package: null };

/** A stage for each scene of subscribers.txt, whose title is a line of its own. */
const scenes = {
  "A zombie who is blocked": () => stage([zombie]),
  "A mailer who is reported, in tags": () => stage([reported]),
  "An office, whose detector the configuration has forgotten": () => stage([clear]),
  "All of them": () => stage([zombie, reported, clear]),
  "A zombie on a link in bypass": () => stage([zombie], "bypass"),
  "A zombie that another package was assigned to": () => stage([zombie], "forwarding", [assigned]),
  "A zombie who is exempt": () => stage([zombie], "forwarding", [exempt]),
  "A mailer who is reported, and exempt in another service": () => stage([reported], "forwarding", [exempt]),
  "An office that is blocked by force": () => stage([clear], "forwarding", [forced]),
  "A zombie who is blocked by force": () => stage([zombie], "forwarding", [exempt, forced]),
  "A customer by name who is blocked": () => stage([customer]),
  Nobody: () => stage([]),
};

const transcript = readFileSync(join(import.meta.dirname, "subscribers.txt"), "utf8");

test("each command says what is written in subscribers.txt", async (t) => {
  const said: string[] = [];
  let current = stage([]);
  for (const line of transcript.split("\n")) {
    const title = line.replace(/^== /, "") as keyof typeof scenes;
    if (line.startsWith("== ")) {
      current = scenes[title]();
      said.push(line, "");
    } else if (line.startsWith(PROMPT)) {
      said.push(line, ...(await current.typed(line.slice(PROMPT.length))), "");
    }
  }
  t.is(said.join("\n"), transcript);
});

test("no answer misleads a tool, is wider than a wide screen or has spaces at a line's end", (t) => {
  const lines = transcript.split("\n").filter((line) => !line.startsWith(PROMPT) && !line.startsWith("% "));
  const misleading = [PROMPT_LIKE, ERROR_LIKE, NOT_ASCII, /.{133}/, /\s$/];
  t.deepEqual(
    lines.filter((line) => misleading.some((pattern) => pattern.test(line))),
    [],
  );
});

test("the data is raw", async (t) => {
  const { data } = stage([zombie]);
  t.like(await data("show interface LineCard 0 subscriber ip 10.30.94.66"), {
    group: "LT4",
    subscribers: [{ package: { id: 0, name: "residential" }, state: "blocked", openSessions: 2 }],
  });
  t.like(await data("show mass-mailing"), { breaches: [{ detector: { counted: 10, refused: 290 } }], more: false });
});

test("the fast path is asked for what is wanted, and for no more", async (t) => {
  const { engine, typed } = stage([]);
  const asked = async (line: string) => {
    engine.queries.length = 0;
    await typed(line);
    return engine.queries;
  };
  const of = "show interface LineCard 0 subscriber";
  t.deepEqual(await asked(`${of} ip 2001:DB8::0001`), [{ containing: "2001:db8::1" }]);
  t.deepEqual(await asked(`${of} amount`), [{}]);
  t.deepEqual(await asked(`${of} mapping included-in IP 10.30.94.0:0xffffff00`), [{ within: ["10.30.94.0/24"] }]);
  const others = ["2001:db8:30::/48", "10.30.94.192/26"];
  t.deepEqual(await asked(`${of} amount anonymous name "LT4"`), [{ within: ["10.30.0.0/16"], except: others }]);
  t.deepEqual(await asked("show mass-mailing"), [{ inBreach: true }]);
  t.deepEqual(await asked("show mass-mailing subscriber ip 10.1.2.3"), [{ containing: "10.1.2.3", inBreach: true }]);
});

test("a long list is cut, and says so", async (t) => {
  const { engine, typed } = stage([]);
  const many = Array.from({ length: 10_050 }, (_, n) => subscriber(`10.30.${n >> 8}.${n & 255}`));
  engine.records = many;
  const lines = await typed("show interface LineCard 0 subscriber anonymous");
  t.is(lines.length, 1 + 10_000 + 1);
  t.is(lines.at(-1), "Only the first 10,000 are listed.");
  const names = await typed("show interface LineCard 0 subscriber all-names");
  t.deepEqual([names[0], names.length], ["There are 10050 subscribers.", 1 + 10_000 + 1]);
  engine.records = many.slice(0, 1001).map((each) => ({ ...each, windows: [window()] }));
  const breaches = await typed("show mass-mailing");
  t.is(breaches.at(-1), "Only 1,000 of them are listed.");
});

test("of a breach of a detector that nobody knows any more the period is told without the hold", async (t) => {
  const gone = window({ detector: 9, counted: 4, periodMs: 60_000, holdMs: 86_400_000 });
  const { typed } = stage([subscriber("10.30.94.66", { windows: [gone] })]);
  const lines = await typed("show mass-mailing");
  t.regex(lines.join("\n"), / 4 signals of forgotten detector 9 in 60 s /);
  t.regex(lines.join("\n"), /^2026-11-22 11:02:53 {2}2026-11-23 11:03:50 /m, "and a time of another day with its date");
});

test("a release ends the breaches of one subscriber, is audited, and says whom it released from what", async (t) => {
  const { engine, audit, typed } = stage([zombie, reported]);
  engine.records = [zombie];
  t.deepEqual(await typed("release subscriber ip 10.30.94.66", 10), [
    "Released 10.30.94.66: 10 sessions of smtp-outbound in 60 s; 290 attempts were refused",
  ]);
  t.deepEqual(engine.releases, [{ subscriber: zombie.subscriber, detector: 0 }]);
  t.like(audit, [{ user: "anna", operation: "subscriber.release", text: "10.30.94.66", outcome: "done" }]);
});

test("a release says who asked for it and why before the fast path is asked", async (t) => {
  const staged = stage([zombie]);
  const asked = { subscriber: zombie.subscriber, detector: 0, user: "anna", from: "console", why: "he cleaned it up" };
  staged.engine.release = async () => {
    t.deepEqual(staged.kept, [asked]);
    return true;
  };
  await staged.typed("release subscriber ip 10.30.94.66 reason he cleaned it up");
  t.like(staged.audit, [{ text: "10.30.94.66: he cleaned it up", outcome: "done" }]);
  t.plan(2);
});

test("a release from one service ends that service's breaches, and leaves the others", async (t) => {
  const both = { ...zombie, windows: [window(), window({ detector: REPORTING, counted: 50, refused: 0 })] };
  const { engine, audit, typed } = stage([both]);
  t.deepEqual(await typed("release subscriber ip 10.30.94.66 service submission"), [
    "Released 10.30.94.66: 50 sessions of submission in 300 s; 0 attempts were refused",
  ]);
  t.deepEqual(engine.releases, [{ subscriber: both.subscriber, detector: REPORTING }]);
  t.deepEqual(await typed("release subscriber ip 10.30.94.66 service web"), ["% 10.30.94.66 is in no breach of web."]);
  t.like(audit, [
    { text: "10.30.94.66: submission", outcome: "done" },
    { text: "10.30.94.66: web", outcome: "refused" },
  ]);
});

test("a release with tags concerns only him who has them", async (t) => {
  const { engine, typed } = stage([{ ...zombie, subscriber: reported.subscriber }]);
  const other = "% 2001:db8:30:66::1 in VLAN 100 is in no breach.";
  t.deepEqual(await typed("release subscriber ip 2001:db8:30:66::1 VLAN-id 100"), [other]);
  t.is((await typed("release subscriber ip 2001:db8:30:66::1 VLAN-id 100 inner-VLAN-id 7")).length, 1);
  t.deepEqual(engine.releases, [{ subscriber: reported.subscriber, detector: 0 }]);
});

test("who is in no breach, or whose breach ended meanwhile, cannot be released", async (t) => {
  const { engine, audit, typed } = stage([clear]);
  const refused = ["% 10.30.94.200 is in no breach."];
  t.deepEqual(await typed("release subscriber ip 10.30.94.200"), refused);
  t.deepEqual(engine.releases, []);
  engine.records = [{ ...clear, windows: [window()] }];
  engine.release = async () => false;
  t.deepEqual(await typed("release subscriber ip 10.30.94.200"), refused);
  t.like(audit, [{ outcome: "refused" }, { outcome: "refused" }]);
});

test("a customer whose range is looked through is listed once, however many of his mappings lie in it", async (t) => {
  const other = { ...customer, via: { address: "10.1.2.4", prefixLength: 32, tags: null } };
  const { typed } = stage([customer, zombie, other]);
  const [heading, ...rows] = await typed("show interface LineCard 0 subscriber mapping included-in IP 10.0.0.0/8");
  t.regex(heading ?? "", /^SUBSCRIBER/);
  t.deepEqual(
    rows.map((row) => row.split(/ /)[0]),
    ["cust-1001", "10.30.94.66"],
  );
});

test("a package that was assigned to an address is not his who has it by name: his is assigned by name", async (t) => {
  const packageOf = async (...overrides: JudgedOverride[]) => {
    const lines = await stage([customer], "forwarding", overrides).typed(
      "show interface LineCard 0 subscriber ip 10.1.2.3",
    );
    return lines.find((line) => line.startsWith("Package"));
  };
  const toName: JudgedOverride = { ...assigned, prefix: "100::1/128", name: "cust-1001", package: 0 };
  t.is(await packageOf({ ...assigned, package: 0 }), 'Package       : 1 "business"');
  t.is(await packageOf(toName), 'Package       : 0 "residential"');
});

test("a customer is released by his name, whatever his addresses are", async (t) => {
  const { engine, audit, kept, typed } = stage([customer]);
  t.deepEqual(await typed('release subscriber name "cust-1001" reason he cleaned his machine'), [
    "Released cust-1001: 10 sessions of smtp-outbound in 60 s; 290 attempts were refused",
  ]);
  t.deepEqual(engine.queries, [{ containing: "100::1" }]);
  t.like(engine.releases, [{ subscriber: { address: "100::1", prefixLength: 128 }, detector: 0 }]);
  t.like(kept, [{ subscriber: { name: "cust-1001" }, why: "he cleaned his machine" }]);
  t.like(audit, [{ outcome: "done", text: "cust-1001: he cleaned his machine" }]);
  t.deepEqual(await typed('release subscriber name "cust-1002"'), ['% There is no subscriber "cust-1002".']);
});

const NOT_CONFIRMED = "% It was not confirmed: nothing is restarted.";
const END_OF_SESSIONS = "Every session of the command line ends, this one too.";

test("a reload says before it asks what is not saved and what is lost", async (t) => {
  const staged = stage([]);
  staged.answer = "n";
  staged.unsaved = true;
  staged.sessions = ["quota", "zones"];
  t.deepEqual(await staged.typed("reload"), [
    "The configuration in force is not saved: it goes on, but a restart of the machine begins with the startup file.",
    "Every session of the command line ends, this one too, and what was typed in configuration session quota, zones is lost.",
    NOT_CONFIRMED,
  ]);
  Object.assign(staged, { unsaved: undefined, sessions: [] });
  t.deepEqual(await staged.typed("reload"), [END_OF_SESSIONS, NOT_CONFIRMED]);
});

test("a reload is asked about first", async (t) => {
  const staged = stage([]);
  for (const answer of ["n", "maybe", undefined]) {
    staged.answer = answer;
    t.deepEqual(await staged.typed("reload"), [END_OF_SESSIONS, NOT_CONFIRMED]);
    t.deepEqual(await staged.typed("reload fast-path"), [NOT_CONFIRMED]);
  }
  t.deepEqual([staged.restarts, staged.engine.restarts, staged.audit.length], [0, 0, 0]);
  for (const answer of ["", "y", "Yes"]) {
    staged.answer = answer;
    t.deepEqual(await staged.typed("reload"), [
      END_OF_SESSIONS,
      "The daemon ends; whoever started it starts it again.",
    ]);
  }
  t.is(staged.restarts, 3);
  t.is((await staged.typed("reload", 10)).at(-1), "% Level 15 is needed.");
});

test("a reload of the fast path says which process followed and whom it knows", async (t) => {
  const staged = stage([]);
  const said = staged.typed("reload fast-path");
  while (staged.engine.restarts === 0) await turn();
  const { header, ...rest } = region({ starts: 2 });
  staged.engine.show({ ...rest, header: { ...header, pid: 4343 } });
  t.deepEqual(await said, ["The fast path runs as process 4343; it goes on with 17 subscribers, 1 of them in breach."]);
});

test("a fast path that cannot be asked is told in a sentence", async (t) => {
  const { engine, typed } = stage([zombie]);
  engine.detach(new (await import("../../mgmt/engine/engine_port.ts")).EngineError("absent", "There is no region."));
  const absent = ['% No fast path was seen: "show system operation-status" says more.'];
  t.deepEqual(await typed("show mass-mailing"), absent);
  t.deepEqual(await typed("release subscriber ip 10.30.94.66"), absent);
});

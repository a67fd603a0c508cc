// The boundaries of a quota, each once on the wire; core's own tests go through all of them on a fake clock.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { exchangers, homes, mail, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import type { FastPathStatus } from "../../mgmt/status/status.ts";
import { Dialogue } from "./dialogue.ts";
import { openingIn } from "./frames.ts";
import { inLab } from "./in-lab.ts";
import { passedOpenings, RawSubscriber } from "./raw-subscriber.ts";

const [home] = homes;
/** A subscriber's address that no kernel has. */
const nobody = "10.30.94.200";
/** A period that no test outlasts. */
const oneMinute = { sessions: 3, periodSeconds: 60 };
/** How long a refused client keeps trying. */
const patienceSeconds = 2;

/** An SMTP session of `home` that is kept open; each "mail" said to it sends one more. */
function openSession({ site }: Lab): Promise<Dialogue> {
  const program = join(import.meta.dirname, "smtp-client.py");
  return Dialogue.start(site.subscribers, ["/usr/bin/python3", program, home.ipv4, exchangers[0].ipv4]);
}

async function fastPathStatus({ appliance }: Lab): Promise<FastPathStatus> {
  const { fastPath } = await appliance.status();
  if (!fastPath) throw new Error("there is no fast path");
  return fastPath;
}

/** Kills the process that handles packets; returns when the next one judges. */
async function killFastPath(lab: Lab): Promise<void> {
  const { pid } = await fastPathStatus(lab);
  process.kill(pid, "SIGKILL");
  await until("another fast path judges", async () => {
    const next = await fastPathStatus(lab);
    return next.pid !== pid && next.alive && next.bypass === "none";
  });
}

test(
  "a retransmitted SYN counts once",
  inLab({ quota: oneMinute }, async (t, lab) => {
    const subscriber = await RawSubscriber.join(lab, nobody);
    for (let repetition = 0; repetition < 5; repetition++) await subscriber.openMail(1001);
    for (const port of [1002, 1003, 1004]) await subscriber.openMail(port);
    await subscriber.settle();
    const ports = (await passedOpenings(lab)).map(({ sourcePort }) => sourcePort);
    t.deepEqual(ports, [1001, 1001, 1001, 1001, 1001, 1002, 1003]);
  }),
);

test(
  "a reconnect from the same port with a new sequence number counts",
  inLab({ quota: oneMinute }, async (t, lab) => {
    const subscriber = await RawSubscriber.join(lab, nobody);
    for (const sequence of [1, 2, 3, 4]) await subscriber.openMail(1001, sequence);
    await subscriber.settle();
    const sequences = (await passedOpenings(lab)).map(({ sequence }) => sequence);
    t.deepEqual(sequences, [1, 2, 3]);
  }),
);

test(
  "refused attempts do not extend the period",
  inLab({ quota: { sessions: 3, periodSeconds: 2 } }, async (t, lab) => {
    const subscriber = await RawSubscriber.join(lab, nobody);
    const tries = 90;
    const pauseMs = 50;
    for (let n = 0; n < tries; n++) {
      await subscriber.openMail(1000 + n);
      await delay(pauseMs);
    }
    await subscriber.settle();
    const times = (await passedOpenings(lab)).map(({ milliseconds }) => milliseconds);
    t.true(times.length >= 9, `in over two periods ${times.length} passed`);
    const starts = [0, 3, 6].map((n) => times[n] ?? 0);
    const lasted = starts.slice(1).map((start, n) => start - (starts[n] ?? 0));
    t.log(
      `from the first session of a period to the first of the next: ${lasted.map((ms) => ms.toFixed(0)).join(", ")} ms`,
    );
    // As long as the period, and no longer than to the next attempt; half a second for a busy machine.
    t.true(lasted.every((ms) => ms >= 1990 && ms <= 2000 + pauseMs + 500));
  }),
);

test(
  "a client that was refused and keeps trying gets through when the period is over",
  inLab({ quota: { sessions: 1, periodSeconds: 3 } }, async (t, lab) => {
    const { near, edge, watchedSince } = lab;
    t.true(await lab.traffic.sendMail(home, "ipv4"));
    t.true(await lab.traffic.sendMail(home, "ipv4", mail, 15));
    t.deepEqual(await lab.peers.mailFrom(home.ipv4), { sessions: 2, mails: 2 });
    const ports = (await passedOpenings(lab)).map(({ sourcePort }) => sourcePort);
    t.is(ports.length, 2);
    const tries = (await near.framesFrom(edge.subscriberSide, watchedSince)).map(({ bytes }) => openingIn(bytes));
    const repeated = tries.filter((opening) => opening?.sourcePort === ports[1]);
    t.true(repeated.length > 1);
    t.is(new Set(repeated.map((opening) => opening?.sequence)).size, 1);
  }),
);

test(
  "a session that is open at the breach goes on",
  inLab({ quota: oneMinute }, async (t, lab) => {
    const session = await openSession(lab);
    t.is(await session.say("mail"), "sent");
    for (let n = 2; n <= oneMinute.sessions; n++) t.true(await lab.traffic.sendMail(home, "ipv4"));
    t.false(await lab.traffic.sendMail(home, "ipv4", mail, patienceSeconds));
    for (let n = 0; n < 3; n++) t.is(await session.say("mail"), "sent");
    await session.stop();
    t.deepEqual(await lab.peers.mailFrom(home.ipv4), { sessions: 3, mails: 6 });
  }),
);

test(
  "a session joined in the middle goes on and is not counted",
  inLab({ quota: oneMinute }, async (t, lab) => {
    const session = await openSession(lab);
    t.is(await session.say("mail"), "sent");
    await killFastPath(lab);
    t.is(await session.say("mail"), "sent");
    t.is((await fastPathStatus(lab)).counters.sessions_joined, 1);
    // One was counted before the kill, and its window was adopted.
    for (let n = 2; n <= oneMinute.sessions; n++) t.true(await lab.traffic.sendMail(home, "ipv4"));
    t.false(await lab.traffic.sendMail(home, "ipv4", mail, patienceSeconds));
    t.is(await session.say("mail"), "sent");
    await session.stop();
    t.deepEqual(await lab.peers.mailFrom(home.ipv4), { sessions: 3, mails: 5 });
  }),
);

test(
  "a quota holds when other sessions have filled the table",
  inLab({ quota: oneMinute, size: { sessions: 16 } }, async (t, lab) => {
    const flood = await RawSubscriber.join(lab, zombie.ipv4);
    for (let port = 2001; port <= 2200; port++) await flood.openOther(port);
    await flood.settle();
    const { tables, counters } = await fastPathStatus(lab);
    t.is(tables.sessions.used, tables.sessions.capacity);
    // Nobody counts these sessions, so they make room for one another and for those that are counted.
    t.true(counters.sessions_evicted > 0);
    const engine = await lab.traffic.massMail("ipv4", 10);
    await engine.ended;
    t.deepEqual(await lab.peers.mailFrom(zombie.ipv4), { sessions: 3, mails: 3 });
    t.true(await lab.traffic.fetchPage(zombie, "ipv4"));
  }),
);

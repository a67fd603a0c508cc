// What a start finds after the worst: a dead supervisor, an absent daemon, a damaged region, a process that crashes again and again.
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { homes, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import type { Attachment } from "../../mgmt/engine/attachment.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { withLab } from "./in-lab.ts";
import { fastPathSaid, inRegion, isAlive, packetProcess, regionFile, successorOf } from "./packet-process.ts";
import { postern } from "./programs.ts";
import { Random } from "./random.ts";
import { damage, damagePolicies } from "./region-damage.ts";
import { assertBlocked, breach, mails, mailsQuickly, shortQuota } from "./zombie.ts";

const [home] = homes;

const judges = (region: Attachment) => region.live().bypass === "none";

test(
  "a killed supervisor takes the packet process with it, and the next start goes on with what was known",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance, traffic } = lab;
    await breach(t, lab);
    const pid = (await packetProcess(appliance)) ?? 0;
    appliance.supervisor.signal("SIGKILL");
    await appliance.supervisor.ended;
    await until("the packet process has ended", async () => !(await isAlive(pid)), { timeoutSeconds: 2 });
    t.false(await traffic.fetchPage(home, "ipv4", 1), "somebody still forwards");

    await appliance.startFastPath();
    t.is(
      inRegion(appliance, (region) => region.header().adoption.breached),
      1,
    );
    t.true(await traffic.fetchPage(home, "ipv4"));
    await assertBlocked(t, lab);
  }),
);

test(
  "a daemon that was away for a whole breach writes it down when it is back",
  withLab({ quota: { ...shortQuota, periodSeconds: 4 } }, async (t, lab) => {
    const { appliance } = lab;
    appliance.daemon.signal("SIGKILL");
    await appliance.daemon.ended;
    const began = Date.now();
    await breach(t, lab);
    await until("the period is over", () => mailsQuickly(lab));
    const ended = Date.now();
    const endsTold = () => inRegion(appliance, (region) => region.counters().engine.breaches_ended);
    await until("the end is told", async () => endsTold() === 1);

    await appliance.startDaemon();
    const recent = () => ask(daemonSocket(appliance.runDirectory), { ask: "breaches", count: 10 });
    await until("the breach is in the store", async () => (await recent()).some(({ id }) => id !== null));
    const [row, ...more] = await recent();
    t.deepEqual(more, []);
    t.is(row?.subscriber.address, zombie.ipv4);
    t.truthy(row?.startEvent && row.endEvent, "its start and its end were read from events");
    const [startedAt = 0, endedAt = 0] = [row?.startedAt, row?.endedAt ?? 0];
    t.true(began <= startedAt && startedAt < endedAt && endedAt <= ended);
  }),
);

/** Stops the fast path, does something to its region, starts it again; returns what it said until traffic passed. */
async function restartAfter({ appliance, traffic }: Lab, harm: (region: string) => Promise<void>): Promise<string[]> {
  await appliance.supervisor.stop();
  const before = (await fastPathSaid(appliance)).length;
  await harm(regionFile(appliance));
  await appliance.startFastPath();
  await until("traffic passes", () => traffic.fetchPage(home, "ipv4", 1));
  await until("it said something", async () => (await fastPathSaid(appliance)).length > before);
  return (await fastPathSaid(appliance)).slice(before);
}

test(
  "a region with a damaged header is replaced by an empty one, with a sentence, and who was in breach stays in it",
  withLab({ quota: shortQuota }, async (t, lab) => {
    await breach(t, lab);
    const rows = async () => (await lab.appliance.status()).breaches.filter(({ id }) => id !== null);
    await until("the breach is in the store", async () => (await rows()).length > 0);
    const [before] = await rows();
    const random = new Random(3);
    const said = await restartAfter(lab, (region) => damage(region, "header", random));
    t.is(said.length, 1);
    t.regex(said[0] ?? "", /^postern-fastpath: starts with an empty region in place of \S+\/region: [^.;]+$/);
    await until("the daemon gave its policy", async () => inRegion(lab.appliance, judges));
    const inForce = () => inRegion(lab.appliance, (region) => region.counters().engine.breaches);
    await until("the daemon had the breach go on", async () => inForce() === 1);
    await assertBlocked(t, lab);
    await until("its row has moved", async () => (await rows())[0]?.region !== before?.region);
    const [after, ...more] = await rows();
    t.deepEqual(more, []);
    t.like(after, { id: before?.id, startedAt: before?.startedAt, untilAt: before?.untilAt, endedAt: null });
  }),
);

for (const part of ["subscribers", "watches"] as const) {
  test(
    `damaged records of ${part} are dropped, with a sentence, and traffic passes`,
    withLab({ quota: shortQuota }, async (t, lab) => {
      await breach(t, lab);
      const random = new Random(4);
      const said = await restartAfter(lab, (region) => damage(region, part, random));
      t.is(said.length, 1);
      t.regex(said[0] ?? "", /^postern-fastpath: dropped from the region, [^.;]+: \d+ records$/);
      t.true(inRegion(lab.appliance, (region) => region.header().adoption.dropped) > 500);
      await breach(t, lab);
    }),
  );
}

test(
  "a region with damaged event rings is replaced by an empty one, with a sentence, and breaches are told",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const random = new Random(5);
    const said = await restartAfter(lab, (region) => damage(region, "rings", random, 4096));
    t.is(said.length, 1);
    t.regex(said[0] ?? "", /^postern-fastpath: starts with an empty region in place of \S+\/region: [^.;]+$/);
    await until("the daemon gave its policy", async () => inRegion(lab.appliance, judges));
    await breach(t, lab);
    const told = async () => (await lab.appliance.status()).breaches.some(({ id }) => id !== null);
    await until("the daemon knows of the breach", told);
  }),
);

test(
  "with both kept policies damaged traffic passes unjudged, with an alarm, until the daemon gives one",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance } = lab;
    await breach(t, lab);
    await appliance.daemon.stop();
    const said = await restartAfter(lab, (region) => damagePolicies(region, new Random(6)));
    t.is(said.length, 1);
    t.regex(
      said[0] ?? "",
      /^postern-fastpath: the kept policy cannot be used: it is damaged; traffic passes unjudged until the daemon /,
    );
    t.is(
      inRegion(appliance, (region) => region.live().bypass),
      "policy-damaged",
    );
    t.true(await mails(lab), "the zombie's mail passes unjudged");

    await appliance.startDaemon();
    await assertBlocked(t, lab);
  }),
);

test(
  "a process that crashes five times in a row ends in bypass, with an alarm, until it is started again by hand",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance } = lab;
    await breach(t, lab);
    let pid: number | undefined;
    for (let crashes = 0; crashes < 5; crashes++) {
      pid = await successorOf(appliance, pid);
      process.kill(pid, "SIGSEGV");
    }
    await successorOf(appliance, pid);
    await until("it is in bypass", async () => (await appliance.status()).fastPath?.bypass === "crashes");
    t.true(await mails(lab), "the zombie's mail passes unjudged");
    t.regex(
      (await postern("status", appliance)).stdout,
      /^Alarms\n {2}The fast path judges nothing: it crashed again and again/m,
    );
    t.regex(
      (await fastPathSaid(appliance)).at(-1) ?? "",
      /: it crashed 5 times in a row: it now passes traffic unjudged, until /,
    );

    await appliance.supervisor.stop();
    await appliance.startFastPath();
    await until("it judges", async () => inRegion(appliance, judges));
    await assertBlocked(t, lab);
  }),
);

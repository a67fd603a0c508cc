// A subscriber in breach is released by hand: his next session passes, and he is counted from nothing.
import test from "ava";
import { homes, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { inLab, withLab } from "./in-lab.ts";
import { fastPathSaid, inRegion } from "./packet-process.ts";
import { typed as typedAt } from "./prompt.ts";
import { assertBlocked, breach, mails, shortQuota } from "./zombie.ts";

const WHO = `show interface LineCard 0 subscriber ip ${zombie.ipv4}`;
const RELEASE = `release subscriber ip ${zombie.ipv4} reason he cleaned it up`;
const EXPLAIN = `explain subscriber ip ${zombie.ipv4}`;
const DETECTOR = "3 sessions of smtp-outbound in 600 s";

test(
  "the released zombie has his whole quota again, is told as released, and is blocked again when he breaches it",
  inLab({ quota: shortQuota }, async (t, lab) => {
    const typed = (line: string) => typedAt(lab.appliance, line);
    const state = async () => (await typed(WHO)).find((line) => line.startsWith("State"));
    await t.throwsAsync(typed(RELEASE), { message: `${zombie.ipv4} is in no breach.` });

    t.true(await mails(lab));
    t.is(await state(), "State           : clear");
    t.true(await mails(lab));
    t.true(await mails(lab));
    await assertBlocked(t, lab);
    t.regex((await state()) ?? "", new RegExp(`: blocked until .*: ${DETECTOR}$`));
    t.regex((await typed("show mass-mailing")).join("\n"), new RegExp(`${zombie.ipv4} +${DETECTOR} +block +3 +[1-9]`));

    const explained = (await typed(EXPLAIN)).join("\n");
    t.regex(explained, /^He is refused smtp-outbound since .* because 3 sessions in 600 s were counted\.$/m);
    t.regex(
      explained,
      /^He opened 3 sessions of smtp-outbound in 600 s, to:\n +DESTINATION +PORT +SESSIONS +LAST SEEN\n +\S+ +25 +3 /m,
    );

    t.regex(
      (await typed(RELEASE)).join("\n"),
      new RegExp(`^Released ${zombie.ipv4}: ${DETECTOR}; [1-9][0-9]* attempts`),
    );
    t.is(await state(), "State           : clear");
    t.deepEqual(await typed("show mass-mailing"), ["Nobody is in breach."]);
    const recent = () => ask(daemonSocket(lab.appliance.runDirectory), { ask: "breaches", count: 10 });
    await until("the end is written down", async () => (await recent()).some(({ endEvent }) => endEvent !== null));
    const [row] = await recent();
    t.like(row?.end, { reason: "released", user: "root", why: "he cleaned it up" });
    t.regex(
      (await typed(EXPLAIN)).join("\n"),
      /^\S+ \S+ he was released from smtp-outbound by root .*: "he cleaned it up"\.$/m,
    );
    t.true(row?.endedAt !== null && (row?.endedAt ?? Number.POSITIVE_INFINITY) < (row?.untilAt ?? 0));

    await breach(t, lab);
    t.is((await lab.peers.mailFrom(zombie.ipv4)).sessions, 2 * shortQuota.sessions);
    t.deepEqual((await recent()).filter(({ endedAt }) => endedAt === null).length, 1);
  }),
);

test(
  "a reload of the fast path keeps the blocked blocked, and is no crash",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const typed = (line: string) => typedAt(lab.appliance, line);
    const fastPath = async () => (await lab.appliance.status()).fastPath;
    await breach(t, lab);
    const before = await fastPath();
    t.regex((await typed("reload fast-path")).join("\n"), /goes on with \d+ subscribers, 1 of them in breach\.$/);
    const after = await fastPath();
    t.is(after?.starts, (before?.starts ?? 0) + 1);
    t.not(after?.pid, before?.pid);
    await assertBlocked(t, lab);
    t.true(await lab.traffic.fetchPage(homes[0], "ipv4"));

    // Six in a row, each soon after the other's start, are no crashes either.
    for (let n = 0; n < 6; n++) await typed("reload fast-path");
    t.is(
      inRegion(lab.appliance, (region) => region.live().bypass),
      "none",
    );
    t.deepEqual(
      (await fastPathSaid(lab.appliance)).filter((line) => /crash|signal/.test(line)),
      [],
    );
    await assertBlocked(t, lab);
    await typed(RELEASE);
    t.true(await mails(lab));
  }),
);

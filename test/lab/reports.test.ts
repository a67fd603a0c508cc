// Reports on real mail against what the peers logged of it: a naive count of the sessions that each subscriber opened.
import test from "ava";
import { type Host, homes, mail, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { loadNative } from "../../mgmt/engine/native.ts";
import type { Baseline } from "../../mgmt/reports/baseline.ts";
import type { TopUsage } from "../../mgmt/reports/top-usage.ts";
import { MINUTE_MS } from "../../mgmt/time.ts";
import { withLab } from "./in-lab.ts";
import { typed } from "./prompt.ts";

/** Sessions that each tries; of the zombie's the last are refused. */
const tried: readonly (readonly [Host, number])[] = [
  [zombie, 8],
  [homes[0], 1],
  [homes[1], 2],
  [homes[2], 3],
];

const quota = { sessions: 5, periodSeconds: 600, detector: "window fixed action report block reset" };

/** All mail has this long to be sent within one minute. */
const ENOUGH_MS = 25_000;

const bootMs = () => loadNative().bootTimeMs();
const minuteNow = () => Math.floor(bootMs() / MINUTE_MS);

test(
  "tops and the baseline of a minute of mail are those of a naive count over the sinks' logs",
  withLab({ quota }, async (t, lab) => {
    const asked = async <Report>(line: string) =>
      JSON.parse((await typed(lab.appliance, `${line} | json`)).join("\n")) as Report;
    const top = (metric: string) =>
      asked<TopUsage>(`show report top-subscribers service smtp-outbound metric ${metric} period 1h`);

    const roomy = async () => MINUTE_MS - (bootMs() % MINUTE_MS) > ENOUGH_MS;
    await until("a minute has room for all mail", roomy, { timeoutSeconds: 40 });
    const minute = minuteNow();
    for (const [host, sessions] of tried) {
      for (let n = 0; n < sessions; n++) await lab.traffic.sendMail(host, "ipv4", mail);
    }
    t.is(minuteNow(), minute, "the mail was sent within one minute");

    const isRecorded = async () => {
      const report = await top("sessions").catch(() => undefined);
      return report !== undefined && report.active > 0;
    };
    await until("the minute is recorded", isRecorded, { timeoutSeconds: 70 });

    const opened = await Promise.all(
      tried.map(async ([{ ipv4 }]) => [ipv4, (await lab.peers.mailFrom(ipv4)).sessions] as const),
    );
    const total = opened.reduce((sum, [, sessions]) => sum + sessions, 0);
    const sessions = await top("sessions");
    t.deepEqual(
      sessions.top.map(({ subscriber, value }) => [subscriber.address, value.count] as const),
      opened.toSorted((a, b) => b[1] - a[1]),
    );
    t.like(sessions, { active: tried.length, total });
    t.is(opened[0]?.[1], quota.sessions, "the quota is there");

    const destinations = await top("destinations");
    t.deepEqual(
      destinations.top.map(({ value }) => value.count),
      tried.map(() => 1),
    );
    const refused = await top("refused");
    t.deepEqual(
      refused.top.map(({ subscriber, value }) => [subscriber.address, value.count]),
      [[zombie.ipv4, 8 - quota.sessions]],
    );

    const baseline = await asked<Baseline>("show report baseline service smtp-outbound period 60 over 1h share 25");
    const attempts = tried.map(([, count]) => count).sort((a, b) => a - b);
    t.is(baseline.active, tried.length);
    t.like(baseline.percentiles.at(-1), { percent: 100, atLeast: attempts.at(-1), atMost: attempts.at(-1) });
    t.deepEqual(baseline.proposal, { threshold: (attempts.at(-2) ?? 0) + 1, touched: 1 });
  }),
);

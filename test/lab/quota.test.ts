// The main job on real traffic, both families: a zombie among ordinary subscribers is stopped at the quota, exactly, and let
// go when the period ends. What is checked is what the mail sinks logged and what tcpdump saw.
import test, { type ExecutionContext } from "ava";
import { usualQuota } from "../../lab/configuration.ts";
import { playOnce } from "../../lab/scenario.ts";
import type { Framing } from "../../lab/tagger.ts";
import { inLab } from "./in-lab.ts";

/** Long enough for the attempts that are to be refused, on a busy machine too. */
const shortQuota = { sessions: 10, periodSeconds: 10 };
const shortTries = 30;

function assertAll(t: ExecutionContext, checks: Awaited<ReturnType<typeof playOnce>>): void {
  const failed = checks.filter(({ passed }) => !passed).map(({ text }) => text);
  t.deepEqual(failed, []);
}

test(
  "untagged: 10 sessions in 60 seconds, in real time",
  inLab({}, async (t, lab) => assertAll(t, await playOnce(lab, usualQuota, () => {}))),
);

const cases: readonly { framing: Framing; workers: number }[] = [
  { framing: "802.1Q", workers: 1 },
  { framing: "QinQ", workers: 1 },
  { framing: "QinQ", workers: 2 },
  { framing: "QinQ-8100", workers: 1 },
  { framing: "QinQ-PPPoE", workers: 2 },
  { framing: "802.1Q-MPLS", workers: 1 },
];

for (const { framing, workers } of cases) {
  test(
    `${framing}, ${workers} worker${workers > 1 ? "s" : ""}: 10 sessions in 10 seconds`,
    inLab({ framing, quota: shortQuota, size: { workers } }, async (t, lab) =>
      assertAll(t, await playOnce(lab, shortQuota, () => {}, shortTries)),
    ),
  );
}

// What the witnesses at the two ports must agree on. Used by the scenario and by the tests.
import { type Frame, missing, opening } from "./capture.ts";
import type { Lab } from "./lab.ts";
import { type Family, families, zombie } from "./plan.ts";
import { until } from "./process.ts";
import type { Check } from "./scenario.ts";

const smtp = 25;

/** At least `tried` SYNs of the zombie came to the appliance, and exactly `passed` left it. */
export async function checkOpenings({ near, far }: Lab, family: Family, tried: number, passed: number): Promise<Check> {
  const filter = opening(zombie[family], smtp);
  const [came, left] = [await near.count(filter), await far.count(filter)];
  return {
    passed: came >= tried && left === passed,
    text: `${family}: ${came} SYNs of the zombie to port ${smtp} came to the appliance, ${left} left it (${passed} wanted)`,
  };
}

/** The frames that one side sent, and those of them that came out at the other. */
interface Crossing {
  readonly sent: readonly Frame[];
  readonly lost: readonly Frame[];
  /** Frames that came out and never went in. */
  readonly strange: readonly Frame[];
}

async function crossing(
  { near, far, edge, watchedSince }: Lab,
  direction: "upstream" | "downstream",
): Promise<Crossing> {
  const [from, to, source] =
    direction === "upstream" ? [near, far, edge.subscriberSide] : [far, near, edge.networkSide];
  const [sent, arrived] = await Promise.all([
    from.framesFrom(source, watchedSince),
    to.framesFrom(source, watchedSince),
  ]);
  return { sent, lost: missing(sent, arrived), strange: missing(arrived, sent) };
}

async function refusedOpenings({ near, far }: Lab): Promise<number> {
  const filters = families.map((family) => opening(zombie[family], smtp));
  const counts = await Promise.all(
    filters.map(async (filter) => (await near.count(filter)) - (await far.count(filter))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Every frame came out byte for byte, except the zombie's refused SYNs. Ends the captures. */
export async function checkConservation(lab: Lab): Promise<Check[]> {
  const settled = async () => {
    const [up, down, refused] = [
      await crossing(lab, "upstream"),
      await crossing(lab, "downstream"),
      await refusedOpenings(lab),
    ];
    return up.lost.length === refused && down.lost.length === 0;
  };
  // The last frames are still on their way; if they never come, the checks say so.
  await until("the last frames came out", settled, { timeoutSeconds: 3 }).catch(() => {});
  await Promise.all([lab.near.stop(), lab.far.stop()]);
  const [up, down, refused] = [
    await crossing(lab, "upstream"),
    await crossing(lab, "downstream"),
    await refusedOpenings(lab),
  ];
  return [
    {
      passed: up.lost.length === refused && up.strange.length === 0,
      text: `of ${up.sent.length} frames from the subscribers ${up.lost.length} did not come out unchanged; ${refused} are refused SYNs`,
    },
    {
      passed: down.lost.length === 0 && down.strange.length === 0,
      text: `of ${down.sent.length} frames from the servers ${down.lost.length} did not come out unchanged`,
    },
  ];
}

// A soak: a lab lives under everything at once for some minutes, then traffic stops, tables age, and every figure is held
// against what it was before.
import { setTimeout as delay } from "node:timers/promises";
import { EverydayLife } from "../../lab/everyday.ts";
import type { Lab } from "../../lab/lab.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { blows } from "./blows.ts";
import { Connections } from "./connections.ts";
import { habits, live, soakConfiguration, startFlows } from "./habits.ts";
import { type History, type Verdict, verdictsOf } from "./verdicts.ts";
import { Watcher } from "./watcher.ts";

const packetsPerSecond = 200;
/** The part of the time in which blows fall; the rest shows what grows by itself. */
const restlessPart = 0.75;
/** An unanswered SYN ages in 70 s and is found in 4 more, then its subscriber in 60 and 16. */
const ageingSeconds = 180;

/** Says what happens. */
type Say = (happening: string) => void;

export async function soak(lab: Lab, minutes: number, say: Say): Promise<Verdict[]> {
  await lab.appliance.writeConfiguration(soakConfiguration());
  await ask(daemonSocket(lab.appliance.runDirectory), { ask: "load" });
  const watcher = new Watcher(lab.appliance, say);
  watcher.start();
  try {
    await delay(2000);
    const baseline = await watcher.look();
    const connections = new Connections(lab);
    await connections.start();
    const history = await liveThrough(lab, minutes, connections, say);
    say("traffic stops; every connection is reset, sessions and subscribers age");
    await watcher.untilEmpty(ageingSeconds, () => connections.endAll());
    return verdictsOf(baseline, await watcher.look(), { ...history, eventsLost: watcher.eventsLost });
  } finally {
    watcher.stop();
  }
}

/** Everything at once, for so many minutes. */
async function liveThrough(
  lab: Lab,
  minutes: number,
  connections: Connections,
  say: Say,
): Promise<Omit<History, "eventsLost">> {
  const ending = new AbortController();
  const everyday = new EverydayLife(lab.traffic);
  everyday.start();
  const flows = await startFlows(lab, packetsPerSecond);
  for (const { name } of habits) say(name);
  const lives = habits.map((habit) => live(habit, lab, ending.signal));

  const deaths = await Promise.race([strikeFor(lab, minutes, connections, say), Promise.all(lives).then(() => 0)]);
  ending.abort();
  await Promise.all([everyday.stop(), ...lives, ...flows.map((flow) => flow.stop())]);
  return {
    deaths,
    acts: everyday.count("page") + everyday.count("name") + everyday.count("mail"),
    failedActs: everyday.failed.length,
  };
}

/** Every kind of blow at least once, then one a minute. Returns how many packet processes died. */
async function strikeFor(lab: Lab, minutes: number, connections: Connections, say: Say): Promise<number> {
  const end = performance.now() + minutes * 60_000;
  const number = Math.max(blows.length, Math.floor(minutes * restlessPart));
  const pauseMs = (minutes * 60_000 * restlessPart) / number;
  let deaths = 0;
  for (let n = 0; n < number; n++) {
    await delay(pauseMs);
    const blow = blows[n % blows.length];
    if (!blow) continue;
    say(blow.name);
    if (blow.deadly) {
      deaths++;
      connections.forget();
    }
    await blow.strike(lab);
  }
  await delay(Math.max(0, end - performance.now()));
  return deaths;
}
